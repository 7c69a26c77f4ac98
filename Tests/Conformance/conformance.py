#!/usr/bin/env python3
"""Proves that a published build is what dbt makes of the same data.

RAW of the build is loaded into DuckDB with the types that the project declares, the real dbt builds and tests the
project there, and every relation of STAGED and MAIN is compared with the build's, row by row, as a multiset: reals
within 1e-9, dates as ISO text, booleans as 0 and 1.

    conformance.py [warehouse/current] [--project-dir .] [--cache ~/.cache/reelhouse/conformance]

Exit codes: 0 equal, 1 different or a test of dbt failed, 2 could not run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import DBT_REQUIREMENTS, CannotRun, default_cache, enter_environment

DATABASE = "conformance"
TOLERANCE = 1e-9
SHOWN_DIFFERENCES = 5
BATCH_ROWS = 100_000
# Rows that are not equal to the last bit are paired in memory: beyond so many, something is plainly wrong.
MAX_PAIRED_ROWS = 500_000

# data_type → DuckDB's type, the types DuckDB may give to a computed column, SQLite's condition for a wrong value.
TYPES = {
    "integer": ("bigint", {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "UHUGEINT"},
                "typeof({c}) not in ('integer', 'null')"),
    "real": ("double", {"DOUBLE"}, "typeof({c}) not in ('real', 'null')"),
    "text": ("varchar", {"VARCHAR"}, "typeof({c}) not in ('text', 'null')"),
    "date": ("date", {"DATE"},
             "typeof({c}) <> 'null' and {c} not glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"),
    "boolean": ("boolean", {"BOOLEAN"}, "typeof({c}) <> 'null' and {c} not in (0, 1)"),
}


class Different(Exception):
    pass


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Dbt:
    """dbt with a profile, a target folder and logs outside of the project, so that the project stays clean."""

    def __init__(self, project: Path, scratch: Path):
        self.project = project
        self.target = scratch / "target"
        self.database = scratch / f"{DATABASE}.duckdb"
        self.profiles = scratch / "profiles"
        self.logs = scratch / "logs"
        self.profiles.mkdir()
        output = {"type": "duckdb", "path": str(self.database), "schema": "main", "threads": os.cpu_count() or 1}
        profile = {"letterboxd": {"target": "conformance", "outputs": {"conformance": output}}}
        (self.profiles / "profiles.yml").write_text(json.dumps(profile))  # JSON is YAML

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [
            str(Path(sys.executable).with_name("dbt")), "--no-use-colors",
            "--warn-error-options", '{"error": ["Deprecations"]}',
            *arguments,
            "--project-dir", str(self.project), "--profiles-dir", str(self.profiles),
            "--target-path", str(self.target), "--log-path", str(self.logs),
        ]
        environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        return subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def artifact(self, name: str) -> dict:
        return json.loads((self.target / name).read_text())


# Loading


def open_layer(build: Path, layer: str) -> sqlite3.Connection:
    path = build / f"{layer}.db"
    if not path.is_file():
        raise CannotRun(f"{path} does not exist: is {build} a published build?")
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)


def sqlite_columns(layer: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in layer.execute(f"pragma table_info({quoted(table)})")]


def declared_columns(node: dict) -> list[tuple[str, str]]:
    columns = [(name, column.get("data_type")) for name, column in node["columns"].items()]
    for name, data_type in columns:
        if data_type not in TYPES:
            raise Different(f"column {name} is declared as {data_type}, not one of {', '.join(TYPES)}")
    return columns


def check_sqlite_values(layer: sqlite3.Connection, table: str, columns: list[tuple[str, str]]) -> None:
    """Every value is stored as its column's declared type says."""
    conditions = [f"coalesce(sum({TYPES[kind][2].format(c=quoted(name))}), 0)" for name, kind in columns]
    counts = layer.execute(f"select {', '.join(conditions)} from {quoted(table)}").fetchone()
    for (name, kind), count in zip(columns, counts):
        if count:
            raise Different(f"{count} values of {name} are not stored as {kind}")


