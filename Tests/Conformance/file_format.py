#!/usr/bin/env python3
"""Has other builds of SQLite read and write the files of a warehouse that were written without SQLite's engine.

    file_format.py FILE.db … [--cache ~/.cache/reelhouse/conformance]

Each file is copied and checked by Python's own SQLite and by those of the packages apsw and pysqlite3-binary, which are
of other versions: integrity_check and foreign_key_check, all rows of all tables the same to the byte in all of them,
every index searched, and the file changed, vacuumed and checked again. Exit codes: 0 sound, 1 not, 2 could not run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PACKAGES = ["apsw", "pysqlite3-binary"]

# Runs in an interpreter of its own: argv is the module and the database. Prints the version and a line for each table.
CHECK = r'''
import hashlib, sys
module, path = sys.argv[1:]
if module == "apsw":
    import apsw
    connection = apsw.Connection(path)
    version = apsw.sqlite_lib_version()
    execute = lambda sql: connection.cursor().execute(sql)
else:
    sqlite = __import__(module if module == "sqlite3" else "pysqlite3.dbapi2", fromlist=["x"])
    connection = sqlite.connect(path, isolation_level=None)
    connection.text_factory = bytes
    version = sqlite.sqlite_version
    execute = connection.execute
quoted = lambda name: '"' + name.replace('"', '""') + '"'
def text(value):
    return value.decode() if isinstance(value, bytes) else value
def check(when):
    for pragma in ("integrity_check", "foreign_key_check"):
        found = [tuple(map(text, row)) for row in execute("pragma " + pragma)]
        if found not in ([("ok",)], []):
            sys.exit(f"{pragma} {when}: {found[:5]}")
check("as written")
print(version)
schema = [tuple(map(text, row)) for row in execute(
    "select type, name, tbl_name, coalesce(sql, '') from sqlite_schema order by name")]
tables = [name for kind, name, _, _ in schema if kind == "table"]
rowless = {name for kind, name, _, sql in schema if sql.lower().rstrip().endswith("without rowid")}
for table in tables:
    digest = hashlib.sha256()
    count = 0
    order = "" if table in rowless else " order by rowid"
    columns = [text(row[1]) for row in execute(f"pragma table_info({quoted(table)})")]
    # A real as its shortest digits would depend on the version, so as its value; texts as their bytes.
    shown = ", ".join(f"typeof({quoted(c)}), case typeof({quoted(c)}) when 'text' then cast({quoted(c)} as blob) "
                      f"else {quoted(c)} end" for c in columns)
    for row in execute(f"select {shown} from {quoted(table)}{order}"):
        digest.update(repr([text(value) if index % 2 == 0 else value for index, value in enumerate(row)]).encode())
        count += 1
    print(table, count, digest.hexdigest())
    for index in [name for kind, name, of, _ in schema if kind == "index" and of == table]:
        first = text(next(iter(execute(f"pragma index_info({quoted(index)})")))[2])
        found = next(iter(execute(
            f"select count(*) from {quoted(table)} indexed by {quoted(index)} where {quoted(first)} is not null")))[0]
        expected = next(iter(execute(
            f"select count(*) from {quoted(table)} not indexed where {quoted(first)} is not null")))[0]
        if found != expected:
            sys.exit(f"the index {index} has {found} rows of {expected}")
for table in tables:
    if not table.startswith("sqlite_") and table not in rowless:
        execute(f"delete from {quoted(table)} where rowid % 3 = 0")
check("after a change")
execute("vacuum")
check("after a vacuum")
'''


def fail(code: int, message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)


def interpreter(cache: Path) -> str:
    folder = cache / "file-format"
    python = folder / "bin" / "python3"
    if not (folder / "complete").exists():
        try:
            venv.create(folder, with_pip=True, clear=True)
            for package in PACKAGES:
                subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            fail(2, f"{' and '.join(PACKAGES)} cannot be installed: {error}")
        (folder / "complete").touch()
    return str(python)


def thaw(path: str) -> None:
    """Makes a copy of a published file writable: its header says that it is frozen."""
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        file.seek(18)
        file.write(b"\x01\x01")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="FILE.db")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "reelhouse" / "conformance")
    options = parser.parse_args()
    modern = interpreter(options.cache)
    readers = [(sys.executable, "sqlite3"), (modern, "apsw"), (modern, "pysqlite3")]
    with tempfile.TemporaryDirectory() as scratch:
        for file in options.files:
            results = []
            for python, module in readers:
                copy = os.path.join(scratch, "copy.db")
                shutil.copyfile(file, copy)
                thaw(copy)
                run = subprocess.run([python, "-c", CHECK, module, copy], capture_output=True, text=True)
                if run.returncode != 0:
                    fail(1, f"{file}, {module}: {run.stderr.strip()}")
                version, *tables = run.stdout.splitlines()
                results.append((module, version, tables))
            for module, version, tables in results[1:]:
                if tables != results[0][2]:
                    fail(1, f"{file}: {module} {version} sees other rows than {results[0][0]} {results[0][1]}")
            print(f"{file}: {len(results[0][2])} tables, sound in SQLite {', '.join(r[1] for r in results)}")


if __name__ == "__main__":
    main()
