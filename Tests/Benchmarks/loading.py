#!/usr/bin/env python3
"""Loads the full-size sample from its zip, beside what else does that work, each in turn and in the same run.

usage: loading.py REELHOUSE [--movies N] [--posters N] [--rounds N] [--work FOLDER]

Every run is checked: it must succeed and must have loaded all rows. DuckDB, Polars and pyarrow read no zip: `unzip` is a
part of their time. They are told the types of the columns, as ours is by the project.
"""
import argparse
import ast
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
from measuring import PROJECT, Results, machine, measure, peers, versions  # noqa: E402
from tables import TABLES  # noqa: E402

PACKAGES = ["duckdb", "polars", "pyarrow", "sqlite-utils"]
INFLATE = "inflate alone, both cores (`unzip -p` of each member, two at once)"
SQLITE = "`unzip -p \\| sqlite3 .import`"
OURS = "`reelhouse ingest`"
OURS_ZLIB = "`reelhouse ingest` without ISA-L"
UNCHANGED = "`reelhouse ingest`, nothing changed"
ONE_CHANGED = "`reelhouse ingest`, one member of nine changed"
SMALL_MOVIES = 20_000
# A sixteenth and a quarter of the whole, for a look at whether the cost is linear.
FRACTIONS = [16, 4, 1]


def csv_byte_count(archive):
    """Sums the sizes in a process of its own: a forked child begins with the memory of its parent, and Python holds a
    directory of 700,000 posters in hundreds of megabytes, which every measured program would seem to have used."""
    script = ("import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]);"
              " print(sum(z.getinfo(name).file_size for name in sys.argv[2:]))")
    names = [f"{table}.csv" for table in TABLES]
    return int(subprocess.run([sys.executable, "-c", script, archive] + names, capture_output=True, check=True).stdout)


def row_counts(path):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES}


def expect(name, found, expected):
    if found != expected:
        sys.exit(f"{name}: rows differ: {found} and {expected}")


def import_with_sqlite3(archive, work):
    """One `unzip -p member | sqlite3 .import` after the other, without a journal and without waiting for the disk."""
    database = os.path.join(work, "peer.db")
    if os.path.exists(database):
        os.remove(database)
    script = "set -eo pipefail\n" + "".join(
        f"unzip -p '{archive}' {table}.csv | sqlite3 -cmd 'pragma journal_mode=off' -cmd 'pragma synchronous=off'"
        f" -cmd '.mode csv' '{database}' '.import /dev/stdin {table}'\n"
        for table in TABLES
    )
    result = measure(["bash", "-c", script])
    return result, row_counts(database)


def load_with(python, peer, archive, work):
    """`unzip` of the nine members, then a peer's script. What it prints last are the rows of each table."""
    folder, out = os.path.join(work, "csv"), os.path.join(work, "out")
    for path in (folder, out):
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
    target = os.path.join(out, "peer.duckdb") if peer == "duckdb" else out
    members = " ".join(f"{table}.csv" for table in TABLES)
    counts = os.path.join(work, "counts")
    script = (f"set -eo pipefail; unzip -q -o '{archive}' {members} -d '{folder}'\n"
              f"'{python}' '{PROJECT}/Tests/Benchmarks/peers/{peer}_load.py' '{folder}' '{target}' > '{counts}'")
    result = measure(["bash", "-c", script])
    with open(counts, encoding="utf-8") as file:
        found = ast.literal_eval(file.read())
    for path in (folder, out):
        shutil.rmtree(path)
    return result, found


def inflate(archive):
    """The members decompressed two at once and thrown away: what a loader cannot be faster than with zlib."""
    script = "\n".join(f"unzip -p '{archive}' {table}.csv > /dev/null" for table in TABLES)
    return measure(["xargs", "-P", "2", "-d", "\\n", "-n", "1", "bash", "-c"], input=script.encode())


def insert_with_sqlite_utils(python, archive, work):
    """`sqlite-utils insert` of each member."""
    database = os.path.join(work, "utils.db")
    if os.path.exists(database):
        os.remove(database)
    command = os.path.join(os.path.dirname(python), "sqlite-utils")
    script = "set -eo pipefail\n" + "".join(
        f"unzip -p '{archive}' {table}.csv | '{command}' insert '{database}' {table} - --csv --silent\n"
        for table in TABLES
    )
    result = measure(["bash", "-c", script])
    return result, row_counts(database)


