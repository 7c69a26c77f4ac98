#!/usr/bin/env python3
"""Loads the full-size sample and builds and tests this project over it: ours, sqlite3 with dbt-sqlite, DuckDB with
dbt-duckdb, one after the other on the same machine.

usage: full_build.py REELHOUSE [--movies N] [--rounds N] [--limit SECONDS] [--work FOLDER] [--cache FOLDER]

Every run is checked: it must succeed, every test must pass, and all relations must have as many rows with each tool.
sqlite3 has no views over several files, so that there the staged models are tables, as they are with us; with DuckDB they
are views, as the project says. A run that takes longer than the limit is ended and told as such.
"""
import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "peers"), os.path.join(os.path.dirname(HERE), "Conformance")]
from environment import CannotRun, default_cache, environment  # noqa: E402
from measuring import PROJECT, Results, TookTooLong, machine, measure, versions  # noqa: E402
from tables import TABLES  # noqa: E402

# The same versions as those of engine.py, so that the environments are shared.
PEERS = {"dbt-duckdb": ["dbt-duckdb", "dbt-core<1.12"], "dbt-sqlite": ["dbt-sqlite==1.10.0", "dbt-core<1.12"]}
SQLITE_TYPES = {"integer": "integer", "real": "real", "text": "text", "date": "text"}
INGEST, BUILD, AGAIN = "`reelhouse ingest`", "`reelhouse build`, published", "`reelhouse build`, nothing changed"


def fresh(*folders):
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)


def relations(target):
    """Layer and name of every seed and model, as the manifest of a run has them."""
    manifest = json.loads(Path(target, "manifest.json").read_text())
    return sorted((node["schema"], node["alias"]) for node in manifest["nodes"].values()
                  if node["resource_type"] in ("model", "seed"))


def check_results(target, name):
    """How many nodes ran; all of them must have gone well."""
    results = json.loads(Path(target, "run_results.json").read_text())["results"]
    failed = [result["unique_id"] for result in results if result["status"] not in ("success", "pass", "no-op", "warn")]
    if failed:
        sys.exit(f"{name}: {len(failed)} nodes did not succeed: {', '.join(failed[:5])}")
    return len(results)


def sqlite_counts(folder, names):
    connection = sqlite3.connect(":memory:", uri=True)
    for layer in ("raw", "staged", "main"):
        connection.execute("attach ? as ?", (f"file:{folder}/{layer}.db?mode=ro", f"layer_{layer}"))
    return {f"{layer}.{name}": connection.execute(f'select count(*) from layer_{layer}."{name}"').fetchone()[0]
            for layer, name in names}


def expect(name, found, expected):
    different = [f"{key}: {found.get(key)} and {count}" for key, count in expected.items() if found.get(key) != count]
    if different:
        sys.exit(f"{name}: rows differ: {'; '.join(different)}")


class Ours:
    def __init__(self, reelhouse, work):
        self.reelhouse, self.folder = reelhouse, os.path.join(work, "warehouse")
        self.target = os.path.join(work, "target")

    def run(self, *arguments):
        command = [self.reelhouse, *arguments, "--project-dir", PROJECT, "--warehouse", self.folder, "--quiet"]
        return measure(command, env=dict(os.environ, DBT_TARGET_PATH=self.target))

    def measure(self, archive, results):
        shutil.rmtree(self.folder, ignore_errors=True)
        fresh(self.target)
        results.note(INGEST, self.run("ingest", archive))
        results.note(BUILD, self.run("build"))
        nodes = check_results(self.target, BUILD)
        results.note(AGAIN, self.run("build"))
        return nodes, sqlite_counts(os.path.join(self.folder, "current"), relations(self.target))


