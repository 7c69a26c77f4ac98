#!/usr/bin/env python3
"""Proves that a project of others runs unchanged: jaffle-shop-classic has the rows that dbt-duckdb gives.

    jaffle.py [.build/release/reelhouse] [--source https://github.com/dbt-labs/jaffle-shop-classic]

Exit codes: 0 equal, 1 different or a failure, 2 could not run.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from environment import DBT_REQUIREMENTS, CannotRun, default_cache, enter_environment

SOURCE = "https://github.com/dbt-labs/jaffle-shop-classic"


def run(*command: object, codes: tuple[int, ...] = (0,), **environment: str) -> str:
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode not in codes:
        raise CannotRun(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def plain(value: object) -> object:
    """A value in the form that both databases can have it in."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float, decimal.Decimal)):
        return round(float(value), 9)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
    return value


def rows(cursor) -> tuple[list[str], Counter]:
    names = [column[0] for column in cursor.description]
    return names, Counter(tuple(plain(value) for value in row) for row in cursor.fetchall())


def conform(binary: Path, project: Path, scratch: Path) -> bool:
    import duckdb

    warehouse, database = scratch / "warehouse", scratch / "jaffle.duckdb"
    print(run(binary, "build", "--project-dir", project, "--warehouse", warehouse,
              DBT_TARGET_PATH=str(scratch / "ours")).rstrip().splitlines()[-2])
    build = Path(run(binary, "status", "--path", "--project-dir", project, "--warehouse", warehouse).strip())
    profiles = scratch / "profiles"
    profiles.mkdir()
    output = {"type": "duckdb", "path": str(database), "schema": "main"}
    (profiles / "profiles.yml").write_text(json.dumps({"jaffle_shop": {"target": "x", "outputs": {"x": output}}}))
    run(Path(sys.executable).with_name("dbt"), "build", "--project-dir", project, "--profiles-dir", profiles,
        "--target-path", scratch / "theirs", "--log-path", scratch / "logs", DBT_SEND_ANONYMOUS_USAGE_STATS="false")
    theirs = duckdb.connect(str(database), read_only=True)
    ours = sqlite3.connect(f"{(build / 'main.db').as_uri()}?mode=ro&immutable=1", uri=True)
    manifest = json.loads((scratch / "theirs" / "manifest.json").read_text())
    equal = True
    for node in sorted(manifest["nodes"].values(), key=lambda node: node["unique_id"]):
        if node["resource_type"] not in ("model", "seed"):
            continue
        query = f'select * from "{node["alias"]}"'
        (our_names, our_rows), (their_names, their_rows) = rows(ours.execute(query)), rows(theirs.execute(query))
        if our_names == their_names and our_rows == their_rows:
            print(f"equal      {node['alias']}: {sum(our_rows.values())} rows")
            continue
        equal = False
        print(f"DIFFERENT  {node['alias']}: columns {our_names} and {their_names}")
        for side, more in (("only in reelhouse", our_rows - their_rows), ("only in dbt", their_rows - our_rows)):
            for row in list(more)[:5]:
                print(f"    {side}: {row}")
    return equal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=Path, default=Path(".build/release/reelhouse"))
    parser.add_argument("--source", default=SOURCE, help="a Git repository")
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environment with dbt is kept")
    arguments = parser.parse_args()
    try:
        if not arguments.binary.is_file():
            raise CannotRun(f"{arguments.binary} does not exist")
        enter_environment(arguments.cache.resolve(), DBT_REQUIREMENTS)
        with tempfile.TemporaryDirectory(prefix="reelhouse-jaffle-") as scratch:
            project = Path(scratch) / "jaffle"
            run("git", "clone", "--quiet", "--depth", "1", arguments.source, project)
            return 0 if conform(arguments.binary.resolve(), project, Path(scratch)) else 1
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
