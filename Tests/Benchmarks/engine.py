#!/usr/bin/env python3
"""Measures what a developer waits for, beside dbt-duckdb and dbt-sqlite on the same machine and project, in one run.

Start (`--version`), `ls`, a build of a small project, the same with nothing to do, and the parse of a generated project of
1,000 models. Prints a table of medians with ratios.

    engine.py [.build/release/reelhouse] [--rounds 5] [--models 1000]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Conformance"))

from environment import CannotRun, default_cache, environment  # noqa: E402

PEERS = {"dbt-duckdb": ["dbt-duckdb", "dbt-core<1.12"], "dbt-sqlite": ["dbt-sqlite==1.10.0", "dbt-core<1.12"]}
SMALL = 19


def write_project(folder: Path, models: int) -> None:
    """A project of chains of models with a properties file for each folder, every model tested."""
    (folder / "macros").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "dbt_project.yml").write_text(
        "name: bench\nversion: '1.0.0'\nconfig-version: 2\nprofile: bench\n"
        "models: {bench: {+materialized: table}}\n")
    (folder / "macros" / "names.sql").write_text(
        "{% macro generate_schema_name(custom_schema_name, node) -%}{{ target.schema }}{%- endmacro %}\n"
        "{% macro half(x) %}{{ x }} / 2{% endmacro %}\n")
    (folder / "seeds" / "base.csv").write_text("id,name\n" + "".join(f"{n},n{n}\n" for n in range(20)))
    for group in range((models + 49) // 50):
        area = folder / "models" / f"area_{group:02}"
        area.mkdir(parents=True)
        entries = []
        for number in range(group * 50, min(models, group * 50 + 50)):
            parent = "base" if number % 50 == 0 else f"model_{number - 1:04}"
            (area / f"model_{number:04}.sql").write_text(
                "{{ config(tags=['t%d']) }}\nselect id, {{ half('id') }} as half, name\nfrom {{ ref('%s') }}\n"
                "{%% if var('few', false) %%}where id < 10{%% endif %%}\n" % (number % 7, parent))
            entries.append(
                f"  - name: model_{number:04}\n    description: Model {number}\n    columns:\n"
                f"      - name: id\n        description: The id\n        data_tests: [unique, not_null]\n")
        (area / "properties.yml").write_text("models:\n" + "".join(entries))


class Tool:
    def __init__(self, name: str, command: list[str], profile: dict, scratch: Path):
        self.name, self.command = name, command
        self.folder = scratch / name
        self.folder.mkdir()
        (self.folder / "profiles.yml").write_text(json.dumps({"bench": {"target": "x", "outputs": {"x": profile}}}))

    def time(self, *arguments: str, project: Path | None = None) -> float:
        where = [] if project is None else [
            "--project-dir", str(project), "--profiles-dir", str(self.folder),
            "--target-path", str(self.folder / f"target-{project.name}")]
        variables = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_LOG_PATH": str(self.folder / "logs"),
                     "REELHOUSE_WAREHOUSE": str(self.folder / f"warehouse-{project.name if project else ''}")}
        if self.name == "reelhouse":
            variables.pop("DBT_LOG_PATH")
        start = time.perf_counter()
        done = subprocess.run([*self.command, *arguments, *where], env=variables, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        elapsed = time.perf_counter() - start
        if done.returncode != 0:
            raise CannotRun(f"{self.name} {' '.join(arguments)} ended with {done.returncode}\n{done.stdout[-2000:]}")
        return elapsed


def tools(binary: Path, cache: Path, scratch: Path) -> list[Tool]:
    found = [Tool("reelhouse", [str(binary)], {"type": "reelhouse", "schema": "main"}, scratch)]
    for name, requirements in PEERS.items():
        folder = environment(cache, requirements, name)
        # A folder of its own: dbt-sqlite opens every database that lies beside its own.
        data = scratch / f"{name}-data"
        data.mkdir()
        database = data / f"{name}.db"
        profile = {"type": "duckdb", "path": str(database), "schema": "main"}
        if name == "dbt-sqlite":
            profile = {"type": "sqlite", "threads": 1, "database": "database", "schema": "main",
                       "schemas_and_paths": {"main": str(database)}, "schema_directory": str(data)}
        found.append(Tool(name, [str(folder / "bin" / "dbt")], profile, scratch))
    return found


def measure(binary: Path, cache: Path, scratch: Path, rounds: int, models: int) -> None:
    small, large = scratch / "small", scratch / "large"
    write_project(small, SMALL)
    write_project(large, models)
    work = [
        ("--version", ("--version",), None, False), (f"ls, {SMALL} models", ("ls",), small, False),
        (f"first build, {SMALL} models", ("build",), small, True), ("the same again", ("build",), small, False),
        (f"parse anew, {models} models", ("parse", "--no-partial-parse"), large, False),
        (f"ls, {models} models", ("ls",), large, False),
    ]
    measured = tools(binary, cache, scratch)
    print(f"{os.cpu_count()} cores; medians of {rounds} rounds, in seconds\n")
    print("| work | " + " | ".join(tool.name for tool in measured) + " | ratio |")
    print("|---|" + "---|" * (len(measured) + 1))
    for title, arguments, project, isOnce in work:
        medians = []
        for tool in measured:
            count = 1 if isOnce else rounds if tool.name == "reelhouse" else max(1, rounds // 2)
            medians.append(statistics.median(tool.time(*arguments, project=project) for _ in range(count)))
        best = min(medians[1:]) / medians[0]
        print(f"| {title} | " + " | ".join(f"{value:.3f}" for value in medians) + f" | {best:.0f}× |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=Path, default=Path(".build/release/reelhouse"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environments with dbt are kept")
    arguments = parser.parse_args()
    try:
        if not arguments.binary.is_file():
            raise CannotRun(f"{arguments.binary} does not exist")
        with tempfile.TemporaryDirectory(prefix="reelhouse-bench-") as scratch:
            measure(arguments.binary.resolve(), arguments.cache.resolve(), Path(scratch), arguments.rounds, arguments.models)
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