def copy_table(layer: sqlite3.Connection, table: str, duckdb, copy: str, columns: list[tuple[str, str]]) -> int:
    """Copies a table from SQLite into a new typed table of DuckDB; returns the number of rows."""
    import pyarrow

    carriers = {
        "integer": pyarrow.int64(), "real": pyarrow.float64(), "text": pyarrow.string(),
        "date": pyarrow.string(), "boolean": pyarrow.int64(),
    }
    schema = pyarrow.schema([(name, carriers[kind]) for name, kind in columns])
    types = ", ".join(f"{quoted(name)} {TYPES[kind][0]}" for name, kind in columns)
    duckdb.execute(f"create table {copy} ({types})")
    casts = ", ".join(f"cast({quoted(name)} as {TYPES[kind][0]})" for name, kind in columns)
    cursor = layer.execute(f"select {', '.join(quoted(name) for name, _ in columns)} from {quoted(table)}")
    count = 0
    while rows := cursor.fetchmany(BATCH_ROWS):
        arrays = [pyarrow.array(values, type=field.type) for values, field in zip(zip(*rows), schema)]
        duckdb.register("batch", pyarrow.Table.from_arrays(arrays, schema=schema))
        duckdb.execute(f"insert into {copy} select {casts} from batch")
        duckdb.unregister("batch")
        count += len(rows)
    return count


def load_raw(build: Path, manifest: dict, database: Path) -> None:
    import duckdb

    layer = open_layer(build, "raw")
    connection = duckdb.connect(str(database))
    for source in manifest["sources"].values():
        columns = declared_columns(source)
        table = source["identifier"]
        present = sqlite_columns(layer, table)
        if missing := [name for name, _ in columns if name not in present]:
            raise Different(f"raw.{table} of the build lacks {', '.join(missing)}")
        check_sqlite_values(layer, table, columns)
        schema = quoted(source["schema"])
        connection.execute(f"create schema if not exists {schema}")
        rows = copy_table(layer, table, connection, f"{schema}.{quoted(table)}", columns)
        print(f"loaded raw.{table}: {rows} rows", flush=True)
    connection.close()


# Comparing


def compare(layer: sqlite3.Connection, duckdb, node: dict) -> int:
    """Raises Different unless the relation is the same on both sides; returns the number of rows."""
    table = node["alias"]
    theirs = f"{quoted(node['schema'])}.{quoted(table)}"
    columns = declared_columns(node)
    names = [name for name, _ in columns]
    described = [(row[0], row[1]) for row in duckdb.execute(f"describe {theirs}").fetchall()]
    for side, present in (("the build", sqlite_columns(layer, table)), ("DuckDB", [name for name, _ in described])):
        if present != names:
            raise Different(f"columns in {side} are {present}, declared are {names}")
    for (name, kind), (_, actual) in zip(columns, described):
        if actual not in TYPES[kind][1]:
            raise Different(f"{name} is declared as {kind}, but is {actual} in DuckDB")
    check_sqlite_values(layer, table, columns)

    ours = "conformance_copy"
    duckdb.execute(f"drop table if exists {ours}")
    copied = copy_table(layer, table, duckdb, ours, columns)
    # One type on both sides, or `except all` would compare HUGEINT with BIGINT by a cast of its own choice.
    typed = f"select {', '.join(f'cast({quoted(n)} as {TYPES[k][0]}) as {quoted(n)}' for n, k in columns)} from "
    counted = duckdb.execute(f"select count(*) from {theirs}").fetchall()[0][0]
    only_ours = duckdb.execute(f"{typed}{ours} except all {typed}{theirs}").fetchmany(MAX_PAIRED_ROWS)
    only_theirs = duckdb.execute(f"{typed}{theirs} except all {typed}{ours}").fetchmany(MAX_PAIRED_ROWS)
    duckdb.execute(f"drop table {ours}")

    differences = unpaired(only_ours, only_theirs, [kind == "real" for _, kind in columns])
    if copied != counted or differences:
        lines = [f"{copied} rows in the build, {counted} in DuckDB"]
        lines += [f"    {side}: {tuple(map(str, row))}" for side, row in differences[:SHOWN_DIFFERENCES]]
        raise Different("\n".join(lines))
    return copied


