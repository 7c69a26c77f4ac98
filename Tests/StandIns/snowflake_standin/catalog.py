"""What Snowflake knows of schemas, tables and columns beyond DuckDB: comments, declared types, owners, exact row
counts.

DuckDB has no case in names (two columns that differ in case alone cannot be made), and its schema `main` is in every
database: it is MAIN, there once somebody has made it.
"""

from __future__ import annotations

import datetime
import re
import threading
from dataclasses import dataclass, field

import pyarrow as pa

SYSTEM_DATABASES = ("memory", "system", "temp", "_fs_global", "_standin")
HIDDEN_SCHEMAS = ("_fs_information_schema", "information_schema", "pg_catalog")
DUCK_TYPES = {
    "BIGINT": "NUMBER(38,0)", "INTEGER": "NUMBER(38,0)", "SMALLINT": "NUMBER(38,0)", "TINYINT": "NUMBER(38,0)",
    "HUGEINT": "NUMBER(38,0)", "UBIGINT": "NUMBER(38,0)", "UINTEGER": "NUMBER(38,0)", "DOUBLE": "FLOAT", "FLOAT": "FLOAT",
    "BLOB": "BINARY(8388608)", "VARCHAR": "VARCHAR(16777216)", "TIMESTAMP": "TIMESTAMP_NTZ(9)",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ(9)", "TIME": "TIME(9)", "JSON": "VARIANT", '"NULL"': "VARCHAR(16777216)",
}


def snowflake_type(duck: str) -> str:
    if match := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", duck):
        return f"NUMBER({match[1]},{match[2]})"
    return DUCK_TYPES.get(duck, duck)


@dataclass
class Relation:
    """What is known of a table, view or schema besides what DuckDB has."""

    owner: str
    comment: str | None = None
    is_transient: bool = False
    types: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)
    text: str | None = None
    loaded: set = field(default_factory=set)
    created: datetime.datetime = field(default_factory=lambda: datetime.datetime.now(datetime.UTC))


