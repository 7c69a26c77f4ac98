"""COPY INTO a table from Parquet files of a stage that is declared when the server starts, or of the user's own (`@~`).

    COPY INTO t [(columns)] FROM @stage[/path] [FILES = ('a', …)] [PATTERN = '…'] [FILE_FORMAT = (TYPE = PARQUET …)]
        [MATCH_BY_COLUMN_NAME = CASE_SENSITIVE | CASE_INSENSITIVE] [ON_ERROR = ABORT_STATEMENT] [FORCE = TRUE]
    COPY INTO t [(columns)] FROM (SELECT $1:"column"::type, … FROM @stage[/path]) …

Files are fetched and read by DuckDB. As in Snowflake a file that was loaded into the table is passed over, until the
table is made anew or truncated, unless FORCE is said. Without USE_LOGICAL_TYPE = TRUE days and timestamps are the
integers that they are stored as, and without BINARY_AS_TEXT = FALSE binaries are texts: both are refused here where
the columns are of these types, since they would not arrive.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from .errors import fault, insufficient, not_there
from .names import parts, plain, quoted
from .privileges import need
from .showing import table_of

COPY = re.compile(
    r"\s*copy\s+into\s+(?P<table>(?:\"(?:[^\"]|\"\")*\"|[^\s(\"])+)\s*(?:\((?P<columns>[^)]*)\)\s*)?from\s+"
    r"(?:(?P<stage>'?@[^\s'()]+'?)|\(\s*(?P<select>select\b.*?\bfrom\s+(?P<inner>'?@[^\s'()]+'?)[^()]*)\))(?P<options>.*)",
    re.I | re.S)
FIELDS = (
    "file status rows_parsed# rows_loaded# error_limit# errors_seen# first_error first_error_line# first_error_character# "
    "first_error_column_name")


def option(text: str, name: str) -> str | None:
    match = re.search(rf"\b{name}\s*=>?\s*(\((?:[^()']|'[^']*')*\)|'[^']*'|\w+)", text, re.I)
    return match[1] if match else None


def copy(session, cursor, command: str) -> pa.Table:
    match = COPY.fullmatch(command)
    if not match:
        raise fault(1003, "42000", "SQL compilation error:\nsyntax error line 1 at position 0 unexpected 'COPY'.")
    path = session.path(parts(match["table"]))
    if session.catalog.kind_of(*path) != "TABLE":
        raise not_there("Table", ".".join(path))
    session.need_warehouse()
    need(session, path, ["INSERT"])
    form = option(match["options"], "FILE_FORMAT") or ""
    if (option(form, "TYPE") or "").strip("'").upper() != "PARQUET":
        raise fault(9999, "99999", "the stand-in copies Parquet files")
    stage = Stage(session, (match["stage"] or match["inner"]).strip("'"))
    files = stage.files(option(match["options"], "FILES"), option(match["options"], "PATTERN"))
    known = session.catalog.known(*path)
    is_forced = (option(match["options"], "FORCE") or "").upper() == "TRUE"
    fresh = [one for one in files if is_forced or one not in known.loaded]
    if not fresh:
        return pa.table({"status": ["Copy executed with 0 files processed."]})
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(fresh):
            local = stage.fetch(name, Path(folder) / f"{number}.parquet")
            count = load(session, path, match, form, local, name)
            rows.append((name, "LOADED", count, count, 1, 0, None, None, None, None))
    known.loaded.update(fresh)
    return table_of(FIELDS, rows)


def load(session, path: tuple, match, form: str, local: Path, name: str) -> int:
    schema = pq.read_schema(local)
    types = {
        column: kind
        for one, table, column, _, kind, *_ in session.catalog.columns(path[0]) if (one, table) == path[1:]
    }
    has_logical = (option(form, "USE_LOGICAL_TYPE") or "FALSE").upper() == "TRUE"
    has_text = (option(form, "BINARY_AS_TEXT") or "TRUE").upper() == "TRUE"
    for field in schema:
        if not has_logical and (pa.types.is_temporal(field.type)):
            raise fault(
                100071, "22000",
                f"Failed to cast variant value of '{field.name}': USE_LOGICAL_TYPE is not TRUE, so it is an integer")
        if has_text and pa.types.is_binary(field.type):
            raise fault(
                100071, "22000",
                f"Failed to cast variant value of '{field.name}': BINARY_AS_TEXT is not FALSE, so it is a text")
    source = f"read_parquet('{local}')"
    columns = [plain(part.strip()) for part in match["columns"].split(",")] if match["columns"] else list(types)
    if match["select"]:
        select = transformed(match["select"], match["inner"], source)
    else:
        how = (option(match["options"], "MATCH_BY_COLUMN_NAME") or "NONE").upper()
        if how == "NONE":
            raise fault(
                2019, "0A000",
                "SQL compilation error:\nPARQUET file format can produce one and only one column of type variant, object, "
                "or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation."
            )
        fold = (lambda text: text) if how == "CASE_SENSITIVE" else str.upper
        there = {fold(field.name): field.name for field in schema}
        columns = [column for column in columns if fold(column) in there]
        select = f"select {', '.join(quoted(there[fold(column)]) for column in columns)} from {source}"
    target = quoted(path[0], "main" if path[1] == "MAIN" else path[1], path[2])
    (count,) = session.duck.execute(f"insert into {target} ({', '.join(map(quoted, columns))}) {select}").fetchone()
    return count


def transformed(select: str, stage: str, source: str) -> str:
    """A SELECT from a stage as one from the file: `$1:"column"` is the column."""
    parsed = sqlglot.parse_one(select.replace(stage, "_standin_file"), read="snowflake")

    def column(node):
        if isinstance(node, exp.JSONExtract) and isinstance(node.this, (exp.Parameter, exp.Placeholder, exp.Column)):
            keys = [part.this for part in node.expression.expressions if isinstance(part, exp.JSONPathKey)]
            return exp.column(exp.to_identifier(keys[0], quoted=True))
        return node

    text = parsed.transform(column).sql(dialect="duckdb")
    return re.sub(r"\b_standin_file\b", lambda _: source, text, flags=re.I)


class Stage:
    """A stage's files: under an address of S3, or the user's folder."""

    def __init__(self, session, text: str) -> None:
        name, _, self.path = text.removeprefix("@").partition("/")
        if name == "~":
            self.root, self.settings = session.account.user_stage, None
            if self.root is None:
                raise not_there("Stage", "~")
            return
        self.name = ".".join(session.path(parts(name)))
        self.settings = session.account.stage(self.name)
        if self.settings is None:
            raise not_there("Stage", self.name)
        if not session.account.allows(session.role, "USAGE", "STAGE", self.name):
            raise insufficient("stage", parts(name)[-1])
        self.bucket, _, self.prefix = self.settings["url"].removeprefix("s3://").partition("/")

    def client(self):
        import boto3

        return boto3.client(
            "s3", endpoint_url=self.settings["endpoint"], region_name=self.settings.get("region", "us-east-1"),
            aws_access_key_id=self.settings["key"], aws_secret_access_key=self.settings["secret"])

    def files(self, listed: str | None, pattern: str | None) -> list[str]:
        """Names below the stage. Those of FILES are joined to the path as they are, so that it must end in a slash."""
        if listed:
            names = [self.path + one for one in re.findall(r"'([^']*)'", listed)]
            if self.settings:
                missing = [name for name in names if not self.there(self.prefix + name)]
            else:
                missing = [name for name in names if not (Path(self.root) / name).exists()]
            if missing:
                raise fault(
                    100080, "22000",
                    f"Remote file '{missing[0]}' was not found. There are several potential causes. The file might not exist."
                )
            return names
        if self.settings is None:
            names = [str(one.relative_to(self.root)) for one in sorted(Path(self.root).rglob("*")) if one.is_file()]
            names = [name for name in names if name.startswith(self.path)]
        else:
            pages = self.client().get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix + self.path)
            names = [one["Key"].removeprefix(self.prefix) for page in pages for one in page.get("Contents", [])]
        return [name for name in names if not pattern or re.fullmatch(pattern.strip("'"), name)]

    def there(self, key: str) -> bool:
        answer = self.client().list_objects_v2(Bucket=self.bucket, Prefix=key)
        return key in [one["Key"] for one in answer.get("Contents", [])]

    def fetch(self, name: str, local: Path) -> Path:
        if self.settings is None:
            return Path(self.root) / name
        self.client().download_file(self.bucket, self.prefix + name, str(local))
        return local