def unpaired(only_ours: list[tuple], only_theirs: list[tuple], is_real: list[bool]) -> list[tuple[str, tuple]]:
    """Pairs rows that are equal but for the last bits of their reals, and returns what remains."""

    def key(row: tuple) -> tuple:
        return tuple((value is not None, str(value)) for value, real in zip(row, is_real) if not real)

    def reals(row: tuple) -> tuple:
        return tuple((value is not None, value or 0.0) for value, real in zip(row, is_real) if real)

    def near(one: tuple, other: tuple) -> bool:
        return all(
            a_known == b_known and abs(a - b) <= TOLERANCE
            for (a_known, a), (b_known, b) in zip(reals(one), reals(other))
        )

    waiting: dict[tuple, list[tuple]] = {}
    for row in only_theirs:
        waiting.setdefault(key(row), []).append(row)
    remaining = []
    for row in only_ours:
        candidates = waiting.get(key(row), [])
        match = next((i for i, candidate in enumerate(candidates) if near(row, candidate)), None)
        if match is None:
            remaining.append(("only in the build", row))
        else:
            candidates.pop(match)
    missing = [("only in DuckDB", row) for row in itertools.chain(*waiting.values())]
    # Both sides of one difference are best read together.
    return sorted(remaining + missing, key=lambda difference: (key(difference[1]), difference[0]))


def compare_layers(build: Path, manifest: dict, database: Path) -> bool:
    import duckdb

    connection = duckdb.connect(str(database))
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    equal = True
    for schema in sorted({node["schema"] for node in nodes}):
        layer = open_layer(build, schema)
        relations = {node["alias"]: node for node in nodes if node["schema"] == schema}
        present = {
            name
            for (name,) in layer.execute("select name from sqlite_master where type in ('table', 'view')")
            if not name.startswith(("sqlite_", "_"))
        }
        for name in sorted(present | set(relations)):
            try:
                if name not in relations:
                    raise Different("in the build, but not in the project")
                if name not in present:
                    raise Different("not in the build")
                print(f"equal      {schema}.{name}: {compare(layer, connection, relations[name])} rows", flush=True)
            except Different as difference:
                equal = False
                print(f"DIFFERENT  {schema}.{name}: {difference}", flush=True)
    return equal


def conform(build: Path, project: Path, scratch: Path) -> bool:
    dbt = Dbt(project, scratch)
    parsed = dbt.run("parse", "--show-all-deprecations")
    if parsed.returncode != 0:
        print(parsed.stdout)
        raise CannotRun("dbt could not parse the project")
    load_raw(build, dbt.artifact("manifest.json"), dbt.database)
    built = dbt.run("build")
    print(built.stdout if built.returncode != 0 else built.stdout.rstrip().splitlines()[-1], flush=True)
    if built.returncode == 2:
        raise CannotRun("dbt could not build the project")
    equal = compare_layers(build, dbt.artifact("manifest.json"), dbt.database)
    return equal and built.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", type=Path, help="folder with raw.db, staged.db and main.db")
    parser.add_argument("--project-dir", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environment with dbt is kept")
    parser.add_argument("--keep", action="store_true", help="keep DuckDB's database and dbt's target folder")
    arguments = parser.parse_args()
    project = arguments.project_dir.resolve()
    build = (arguments.build or project / "warehouse" / "current").resolve()
    try:
        enter_environment(arguments.cache.resolve(), DBT_REQUIREMENTS)
        scratch = Path(tempfile.mkdtemp(prefix="reelhouse-conformance-"))
        try:
            equal = conform(build, project, scratch)
        finally:
            if arguments.keep:
                print(f"kept {scratch}", file=sys.stderr)
            else:
                shutil.rmtree(scratch)
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2
    except Different as difference:
        print(f"DIFFERENT  {difference}")
        return 1
    print(f"{build}: {'equal to' if equal else 'DIFFERENT from'} what dbt makes of the same data")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
