#!/usr/bin/env python3
"""Proves that Cosmos under Airflow, both unchanged, runs the project with reelhouse in dbt's place.

For each load mode a fresh warehouse is loaded with a sample, the DAG of cosmos_dag.py is tested by `airflow dags test`
(every task must succeed), and a build must be published whose tests all passed. Then all the tasks of one layer that
Cosmos would start are started at once: they must queue on the draft's lock and all succeed.

    cosmos.py [.build/release/reelhouse]

Exit codes: 0 green, 1 a task failed, 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import CannotRun, default_cache, environment

REQUIREMENTS = ["apache-airflow==3.3.2", "astronomer-cosmos==1.15.1"]
MODES = ["DBT_LS", "DBT_MANIFEST"]
REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT_FILES = ["dbt_project.yml", "reelhouse.yml", "models", "seeds", "macros", "Tests/Warehouse"]
PROFILE = {"letterboxd": {"target": "local", "outputs": {"local": {"type": "reelhouse", "schema": "main"}}}}


class Failed(Exception):
    pass


class Sandbox:
    """A project, a warehouse and an Airflow of their own."""

    def __init__(self, scratch: Path, binary: Path, airflow: Path, movies: int):
        self.binary, self.airflow, self.scratch = binary, airflow, scratch
        self.project, self.profiles = scratch / "project", scratch / "profiles"
        for name in PROJECT_FILES:
            source, target = REPOSITORY / name, self.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
        self.profiles.mkdir()
        (self.profiles / "profiles.yml").write_text(json.dumps(PROFILE))  # JSON is YAML
        dags = scratch / "dags"
        dags.mkdir()
        shutil.copy(Path(__file__).with_name("cosmos_dag.py"), dags)
        self.variables = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "AIRFLOW_"))},
            "AIRFLOW_HOME": str(scratch / "airflow"), "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__COSMOS__PROPAGATE_LOGS": "True",
            "AIRFLOW__COSMOS__ENABLE_CACHE": "False", "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO", "PYTHONWARNINGS": "ignore",
            "REELHOUSE": str(binary), "REELHOUSE_PROJECT": str(self.project),
            "REELHOUSE_PROFILES": str(self.profiles), "PATH": f"{airflow / 'bin'}:{os.environ['PATH']}",
        }
        self.archive = scratch / "archive.zip"
        self.run(binary, "sample", "--movies", str(movies), "--out", self.archive)
        self.run("airflow", "db", "migrate")

    def run(self, *command: object, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [str(word) for word in command], env=self.variables, cwd=self.scratch, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if check and done.returncode != 0:
            told = [line for line in done.stdout.splitlines() if re.search(r"error\[RH|\bERROR \w|Traceback|Exception", line)]
            tail = "\n".join(told[:20]) + "\n" + done.stdout[-2000:]
            raise Failed(f"{' '.join(map(str, command))} ended with {done.returncode}\n{tail}")
        return done

    def reelhouse(self, *arguments: object) -> str:
        return self.run(self.binary, *arguments, "--project-dir", self.project).stdout

    def prepare(self, mode: str) -> None:
        """A warehouse that holds the sample and nothing else."""
        self.variables["REELHOUSE_WAREHOUSE"] = str(self.scratch / f"warehouse-{mode}")
        self.variables["REELHOUSE_LOAD_MODE"] = mode
        self.reelhouse("ingest", self.archive)

    def build_record(self) -> dict:
        folder = self.reelhouse("status", "--path").strip()
        return json.loads((Path(folder) / "build.json").read_text())

    def test(self, mode: str) -> None:
        """Runs the DAG; every task succeeds, and a build is published."""
        self.prepare(mode)
        if mode == "DBT_MANIFEST":
            self.reelhouse("parse")
        output = self.run("airflow", "dags", "test", "letterboxd").stdout
        tasks = len(set(re.findall(r"\[DAG TEST\] end task task_id=(\S+)", output)))
        record = self.build_record()
        failures = {status: count for status, count in record["testCounts"].items() if status not in ("pass", "warn")}
        if failures:
            raise Failed(f"tests of the build ended with {failures}")
        print(f"{mode}: green; {tasks} tasks, build {record['id']} with {len(record['relations'])} relations, "
              f"tests {record['testCounts']}", flush=True)

    def queue(self) -> None:
        """Starts the staged models' tasks at once, as an executor with many slots would."""
        self.prepare("AT_ONCE")
        self.reelhouse("seed")
        self.reelhouse("run", "--select", "stg_movies")
        lines = self.reelhouse("ls", "--resource-type", "model", "--select", "stg_movies+1", "--exclude", "stg_movies",
                               "--output", "json", "--output-keys", "fqn", "depends_on").splitlines()
        nodes = [json.loads(line) for line in lines if line.startswith("{")]
        # Those that read nothing else that is yet to be made do not wait for one another.
        ready = [
            node for node in nodes
            if all(name.startswith(("source.", "seed.")) or name.endswith(".stg_movies") for name in node["depends_on"]["nodes"])
        ]
        tasks = [
            subprocess.Popen(
                [str(self.binary), "run", "--select", "fqn:" + ".".join(node["fqn"]), "--project-dir", str(self.project),
                 "--profiles-dir", str(self.profiles), "--profile", "letterboxd", "--target", "local"],
                env={**self.variables, "DBT_TARGET_PATH": str(self.scratch / f"target-{index}")}, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for index, node in enumerate(ready)
        ]
        outputs = [(task, task.communicate()[0]) for task in tasks]
        for task, output in outputs:
            if task.returncode != 0:
                raise Failed(f"one of {len(tasks)} tasks at once failed\n{output[-3000:]}")
        waited = sum("waiting for the warehouse's lock" in output for _, output in outputs)
        self.reelhouse("build")
        print(f"at once: {len(tasks)} tasks green, {waited} of them waited for the lock; the rest built and published",
              flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=Path, default=Path(".build/release/reelhouse"))
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environment with Airflow is kept")
    parser.add_argument("--movies", type=int, default=2000, help="size of the sample")
    parser.add_argument("--mode", choices=MODES, action="append", help="a load mode; all if not given")
    arguments = parser.parse_args()
    try:
        if not arguments.binary.is_file():
            raise CannotRun(f"{arguments.binary} does not exist")
        airflow = environment(arguments.cache.resolve(), REQUIREMENTS, "cosmos")
        with tempfile.TemporaryDirectory(prefix="reelhouse-cosmos-") as scratch:
            sandbox = Sandbox(Path(scratch), arguments.binary.resolve(), airflow, arguments.movies)
            sandbox.queue()
            for mode in arguments.mode or MODES:
                sandbox.test(mode)
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2
    except Failed as reason:
        print(f"FAILED  {reason}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
