#!/usr/bin/env python3
"""Runs the `basic` cases of dbt-tests-adapter, what every adapter of dbt has to pass, against our binary.

The cases are used as they are; only `run_dbt` is another: it starts our binary as a program and reads the artifacts that
it writes. dbt-sqlite's adapter stands beside it to look at the draft's tables and to change them, as the cases do.

    adapter.py [.build/release/reelhouse] [--cache ~/.cache/reelhouse/conformance]

Exit codes: 0 all cases pass that can, 1 one does not, 2 could not run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import CannotRun, default_cache, environment

REQUIREMENTS = ["dbt-sqlite==1.10.0", "dbt-core<1.12", "dbt-tests-adapter==1.20.0", "pytest<9"]

# Module and class of each case.
CASES = [
    ("test_base", "BaseSimpleMaterializations"), ("test_singular_tests", "BaseSingularTests"),
    ("test_singular_tests_ephemeral", "BaseSingularTestsEphemeral"), ("test_empty", "BaseEmpty"),
    ("test_ephemeral", "BaseEphemeral"), ("test_incremental", "BaseIncremental"),
    ("test_incremental", "BaseIncrementalNotSchemaChange"), ("test_generic_tests", "BaseGenericTests"),
    ("test_snapshot_check_cols", "BaseSnapshotCheckCols"), ("test_snapshot_timestamp", "BaseSnapshotTimestamp"),
    ("test_validate_connection", "BaseValidateConnection"),
]
# What no binary of ours can pass, and why.
LEFT_OUT = {
    "BaseIncrementalBadStrategy": "an unknown strategy is refused before anything runs, and not as a result of a node",
    "BaseTableMaterialization": "the model reads a table that it does not refer to, which is refused",
    "BaseAdapterMethod": "the template of a model drops a schema and makes a view, which templates may not",
    "BaseDocsGenerate": "it expects the columns and types of PostgreSQL, and --no-compile without a manifest",
    "BaseDocsGenReferences": "it expects the columns and types of PostgreSQL",
    "BaseGetCatalogForSingleRelation": "it calls a method of the adapter's class, and no command",
}

SHIM = '''
import json, os, subprocess, types
import pytest
import dbt.tests.fixtures.project as fixtures
import dbt.tests.util as util

BINARY, WAREHOUSE = os.environ["REELHOUSE_BINARY"], os.environ["REELHOUSE_WAREHOUSE"]
VERBS_WITH_REUSE = {"run", "seed", "test", "build", "snapshot"}
state = types.SimpleNamespace(root=None, profiles=None, adapter=None)


class Results(list):
    """The results of a run as the cases read them."""

    @property
    def results(self):
        return self


def namespace(value):
    return types.SimpleNamespace(**{key: namespace(item) if isinstance(item, dict) and key in ("node", "metadata") else item
                                    for key, item in value.items()})


def artifact(name):
    with open(os.path.join(state.root, "target", name), encoding="utf-8") as file:
        return json.load(file)


def close():
    """Files of the draft may take the place of others: nobody keeps them open meanwhile."""
    if state.adapter is not None:
        state.adapter.cleanup_connections()


def run_dbt(args=None, expect_pass=True):
    args = list(args or ["run"])
    verb = next(word for word in args if not word.startswith("-"))
    # The cases change tables behind our back, which we do not look for.
    reuse = ["--no-reuse"] if verb in VERBS_WITH_REUSE else []
    close()
    done = subprocess.run([BINARY, *args, *reuse, "--profiles-dir", state.profiles], cwd=state.root, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    assert (done.returncode == 0) == expect_pass, f"{args} ended with {done.returncode}"
    if verb == "docs":
        return namespace(artifact("catalog.json"))
    nodes = artifact("manifest.json")
    nodes = {**nodes["nodes"], **nodes["unit_tests"]}
    results = artifact("run_results.json")["results"]
    return Results(namespace({**result, "node": nodes[result["unique_id"]]}) for result in results)


def get_manifest(project_root):
    return namespace(artifact("manifest.json"))


util.run_dbt, util.get_manifest = run_dbt, get_manifest
# The layers are there as long as the draft is.
fixtures.TestProjInfo.create_test_schema = lambda self, schema_name=None: None
fixtures.TestProjInfo.drop_test_schema = lambda self: None


@pytest.fixture(scope="class")
def dbt_profile_target():
    paths = {layer: os.path.join(WAREHOUSE, "draft", f"{layer}.db") for layer in ("main", "raw", "staged")}
    return {"type": "sqlite", "threads": 1, "database": "database", "schema": "main", "schemas_and_paths": paths,
            "schema_directory": WAREHOUSE}


@pytest.fixture(scope="class")
def unique_schema():
    return "main"


@pytest.fixture(scope="class", autouse=True)
def draft(tmpdir_factory, project_root, profiles_root):
    """A draft with nothing in it but a seed."""
    import shutil
    state.root, state.profiles = str(project_root), str(profiles_root)
    shutil.rmtree(WAREHOUSE, ignore_errors=True)
    folder = tmpdir_factory.mktemp("first")
    folder.join("dbt_project.yml").write("name: first\\n")
    folder.mkdir("seeds").join("first.csv").write("n\\n1\\n")
    subprocess.run([BINARY, "seed", "--quiet", "--project-dir", str(folder)], check=True)


@pytest.fixture(autouse=True)
def known_adapter(project):
    state.adapter = project.adapter
    yield
    close()
    state.adapter = None
'''

PLUGIN = 'pytest_plugins = ["dbt.tests.fixtures.project"]\n'


def write_cases(folder: Path) -> None:
    (folder / "conftest.py").write_text(PLUGIN + SHIM)
    lines = ["import conftest\n"]
    for module, name in CASES:
        lines.append(f"from dbt.tests.adapter.basic.{module} import {name}\n\n\n"
                     f"class Test{name.removeprefix('Base')}({name}):\n    pass\n\n\n")
    (folder / "test_basic.py").write_text("".join(lines))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=Path, default=Path(".build/release/reelhouse"))
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environment with dbt is kept")
    arguments = parser.parse_args()
    try:
        if not arguments.binary.is_file():
            raise CannotRun(f"{arguments.binary} does not exist")
        folder = environment(arguments.cache.resolve(), REQUIREMENTS, "dbt-tests-adapter")
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="reelhouse-adapter-") as scratch:
        write_cases(Path(scratch))
        variables = {**os.environ, "REELHOUSE_BINARY": str(arguments.binary.resolve()),
                     "REELHOUSE_WAREHOUSE": os.path.join(scratch, "warehouse"), "PYTHONPATH": scratch,
                     "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        done = subprocess.run([str(folder / "bin" / "python"), "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rA",
                               "--no-header", "-W", "ignore", scratch], env=variables, cwd=scratch)
    print(f"\n{len(CASES)} cases run; left out:")
    for name, reason in LEFT_OUT.items():
        print(f"  {name}: {reason}")
    return 0 if done.returncode == 0 else 1 if done.returncode == 1 else 2


if __name__ == "__main__":
    sys.exit(main())
