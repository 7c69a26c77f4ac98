#!/usr/bin/env python3
"""Exports a published build to Parquet with zstd at level 3, beside DuckDB from its own storage and pyarrow from CSV in the
same run, checks that all files hold the same rows, and prints the medians and sizes.

usage: parquet_export.py REELHOUSE WAREHOUSE [--rounds N] [--work FOLDER]

The tables are those that the build stores; views are left out, since DuckDB and pyarrow would only read them as tables.
DuckDB and pyarrow come from PyPI. Times are wall and CPU seconds of the process and all its children, memory the largest resident set.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from measuring import machine, measure, peers, versions

# Of a column → of pyarrow.
TYPES = {"integer": "int64", "real": "double", "text": "string", "date": "date32", "boolean": "bool",
         "timestamp": "timestamp", "binary": "binary"}

LOAD = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1])
for table in json.load(open(sys.argv[2])):
    connection.execute(f"create schema if not exists {table['layer']}")
    path = f"{sys.argv[3]}/{table['layer']}/{table['name']}.parquet"
    connection.execute(f"create table {table['layer']}.{table['name']} as from '{path}'")
"""

DUCKDB = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
for table in json.load(open(sys.argv[2])):
    connection.execute(f"copy {table['layer']}.{table['name']} to '{sys.argv[3]}/{table['layer']}.{table['name']}.parquet'"
                       " (format parquet, codec zstd, compression_level 3)")
"""

PYARROW = """
import json, sys
import pyarrow as pa, pyarrow.csv as csv, pyarrow.parquet as pq
types = {"int64": pa.int64(), "double": pa.float64(), "string": pa.string(), "date32": pa.date32(), "bool": pa.bool_(),
         "timestamp": pa.timestamp("us"), "binary": pa.binary()}
for table in json.load(open(sys.argv[2])):
    kinds = {name: types[kind] for name, kind in table["arrow"]}
    rows = csv.read_csv(f"{sys.argv[1]}/{table['layer']}/{table['name']}.csv",
                        parse_options=csv.ParseOptions(newlines_in_values=True),
                        convert_options=csv.ConvertOptions(column_types=kinds, strings_can_be_null=True,
                                                           quoted_strings_can_be_null=False, null_values=[""]))
    pq.write_table(rows, f"{sys.argv[3]}/{table['layer']}.{table['name']}.parquet", compression="zstd", compression_level=3)
"""

# Row for row the same, whoever wrote them: counts and sums of hashes, by DuckDB.
CHECK = """
import duckdb, json, sys
connection = duckdb.connect()
def summary(path):
    return connection.execute(f"select count(*), sum(hash(t)::hugeint) from '{path}' t").fetchone()
wrong = 0
for table in json.load(open(sys.argv[1])):
    name = f"{table['layer']}.{table['name']}"
    found = {who: summary(f"{sys.argv[2]}/{who}/{name}.parquet" if who in ("DuckDB", "pyarrow") else
                          f"{sys.argv[2]}/{who}/{name.replace('.', '/', 1)}.parquet") for who in sys.argv[3:]}
    if len(set(found.values())) != 1 or found[sys.argv[3]][0] != table["rowCount"]:
        wrong += 1
        print(f"DIFFERENT {name}: {found}", file=sys.stderr)
sys.exit(1 if wrong else 0)
"""


def size(folder):
    return sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(folder)
               for name in names if name.endswith(".parquet"))


def prepare(reelhouse, warehouse, work, python):
    """Writes the CSV files for pyarrow, and loads a DuckDB file with tables of the build's types."""
    record = json.load(open(f"{warehouse}/current/build.json"))
    stored = [entry["relation"] for entry in record["relations"] if entry["kind"] == "table"]
    selection = [option for relation in stored for option in ("--select", f"{relation['layer']}.{relation['name']}")]
    for kind in ["csv", "parquet"]:
        subprocess.run([reelhouse, "export", "--quiet", "--warehouse", warehouse, "--format", kind, "--no-content-hash",
                        "--out", f"{work}/{kind}", *selection], check=True)
    tables = json.load(open(f"{work}/csv/export.json"))["tables"]
    for table in tables:
        table["arrow"] = [(column["name"], TYPES[column["type"]]) for column in table["columns"]]
    with open(f"{work}/tables.json", "w") as file:
        json.dump(tables, file)
    subprocess.run([python, "-c", LOAD, f"{work}/build.duckdb", f"{work}/tables.json", f"{work}/parquet"], check=True)
    return selection, sum(table["rowCount"] for table in tables)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reelhouse")
    parser.add_argument("warehouse")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work")
    options = parser.parse_args()
    work = options.work or tempfile.mkdtemp(prefix="reelhouse-parquet-bench-")
    os.makedirs(work, exist_ok=True)
    try:
        python = peers(work, "duckdb", "pyarrow")
        selection, rows = prepare(options.reelhouse, options.warehouse, work, python)
        base = [options.reelhouse, "export", "--quiet", "--warehouse", options.warehouse]
        programs = {
            "reelhouse": lambda out: base + ["--no-content-hash", "--out", out] + selection,
            "reelhouse with content hashes": lambda out: base + ["--out", out] + selection,
            "DuckDB": lambda out: [python, "-c", DUCKDB, f"{work}/build.duckdb", f"{work}/tables.json", out],
            "pyarrow": lambda out: [python, "-c", PYARROW, f"{work}/csv", f"{work}/tables.json", out],
        }
        results = {name: [] for name in programs}
        sizes = {}
        for _ in range(options.rounds):
            for name, command in programs.items():
                out = f"{work}/out/{name}"
                shutil.rmtree(out, ignore_errors=True)
                os.makedirs(out)
                results[name].append(measure(command(out)))
                sizes[name] = size(out)
        subprocess.run([python, "-c", CHECK, f"{work}/tables.json", f"{work}/out", *programs], check=True)
        print(f"{rows:,} rows of {len(selection) // 2} tables, the same in all files; {options.rounds} rounds, medians;"
              f" {machine()}; {versions(python, 'duckdb', 'pyarrow')}\n")
        print("| program | wall s | CPU s | peak MB | Parquet MB | wall × ours | CPU × ours | size ÷ ours |")
        print("|---|---|---|---|---|---|---|---|")
        ours = [statistics.median(part) for part in zip(*results["reelhouse"])]
        for name, rounds in results.items():
            wall, cpu, peak = (statistics.median(part) for part in zip(*rounds))
            print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {sizes[name] / 1e6:.2f} | {wall / ours[0]:.2f} |"
                  f" {cpu / ours[1]:.2f} | {sizes[name] / sizes['reelhouse']:.3f} |")
    finally:
        if not options.work:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
