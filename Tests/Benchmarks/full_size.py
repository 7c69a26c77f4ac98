#!/usr/bin/env python3
"""Loads and builds the full-size sample, beside `unzip -p | sqlite3 .import` in the same run, and prints the medians.

usage: full_size.py REELHOUSE [--movies N] [--posters N] [--rounds N] [--work FOLDER]

Every run is checked: it must succeed and must have loaded all rows. Times are wall and CPU seconds of the process and all
its children; memory is the largest resident set of any of them.
"""
import argparse
import os
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

TABLES = ["actors", "countries", "crew", "genres", "languages", "movies", "releases", "studios", "themes"]
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def measure(arguments, **options):
    """Runs a program in a process of its own, so that the peak memory is its own. Returns wall, CPU and peak MB."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        start = time.monotonic()
        result = subprocess.run(arguments, stdout=subprocess.DEVNULL, **options)
        wall = time.monotonic() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = f"{result.returncode} {wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / 1024}"
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    text = b""
    while part := os.read(reader, 4096):
        text += part
    os.close(reader)
    os.waitpid(child, 0)
    status, wall, cpu, peak = text.decode().split()
    if status != "0":
        sys.exit(f"{' '.join(arguments)}: ended with {status}")
    return float(wall), float(cpu), float(peak)


def csv_byte_count(archive):
    """Sums the sizes in a process of its own: a forked child begins with the memory of its parent, and Python holds a
    directory of 700,000 posters in hundreds of megabytes, which every measured program would seem to have used."""
    script = ("import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]);"
              " print(sum(z.getinfo(name).file_size for name in sys.argv[2:]))")
    names = [f"{table}.csv" for table in TABLES]
    return int(subprocess.run([sys.executable, "-c", script, archive] + names, capture_output=True, check=True).stdout)


def row_counts(path, prefix=""):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES}


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reelhouse")
    parser.add_argument("--movies", type=int, default=941_597)
    parser.add_argument("--posters", type=int, default=700_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", default=os.path.join(PROJECT, ".build", "bench"))
    options = parser.parse_args()
    reelhouse = os.path.abspath(options.reelhouse)
    os.makedirs(options.work, exist_ok=True)
    archive = os.path.join(options.work, f"full-{options.movies}-{options.posters}.zip")
    warehouse = os.path.join(options.work, "warehouse")
    environment = dict(os.environ, DBT_TARGET_PATH=os.path.join(options.work, "target"))
    common = ["--project-dir", PROJECT, "--warehouse", warehouse, "--quiet"]

    results = {}

    def note(name, result):
        results.setdefault(name, []).append(result)
        print(f"{name}: {result[0]:.2f} s wall, {result[1]:.2f} s CPU, {result[2]:.0f} MB", file=sys.stderr)

    if not os.path.exists(archive):
        note("sample", measure(
            [reelhouse, "sample", "--movies", str(options.movies), "--posters", str(options.posters), "--quiet",
             "--out", archive]))
    csv_bytes = csv_byte_count(archive)

    for _ in range(options.rounds):
        result, expected = import_with_sqlite3(archive, options.work)
        note("unzip -p \\| sqlite3 .import", result)
        shutil.rmtree(warehouse, ignore_errors=True)
        note("reelhouse ingest", measure([reelhouse, "ingest", archive] + common, env=environment))
        found = row_counts(os.path.join(warehouse, "draft", "raw.db"))
        if found != expected:
            sys.exit(f"rows differ: {found} and {expected}")
        note("reelhouse ingest, unchanged", measure([reelhouse, "ingest", archive] + common, env=environment))
    note("reelhouse build (models, tests, publish)", measure([reelhouse, "build"] + common, env=environment))

    rows = sum(expected.values())
    print(f"{os.cpu_count()} cores, {platform.machine()}, sqlite3 {sqlite3.sqlite_version}; {rows:,} rows, "
          f"{csv_bytes / 1e6:.0f} MB of CSV, {options.posters:,} posters; medians of {options.rounds} rounds.\n")
    print("| work | wall s | CPU s | peak MB | M rows/s |")
    print("|---|---|---|---|---|")
    for name, runs in results.items():
        wall, cpu, peak = (statistics.median(values) for values in zip(*runs))
        rate = f"{rows / wall / 1e6:.2f}" if "import" in name or name == "reelhouse ingest" else ""
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {rate} |")


if __name__ == "__main__":
    main()
