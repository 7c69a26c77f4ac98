#!/usr/bin/env python3
"""Proves that the artifacts are dbt's.

A small project with all that artifacts speak of is built by reelhouse in a scratch folder. manifest.json,
run_results.json, catalog.json and sources.json must be valid under the JSON Schemas of dbt's own classes (those that dbt
publishes), must be read by dbt's own loaders, and real dbt must be able to select by `state:` against our manifest.

    artifacts.py [.build/release/reelhouse]

Exit codes: 0 valid, 1 not, 2 could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import CannotRun, default_cache, enter_environment

REQUIREMENTS = ["dbt-duckdb", "dbt-core<1.12", "jsonschema"]

FILES = {
    "dbt_project.yml": """
name: shop
version: "1.0.0"
config-version: 2
profile: shop
models: {shop: {+schema: staged, +materialized: table, +meta: {owner: ann}}}
seeds: {shop: {+schema: staged}}
""",
    "profiles.yml": json.dumps(
        {"shop": {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": ":memory:", "schema": "main"}}}}),
    "macros/names.sql": """
{% macro generate_schema_name(custom_schema_name, node) -%}
{{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
""",
    "seeds/people.csv": "id,name,joined\n1,Ann,2026-01-01\n2,Bob,2026-02-01\n",
    "models/named.sql": "select id, upper(name) as name from {{ ref('people') }}",
    "models/counted.sql": "{{ config(materialized='view', tags=['x']) }} select count(*) as n from {{ ref('named') }}",
    "models/part.sql": "{{ config(materialized='ephemeral') }} select id from {{ ref('people') }}",
    "models/loaded.sql": "select * from {{ source('shop', 'orders') }} join {{ ref('part') }} using (id)",
    "models/later.sql":
        "{{ config(materialized='incremental', unique_key='id') }} select id, name from {{ ref('people') }}",
    "models/off.sql": "{{ config(enabled=false) }} select 1 as id",
    "models/failing.sql": "select * from {{ ref('named') }}",
    "models/skipped.sql": "select * from {{ ref('failing') }}",
    "models/models.yml": """
models:
  - name: named
    description: People with large names
    config:
      contract: {enforced: true}
    constraints: [{type: primary_key, columns: [id]}]
    columns:
      - {name: id, data_type: integer, description: The id, constraints: [{type: not_null}], data_tests: [unique, not_null]}
      - {name: name, data_type: text, data_tests: [{accepted_values: {arguments: {values: [ANN, BOB]}, config: {severity: warn}}}]}
  - name: failing
    config: {group: people, access: public}
    columns: [{name: name, data_tests: [{accepted_values: {arguments: {values: [ANN]}}}]}]
groups: [{name: people, owner: {name: Pia, email: pia@example.com}}]
sources:
  - name: shop
    schema: raw
    tables:
      - name: orders
        loaded_at_field: ordered_at
        config: {freshness: {warn_after: {count: 1, period: day}, error_after: {count: 9000, period: day}}}
        columns: [{name: id, data_type: integer, data_tests: [not_null]}, {name: ordered_at, data_type: text}]
unit_tests:
  - name: upper
    model: named
    given: [{input: ref('people'), rows: [{id: 1, name: ann}]}]
    expect: {rows: [{id: 1, name: ANN}]}
  - name: later_rows
    model: later
    overrides: {macros: {is_incremental: false}}
    given: [{input: ref('people'), format: csv, rows: "id,name\\n1,x"}]
    expect: {format: sql, rows: "select 1 as id, 'x' as name"}
exposures:
  - {name: board, type: dashboard, owner: {name: Ann, email: ann@example.com}, depends_on: ["ref('counted')"], url: "https://example.com"}
""",
    "models/docs.md": "{% docs id %}\nThe **id**\n{% enddocs %}",
    "tests/none_missing.sql": "select 1 as x from {{ ref('named') }} where id is null",
    "selectors.yml": "selectors: [{name: x, description: Those of x, definition: {union: [\"tag:x\", {method: fqn, value: named}]}}]",
    "orders.csv": "id,ordered_at\n1,2026-01-05 10:00:00\n2,2026-02-05 10:00:00\n",
}


class Sandbox:
    def __init__(self, scratch: Path, binary: Path):
        self.project, self.target, self.binary = scratch / "project", scratch / "target", binary
        self.warehouse = scratch / "warehouse"
        for name, text in FILES.items():
            file = self.project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def reelhouse(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [str(self.binary), *arguments, "--project-dir", str(self.project), "--warehouse", str(self.warehouse),
             "--profiles-dir", str(self.project)],
            env={**os.environ, "DBT_TARGET_PATH": str(self.target)}, text=True, capture_output=True)
        if done.returncode not in codes:
            raise CannotRun(f"reelhouse {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def artifact(self, name: str) -> dict:
        return json.loads((self.target / name).read_text())


def faults(sandbox: Sandbox) -> list[str]:
    from dbt.artifacts.schemas.catalog import CatalogArtifact
    from dbt.artifacts.schemas.freshness import FreshnessExecutionResultArtifact
    from dbt.artifacts.schemas.manifest import WritableManifest
    from dbt.artifacts.schemas.run import RunResultsArtifact
    import jsonschema

    found = []
    kinds = {
        "manifest.json": WritableManifest, "run_results.json": RunResultsArtifact, "catalog.json": CatalogArtifact,
        "sources.json": FreshnessExecutionResultArtifact,
    }
    for name, kind in kinds.items():
        validator = jsonschema.Draft202012Validator(kind.json_schema())
        errors = sorted(validator.iter_errors(sandbox.artifact(name)), key=lambda error: list(map(str, error.path)))
        for error in errors[:20]:
            found.append(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
            for inner in (error.context or [])[:3]:
                found.append(f"    {'/'.join(map(str, inner.absolute_path))}: {inner.message[:300]}")
        try:
            kind.read_and_check_versions(str(sandbox.target / name))
        except Exception as error:  # whatever dbt's loader says is a fault of ours
            found.append(f"{name}: dbt cannot read it: {error!r}"[:800])
    return found


def state_faults(sandbox: Sandbox) -> list[str]:
    """Real dbt selects against our manifest: nothing is modified but what was."""
    from dbt.cli.main import dbtRunner

    (sandbox.project / "models" / "counted.sql").write_text("select 2 as n from {{ ref('named') }}")
    arguments = ["--quiet", "ls", "--output", "name", "--resource-type", "model", "--select", "state:modified", "--state",
                 str(sandbox.target), "--project-dir", str(sandbox.project), "--profiles-dir", str(sandbox.project),
                 "--target-path", str(sandbox.target / "dbt"), "--log-path", str(sandbox.target / "logs")]
    with contextlib.redirect_stdout(io.StringIO()):
        result = dbtRunner().invoke(arguments)
    if result.exception is not None:
        return [f"dbt cannot select by state against our manifest: {result.exception!r}"[:800]]
    return [] if result.result == ["counted"] else [f"dbt takes {result.result} for modified, not ['counted']"]


def conform(binary: Path, scratch: Path) -> bool:
    sandbox = Sandbox(scratch, binary)
    sandbox.reelhouse("ingest", str(sandbox.project / "orders.csv"))
    sandbox.reelhouse("build", codes=(1,))  # One test fails, so that one node is skipped.
    sandbox.reelhouse("docs", "generate")
    sandbox.reelhouse("source", "freshness")
    statuses = {result["status"] for result in sandbox.artifact("run_results.json")["results"]}
    found = [] if {"success", "pass", "fail", "skipped"} <= statuses else [f"the run had only {statuses}"]
    for name in ("compiled", "run"):
        if not list((sandbox.target / name).rglob("named.sql")):
            found.append(f"target/{name} has no named.sql")
    found += faults(sandbox)
    found += state_faults(sandbox)
    for fault in found:
        print(fault)
    manifest, catalog = sandbox.artifact("manifest.json"), sandbox.artifact("catalog.json")
    print(f"{len(manifest['nodes'])} nodes, {len(manifest['macros'])} macros, {len(catalog['nodes'])} catalogued: "
          f"{'valid' if not found else f'{len(found)} faults'}")
    return not found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=Path, default=Path(".build/release/reelhouse"))
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environment with dbt is kept")
    arguments = parser.parse_args()
    try:
        if not arguments.binary.is_file():
            raise CannotRun(f"{arguments.binary} does not exist")
        enter_environment(arguments.cache.resolve(), REQUIREMENTS, "artifacts")
        with tempfile.TemporaryDirectory(prefix="reelhouse-artifacts-") as scratch:
            return 0 if conform(arguments.binary.resolve(), Path(scratch)) else 1
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