class DbtPeer:
    """dbt with its profile, target and logs outside of the project."""

    def __init__(self, cache, work):
        self.command = str(environment(Path(cache), PEERS[self.name], self.name) / "bin" / "dbt")
        self.python = os.path.join(os.path.dirname(self.command), "python")
        self.work, self.folder = work, os.path.join(work, self.name)
        self.target = os.path.join(self.folder, "target")
        fresh(self.folder)
        self.project = self.make_project()
        output = {"letterboxd": {"target": "x", "outputs": {"x": self.profile()}}}
        Path(self.folder, "profiles.yml").write_text(json.dumps(output))  # JSON is YAML

    @classmethod
    def titles(cls):
        return [cls.load_title, cls.build_title]

    def make_project(self):
        return PROJECT

    def build(self, limit):
        command = [self.command, "build", "--project-dir", self.project, "--profiles-dir", self.folder, "--target-path",
                   self.target, "--log-path", self.folder]
        return measure(command, limit=limit, env=dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false"))


class SQLitePeer(DbtPeer):
    name, load_title, build_title = "dbt-sqlite", "`unzip -p \\| sqlite3 .import`", "dbt-sqlite build"

    def make_project(self):
        """A copy of the project whose staged models are tables."""
        folder = os.path.join(self.folder, "project")
        for part in ("models", "seeds", "macros", "Tests/Warehouse"):
            shutil.copytree(os.path.join(PROJECT, part), os.path.join(folder, part))
        text = Path(PROJECT, "dbt_project.yml").read_text()
        Path(folder, "dbt_project.yml").write_text(text.replace("+materialized: view", "+materialized: table"))
        return folder

    def profile(self):
        paths = {layer: os.path.join(self.folder, f"{layer}.db") for layer in ("main", "raw", "staged")}
        return {"type": "sqlite", "threads": 1, "database": "database", "schema": "main", "schemas_and_paths": paths,
                "schema_directory": self.folder}

    def load(self, archive):
        """Typed tables filled by `.import`, without a journal and without waiting for the disk; empty fields become
        NULL, which the models take them for."""
        database = os.path.join(self.folder, "raw.db")
        script = "set -eo pipefail\n"
        for table, columns in TABLES.items():
            created = ", ".join(f"{name} {SQLITE_TYPES[kind]}" for name, kind in columns.items())
            nulls = ", ".join(f"{name} = nullif({name}, '')" for name in columns)
            some = " or ".join(f"{name} = ''" for name in columns)
            script += (f'sqlite3 "{database}" "create table {table} ({created})"\n'
                       f'unzip -p "{archive}" {table}.csv | sqlite3 -cmd "pragma journal_mode=off" -cmd "pragma'
                       f' synchronous=off" -cmd ".mode csv" "{database}" ".import --skip 1 /dev/stdin {table}"'
                       f' "update {table} set {nulls} where {some}"\n')
        for layer in ("main", "staged"):
            sqlite3.connect(os.path.join(self.folder, f"{layer}.db")).close()
        return measure(["bash", "-c", script])

    def counts(self, names):
        return sqlite_counts(self.folder, names)


class DuckDBPeer(DbtPeer):
    name, load_title, build_title = "dbt-duckdb", "`unzip` + DuckDB → tables", "dbt-duckdb build"

    @property
    def database(self):
        return os.path.join(self.folder, "letterboxd.duckdb")

    def profile(self):
        return {"type": "duckdb", "path": self.database, "schema": "main", "threads": os.cpu_count() or 1}

    def load(self, archive):
        folder = os.path.join(self.folder, "csv")
        fresh(folder)
        members = " ".join(f"{table}.csv" for table in TABLES)
        script = (f"set -eo pipefail; unzip -q -o '{archive}' {members} -d '{folder}'\n"
                  f"'{self.python}' '{HERE}/peers/duckdb_load.py' '{folder}' '{self.database}' raw")
        result = measure(["bash", "-c", script])
        shutil.rmtree(folder)
        return result

    def counts(self, names):
        script = ("import duckdb, json, sys; c = duckdb.connect(sys.argv[1], read_only=True);"
                  " c.execute('set enable_progress_bar = false');"
                  " print(json.dumps({f'{s}.{n}': c.execute(f'select count(*) from \"{s}\".\"{n}\"').fetchone()[0]"
                  " for s, n in json.loads(sys.argv[2])}))")
        done = subprocess.run([self.python, "-c", script, self.database, json.dumps(names)], capture_output=True,
                              check=True)
        return json.loads(done.stdout)


def measure_all(options, results):
    """Returns what cannot be told of whom."""
    work = options.work
    archive = os.path.join(work, f"sample-{options.movies}-0.zip")
    if not os.path.exists(archive):
        subprocess.run([options.reelhouse, "sample", "--movies", str(options.movies), "--quiet", "--out", archive],
                       check=True)
    ours = Ours(options.reelhouse, work)
    late = []
    raw = [("raw", table) for table in TABLES]
    for _ in range(options.rounds):
        nodes, expected = ours.measure(archive, results)
        names = relations(ours.target)
        expected_raw = sqlite_counts(os.path.join(ours.folder, "current"), raw)
        for peer in (SQLitePeer, DuckDBPeer):
            if peer.name in late:
                continue
            dbt = peer(options.cache, work)
            results.note(peer.load_title, dbt.load(archive))
            expect(peer.load_title, dbt.counts(raw), expected_raw)
            try:
                results.note(peer.build_title, dbt.build(options.limit))
            except TookTooLong:
                print(f"{peer.build_title}: ended after {options.limit} s", file=sys.stderr)
                late.append(peer.name)
                continue
            if check_results(dbt.target, peer.build_title) != nodes:
                sys.exit(f"{peer.build_title}: ran another number of nodes than ours, {nodes}")
            expect(peer.build_title, dbt.counts(names), expected)
    return late, nodes, sum(expected_raw.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reelhouse", type=os.path.abspath)
    parser.add_argument("--movies", type=int, default=941_597)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a build of dbt is ended")
    parser.add_argument("--work", type=os.path.abspath, default=os.path.join(PROJECT, ".build", "bench"))
    parser.add_argument("--cache", default=str(default_cache()), help="where the environments with dbt are kept")
    options = parser.parse_args()
    os.makedirs(options.work, exist_ok=True)
    results = Results()
    try:
        late, nodes, rows = measure_all(options, results)
        packages = {peer: versions(str(environment(Path(options.cache), PEERS[peer], peer) / "bin" / "python"), peer,
                                   "dbt-core", *(["duckdb"] if peer == "dbt-duckdb" else [])) for peer in PEERS}
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2
    print(f"{machine()}; sqlite3 {sqlite3.sqlite_version}; {'; '.join(packages.values())}; {rows:,} rows, {nodes} nodes;"
          f" medians of {options.rounds} round{'s' if options.rounds > 1 else ''}.\n")
    both = {"**reelhouse**, both": [INGEST, BUILD], "**sqlite3 and dbt-sqlite**, both": SQLitePeer.titles(),
            "**DuckDB and dbt-duckdb**, both": DuckDBPeer.titles()}
    results.add_sums(both)
    work = [INGEST, BUILD, "**reelhouse**, both", AGAIN]
    for title, parts in list(both.items())[1:]:
        work += [*parts, title]
    results.table([title for title in work if title in results.runs], base="**reelhouse**, both")
    for peer in late:
        print(f"{peer} did not end within {options.limit:.0f} s and was stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