class Catalog:
    def __init__(self, duck) -> None:
        self.duck = duck
        self.relations: dict[tuple, Relation] = {}
        self.schemas: dict[tuple, Relation] = {}
        self.changed = threading.RLock()

    def cursor(self):
        return self.duck.cursor()

    # What there is, in Snowflake's names

    def databases(self) -> list[str]:
        found = self.cursor().execute("select database_name from duckdb_databases()").fetchall()
        return sorted(name for (name,) in found if name not in SYSTEM_DATABASES)

    def schema_names(self, database: str) -> list[str]:
        found = self.cursor().execute(
            "select schema_name from duckdb_schemas() where database_name = ?", [database]).fetchall()
        names = {name for (name,) in found if name not in (*HIDDEN_SCHEMAS, "main")}
        if (database, "MAIN") in self.schemas:
            names.add("MAIN")
        return sorted(names)

    def has_schema(self, database: str, schema: str) -> bool:
        return schema in self.schema_names(database) or schema == "INFORMATION_SCHEMA"

    def known(self, database: str, schema: str, name: str) -> Relation:
        with self.changed:
            return self.relations.get((database, schema, name)) or Relation("SYSADMIN")

    def rows(self, database: str) -> list[tuple]:
        """(schema, name, kind, text) of each table and view."""
        found = self.cursor().execute(
            "select schema_name, table_name, 'TABLE', null from duckdb_tables() where database_name = $1 and not internal "
            "union all select schema_name, view_name, 'VIEW', sql from duckdb_views() where database_name = $1 and not internal",
            [database]).fetchall()
        return sorted(
            ("MAIN" if schema == "main" else schema, name, kind, text) for schema, name, kind, text in found
            if schema not in HIDDEN_SCHEMAS)

    def kind_of(self, database: str, schema: str, name: str) -> str | None:
        return next((kind for s, n, kind, _ in self.rows(database) if (s, n) == (schema, name)), None)

    def columns(self, database: str) -> list[tuple]:
        """(schema, table, column, position, type, is nullable, default, comment) of each column."""
        found = self.cursor().execute(
            "select schema_name, table_name, column_name, column_index, data_type, is_nullable, column_default "
            "from duckdb_columns() where database_name = ? and not internal order by 1, 2, 4", [database]).fetchall()
        columns = []
        for schema, table, name, position, duck, nullable, default in found:
            if schema in HIDDEN_SCHEMAS:
                continue
            schema = "MAIN" if schema == "main" else schema
            known = self.known(database, schema, table)
            kind = known.types.get(name) or snowflake_type(duck)
            columns.append((schema, table, name, position, kind, nullable, default, known.comments.get(name)))
        return columns

    def row_count(self, database: str, schema: str, name: str) -> int:
        path = ".".join('"' + one.replace('"', '""') + '"' for one in (database, schema, name))
        return self.cursor().execute(f"select count(*) from {path}").fetchone()[0]

    # INFORMATION_SCHEMA

    def information(self, database: str, name: str) -> pa.Table | None:
        """A view of a database's INFORMATION_SCHEMA as it is now; None for one that is not stood in for."""
        if name == "TABLES":
            rows = []
            for schema, table, kind, _ in self.rows(database):
                known = self.known(database, schema, table)
                rows.append({
                    "TABLE_CATALOG": database, "TABLE_SCHEMA": schema, "TABLE_NAME": table, "TABLE_OWNER": known.owner,
                    "TABLE_TYPE": "BASE TABLE" if kind == "TABLE" else "VIEW", "IS_TRANSIENT": yes(known.is_transient),
                    "ROW_COUNT": self.row_count(database, schema, table) if kind == "TABLE" else None,
                    "CREATED": known.created, "LAST_ALTERED": known.created, "COMMENT": known.comment})
            return made(
                rows, "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER TABLE_TYPE IS_TRANSIENT", ["ROW_COUNT"],
                "COMMENT")
        if name == "VIEWS":
            rows = []
            for schema, view, kind, text in self.rows(database):
                known = self.known(database, schema, view)
                if kind == "VIEW":
                    rows.append({
                        "TABLE_CATALOG": database, "TABLE_SCHEMA": schema, "TABLE_NAME": view, "TABLE_OWNER": known.owner,
                        "VIEW_DEFINITION": known.text or text, "CREATED": known.created, "LAST_ALTERED": known.created,
                        "COMMENT": known.comment})
            return made(rows, "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER VIEW_DEFINITION", [], "COMMENT")
        if name == "COLUMNS":
            rows = [self._column(database, *column) for column in self.columns(database)]
            return made(
                rows, "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME IS_NULLABLE DATA_TYPE COLUMN_DEFAULT",
                ["ORDINAL_POSITION", "CHARACTER_MAXIMUM_LENGTH", "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION",
                 "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE", "DATETIME_PRECISION"], "COMMENT", times=False)
        if name == "SCHEMATA":
            rows = []
            for schema in [*self.schema_names(database), "INFORMATION_SCHEMA"]:
                known = self.schemas.get((database, schema)) or Relation("SYSADMIN")
                rows.append({
                    "CATALOG_NAME": database, "SCHEMA_NAME": schema, "SCHEMA_OWNER": known.owner,
                    "IS_TRANSIENT": yes(known.is_transient), "CREATED": known.created, "LAST_ALTERED": known.created,
                    "COMMENT": known.comment})
            return made(rows, "CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER IS_TRANSIENT", [], "COMMENT")
        return None

    @staticmethod
    def _column(database, schema, table, name, position, kind, nullable, default, comment) -> dict:
        base, numbers = kind.partition("(")[0], [int(number) for number in re.findall(r"\d+", kind.partition("(")[2])]
        row = {
            "TABLE_CATALOG": database, "TABLE_SCHEMA": schema, "TABLE_NAME": table, "COLUMN_NAME": name,
            "ORDINAL_POSITION": position, "COLUMN_DEFAULT": default, "IS_NULLABLE": yes(nullable),
            "DATA_TYPE": "TEXT" if base == "VARCHAR" else base, "COMMENT": comment}
        if base == "VARCHAR":
            row |= {"CHARACTER_MAXIMUM_LENGTH": numbers[0], "CHARACTER_OCTET_LENGTH": min(4 * numbers[0], 16777216)}
        elif base == "BINARY":
            row |= {"CHARACTER_MAXIMUM_LENGTH": numbers[0], "CHARACTER_OCTET_LENGTH": numbers[0]}
        elif base == "NUMBER":
            row |= {"NUMERIC_PRECISION": numbers[0], "NUMERIC_PRECISION_RADIX": 10, "NUMERIC_SCALE": numbers[1]}
        elif base.startswith("TIME"):
            row |= {"DATETIME_PRECISION": numbers[0]}
        return row

    # Changes

    def put(self, key: tuple, relation: Relation) -> None:
        with self.changed:
            self.relations[key] = relation

    def move(self, old: tuple, new: tuple) -> None:
        with self.changed:
            if old in self.relations:
                self.relations[new] = self.relations.pop(old)

    def forget(self, key: tuple) -> None:
        with self.changed:
            self.relations.pop(key, None)

    def forget_schema(self, database: str, schema: str) -> None:
        with self.changed:
            self.schemas.pop((database, schema), None)
            for key in [key for key in self.relations if key[:2] == (database, schema)]:
                del self.relations[key]


def yes(value: bool) -> str:
    return "YES" if value else "NO"


def made(rows: list[dict], texts: str, numbers: list[str], *last: str, times: bool = True) -> pa.Table:
    fields = [(name, pa.string()) for name in texts.split()]
    fields += [(name, pa.int64()) for name in numbers]
    if times:
        fields += [(name, pa.timestamp("us", "UTC")) for name in ("CREATED", "LAST_ALTERED")]
    fields += [(name, pa.string()) for name in last]
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in fields}, pa.schema(fields))
