"""The content hash of a table as Snowflake's SQL: the FIELDs of `docs/content-hash.md`, and the two statements around
them."""

from __future__ import annotations

MODULUS = "18446744073709551616"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def sized(text: str) -> str:
    return f"COALESCE(OCTET_LENGTH({text}) || ':' || {text}, '~')"


def real(c: str) -> str:
    """Nothing is left to how FLOATs are rounded, or made NUMBERs of, beyond what is exact in IEEE double."""
    y = f"ABS({c} * 1000000::FLOAT)"
    h = f"FLOOR({y} / 1073741824)"
    n = (
        f"IFF({c} < 0, -1, 1) * ({h}::NUMBER(10,0) * 1073741824 "
        f"+ CEIL(FLOOR(({y} - {h} * 1073741824) * 2) / 2)::NUMBER(10,0))")
    return (
        f"CASE WHEN {c} IS NULL THEN '~' WHEN ABS({c}) <= 1000000000000 "
        f"THEN OCTET_LENGTH(TO_CHAR({n})) || ':' || TO_CHAR({n}) ELSE '!' END")


FIELDS = {
    "integer": lambda c: sized(f"TO_CHAR({c})"),
    "real": real,
    "text": sized,
    "date": lambda c: (
        f"CASE WHEN {c} IS NULL THEN '~' WHEN YEAR({c}) BETWEEN 0 AND 9999 "
        f"THEN '10:' || TO_CHAR({c}, 'YYYY-MM-DD') ELSE '!' END"),
    "boolean": lambda c: f"CASE WHEN {c} IS NULL THEN '~' WHEN {c} THEN '1:1' ELSE '1:0' END",
    "timestamp": lambda c: sized(f"TO_CHAR(DATE_PART(EPOCH_MICROSECOND, {c}))"),
    "binary": lambda c: f"COALESCE((OCTET_LENGTH({c}) * 2) || ':' || HEX_ENCODE({c}), '~')",
}


def lines(table: str, columns: list[tuple[str, str]]) -> str:
    """The canonical texts of a table's rows; `columns` are names in Snowflake and types of ours."""
    fields = " || ".join(FIELDS[kind](quoted(name)) for name, kind in columns)
    return f"SELECT {fields} AS LINE FROM {table}"


def table_hash(table: str, columns: list[tuple[str, str]]) -> str:
    return (
        f"SELECT COUNT(*) AS ROW_COUNT, TO_CHAR(COALESCE(MOD(SUM(MD5_NUMBER_LOWER64(LINE)), {MODULUS}), 0)) AS WORD_SUM "
        f"FROM ({lines(table, columns)})")


def bucket_hashes(table: str, columns: list[tuple[str, str]]) -> str:
    return (
        "SELECT MOD(MD5_NUMBER_UPPER64(LINE), 4096) AS BUCKET, COUNT(*) AS ROW_COUNT, "
        f"TO_CHAR(MOD(SUM(MD5_NUMBER_LOWER64(LINE)), {MODULUS})) AS WORD_SUM FROM ({lines(table, columns)}) GROUP BY 1")
