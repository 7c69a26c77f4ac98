#!/usr/bin/env python3
"""Proves that the content hash is the same from SQLite, from Parquet and from this other implementation of
docs/content-hash.md, for every table and view of an export.

    content_hash.py <reelhouse> <build folder> <export folder> [--cache ~/.cache/reelhouse/parquet]

Exit codes: 0 equal, 1 different, 2 could not run.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import hashlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from parquet import enter_environment

EPOCH = datetime.datetime(1970, 1, 1)


def scaled(value: float) -> str:
    return str(int(decimal.Decimal(float(value) * 1e6).quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP)))


def microseconds(value) -> str:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    delta = value.replace(tzinfo=None) - EPOCH
    return str((delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds)


FORMS = {
    "integer": lambda value: str(int(value)),
    "real": scaled,
    "text": str,
    "date": str,
    "boolean": lambda value: str(int(value)),
    "timestamp": microseconds,
    "binary": lambda value: bytes(value).hex().upper(),
}


def word(values, types) -> int:
    text = b""
    for value, kind in zip(values, types):
        if value is None:
            text += b"~"
        else:
            form = FORMS[kind](value).encode()
            text += str(len(form)).encode() + b":" + form
    return int.from_bytes(hashlib.md5(text).digest()[8:], "big")


def table_hash(rows, types) -> str:
    count = total = 0
    for row in rows:
        count += 1
        total += word(row, types)
    return f"{count}:{total % 2**64}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reelhouse")
    parser.add_argument("build", type=Path)
    parser.add_argument("export", type=Path)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/reelhouse/parquet")
    arguments = parser.parse_args()
    enter_environment(arguments.cache)
    import pyarrow.parquet as pq

    if word((1, "a", None), ("integer", "text", "integer")) != 8214412092279801582:
        print("this script does not know its own vector")
        return 2
    connection = sqlite3.connect(f"file:{arguments.build}/main.db?mode=ro&immutable=1", uri=True)
    for layer in ["raw", "staged"]:
        connection.execute(f"attach 'file:{arguments.build}/{layer}.db?mode=ro&immutable=1' as {layer}")
    failures = 0
    tables = json.loads((arguments.export / "export.json").read_text())["tables"]
    for table in tables:
        path = arguments.export / table["file"]
        types = [column["type"] for column in table["columns"]]
        frame = pq.read_table(path)
        found = {
            "manifest": table["contentHash"],
            "SQLite": table_hash(connection.execute(f'select * from "{table["layer"]}"."{table["name"]}"'), types),
            "Parquet by pyarrow": table_hash(zip(*(column.to_pylist() for column in frame.columns)), types),
            "inspect": json.loads(subprocess.run([arguments.reelhouse, "inspect", "--hash", "-o", "json", path],
                                                 check=True, capture_output=True).stdout)["contentHash"],
        }
        if len(set(found.values())) != 1:
            failures += 1
            print(f"DIFFERENT {table['file']}: {found}")
    print(f"content hashes: {len(tables) - failures} passed, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