def with_one_changed(archive, work):
    """A copy of the archive in which `releases.csv` has one row less."""
    changed = os.path.join(work, "changed.zip")
    if not os.path.exists(changed):
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
            for table in TABLES:
                text = old.read(f"{table}.csv")
                new.writestr(f"{table}.csv", text[:text.rindex(b"\r\n", 0, -2) + 2] if table == "releases" else text)
    return changed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reelhouse")
    parser.add_argument("--movies", type=int, default=941_597)
    parser.add_argument("--posters", type=int, default=700_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", default=os.path.join(PROJECT, ".build", "bench"))
    options = parser.parse_args()
    reelhouse = os.path.abspath(options.reelhouse)
    work = options.work
    os.makedirs(work, exist_ok=True)
    python = peers(work, *PACKAGES)
    warehouse = os.path.join(work, "warehouse")
    environment = dict(os.environ, DBT_TARGET_PATH=os.path.join(work, "target"))
    results = Results()

    def sample(movies, posters):
        path = os.path.join(work, f"sample-{movies}-{posters}.zip")
        if not os.path.exists(path):
            subprocess.run([reelhouse, "sample", "--movies", str(movies), "--posters", str(posters), "--quiet", "--out",
                            path], check=True)
        return path

    def ingest(name, archive, fresh=True, settings={}):
        if fresh:
            shutil.rmtree(warehouse, ignore_errors=True)
        results.note(name, measure([reelhouse, "ingest", archive, "--project-dir", PROJECT, "--warehouse", warehouse,
                                    "--quiet"], env=dict(environment, **settings)))
        return row_counts(os.path.join(warehouse, "draft", "raw.db"))

    # Without posters for everybody's load; with them for the directory alone.
    archive, small = sample(options.movies, 0), sample(SMALL_MOVIES, 0)
    parts = {f"{options.movies // part:,} movies": sample(options.movies // part, 0) for part in FRACTIONS}
    part_rows = {}
    with_posters = sample(options.movies, options.posters)
    changed = with_one_changed(archive, work)
    csv_bytes = csv_byte_count(archive)
    names = {"duckdb": "`unzip` + DuckDB → tables", "polars": "`unzip` + Polars → Parquet",
             "pyarrow": "`unzip` + pyarrow → Parquet"}
    small_ours, small_utils = f"{OURS}, {SMALL_MOVIES:,} movies", f"`unzip -p \\| sqlite-utils insert`, {SMALL_MOVIES:,} movies"
    posters_unchanged = f"{UNCHANGED}, {options.posters:,} posters"

    for _ in range(options.rounds):
        results.note(INFLATE, inflate(archive))
        result, expected = import_with_sqlite3(archive, work)
        results.note(SQLITE, result)
        for peer, name in names.items():
            result, found = load_with(python, peer, archive, work)
            results.note(name, result)
            expect(name, found, expected)
        for name, part in parts.items():
            part_rows[name] = sum(ingest(name, part).values())
        expect(OURS_ZLIB, ingest(OURS_ZLIB, archive, settings={"REELHOUSE_INFLATE": "zlib"}), expected)
        expect(OURS, ingest(OURS, archive), expected)
        expect(UNCHANGED, ingest(UNCHANGED, archive, fresh=False), expected)
        fewer = dict(expected, releases=expected["releases"] - 1)
        expect(ONE_CHANGED, ingest(ONE_CHANGED, changed, fresh=False), fewer)
        expect(with_posters, ingest(f"{OURS}, {options.posters:,} posters", with_posters), expected)
        expect(with_posters, ingest(posters_unchanged, with_posters, fresh=False), expected)
        result, found = insert_with_sqlite_utils(python, small, work)
        results.note(small_utils, result)
        expect(small_utils, ingest(small_ours, small), found)

    rows = sum(expected.values())
    print(f"{machine()}; sqlite3 {sqlite3.sqlite_version}, {versions(python, *PACKAGES)}; {rows:,} rows, "
          f"{csv_bytes / 1e6:.0f} MB of CSV in a zip of {os.path.getsize(archive) / 1e6:.0f} MB; medians of "
          f"{options.rounds} rounds.\n")
    results.table([OURS, OURS_ZLIB, SQLITE, *names.values(), INFLATE], base=OURS, rate=(rows / 1e6, "M rows/s"))
    results.scale(part_rows)
    results.table([small_ours, small_utils], base=small_ours)
    results.table([UNCHANGED, posters_unchanged, ONE_CHANGED])


if __name__ == "__main__":
    main()
