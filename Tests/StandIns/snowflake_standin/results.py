"""Results as the SQL API writes them (`jsonv2`): every value a text, NULL as null."""

from __future__ import annotations

import datetime
import decimal
import math

import pyarrow as pa

EPOCH = datetime.datetime(1970, 1, 1)


def row_type(schema: pa.Schema) -> list[dict]:
    return [column_type(field) for field in schema]


def column_type(field: pa.Field) -> dict:
    kind = field.type
    info = {
        "name": field.name, "database": "", "schema": "", "table": "", "nullable": True, "byteLength": None,
        "length": None, "scale": None, "precision": None, "collation": None
    }
    if pa.types.is_boolean(kind):
        return info | {"type": "boolean"}
    if pa.types.is_integer(kind):
        return info | {"type": "fixed", "precision": 38, "scale": 0}
    if pa.types.is_decimal(kind):
        return info | {"type": "fixed", "precision": kind.precision, "scale": kind.scale}
    if pa.types.is_floating(kind):
        return info | {"type": "real"}
    if pa.types.is_date(kind):
        return info | {"type": "date"}
    if pa.types.is_time(kind):
        return info | {"type": "time", "precision": 0, "scale": 9}
    if pa.types.is_timestamp(kind):
        return info | {"type": "timestamp_tz" if kind.tz else "timestamp_ntz", "precision": 0, "scale": 9}
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return info | {"type": "binary", "byteLength": 8388608, "length": 8388608}
    return info | {"type": "text", "byteLength": 16777216, "length": 16777216}


def cells(table: pa.Table, nullable: bool) -> list[list]:
    """Rows of texts. Unless nullable, NULL is the text `null`."""
    null = None if nullable else "null"
    columns = [[null if value is None else text(value) for value in values(column)] for column in table.columns]
    return [list(row) for row in zip(*columns)]


def values(column: pa.ChunkedArray) -> list:
    """A column's values. Days and times are numbers, since Python's do not reach as far."""
    if pa.types.is_date(column.type):
        return [None if one is None else Day(one) for one in column.cast(pa.int32()).to_pylist()]
    if pa.types.is_timestamp(column.type):
        micros = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).to_pylist()
        return [None if one is None else Instant(one, column.type.tz is not None) for one in micros]
    return column.to_pylist()


class Day(int):
    """Days since 1970."""


class Instant:
    """Microseconds since 1970, with a zone, which is UTC, or without."""

    def __init__(self, micros: int, has_zone: bool) -> None:
        self.micros, self.has_zone = micros, has_zone


def text(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Instant):
        # Seconds with nine digits; before 1970 the whole is negative, as of a decimal number.
        sign, size = ("-", -value.micros) if value.micros < 0 else ("", value.micros)
        written = f"{sign}{size // 10**6}.{size % 10**6 * 1000:09d}"
        return f"{written} 1440" if value.has_zone else written
    if isinstance(value, datetime.time):
        return f"{value.hour * 3600 + value.minute * 60 + value.second}.{value.microsecond * 1000:09d}"
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return "NaN" if math.isnan(value) else repr(value).removesuffix(".0")
    return str(value)


def literal(binding: dict) -> str:
    """A bound value as SQL."""
    kind, value = binding["type"].upper(), binding["value"]
    if value is None:
        return "NULL"
    value = str(value)
    quoted = "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    if kind == "FIXED":
        return str(decimal.Decimal(value)) if "e" not in value.lower() else f"CAST({quoted} AS NUMBER(38,0))"
    if kind == "REAL":
        return f"CAST({quoted} AS FLOAT)"
    if kind == "TEXT":
        return quoted
    if kind == "BOOLEAN":
        return "TRUE" if value.lower() in ("true", "1") else "FALSE"
    if kind == "BINARY":
        return f"TO_BINARY('{bytes.fromhex(value).hex()}', 'HEX')"
    if kind == "DATE":
        if value.lstrip("-").isdigit():
            return f"CAST('{datetime.date(1970, 1, 1) + datetime.timedelta(milliseconds=int(value))}' AS DATE)"
        return f"CAST({quoted} AS DATE)"
    if kind == "TIMESTAMP_NTZ":
        if value.lstrip("-").isdigit():
            return f"CAST('{EPOCH + datetime.timedelta(microseconds=int(value) // 1000)}' AS TIMESTAMP_NTZ)"
        return f"CAST({quoted} AS TIMESTAMP_NTZ)"
    raise ValueError(f"bindings of type {kind} are not stood in for")
