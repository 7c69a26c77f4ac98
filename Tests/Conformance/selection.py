#!/usr/bin/env python3
"""Proves that reelhouse selects what dbt selects.

A project of many nodes is written into a scratch folder; for each of some hundred selections `dbt ls` and
`reelhouse ls` must list the same nodes, or both must refuse. `state:` is compared with a manifest that dbt wrote
and with one that reelhouse wrote.

    selection.py [.build/release/reelhouse]

Exit codes: 0 equal, 1 different, 2 could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from environment import DBT_REQUIREMENTS, CannotRun, default_cache, enter_environment

FILES = {
    "dbt_project.yml": """
name: shop
version: "1.0.0"
config-version: 2
profile: shop
models:
  shop:
    +schema: staged
    +materialized: table
    core: {+tags: [core], +meta: {owner: ann, teams: [red, blue], deep: {level: 2}}}
    marts: {+materialized: view, finance: {+group: finance}}
    idle: {+enabled: false}
seeds:
  shop: {+schema: staged, +tags: seeded}
data_tests:
  shop: {+severity: error}
vars: {first: 1}
""",
    "macros/names.sql": """
{% macro generate_schema_name(custom_schema_name, node) -%}
{{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
{% macro cents(column) %}{{ inner_cents(column) }}{% endmacro %}
{% macro inner_cents(column) %}{{ column }} / 100{% endmacro %}
""",
    "seeds/countries.csv": "id,name\n1,a\n",
    "seeds/rates/currencies.csv": "id,name\n1,a\n",
    "models/core/stg_orders.sql":
        "{{ config(tags=['nightly', 'big']) }} select * from {{ source('shop', 'orders') }}",
    "models/core/stg_customers.sql":
        "{{ config(materialized='view', meta={'owner': 'bob'}) }} select * from {{ source('shop', 'customers') }}",
    "models/core/stg_items.sql": "select {{ cents('price') }} as price, 1 as id from {{ source('other', 'items') }}",
    "models/core/deep/stg_refunds.sql": "select 1 as id from {{ ref('stg_orders') }}",
    "models/marts/orders.sql":
        "select o.* from {{ ref('stg_orders') }} o join {{ ref('stg_customers') }} c using (id)",
    "models/marts/finance/revenue.sql":
        "{{ config(tags='nightly') }} select 1 as id from {{ ref('orders') }} join {{ ref('currencies') }} using (id)",
    "models/marts/finance/costs.sql": "select 1 as id from {{ ref('stg_items') }}",
    "models/marts/hidden.sql": "{{ config(materialized='ephemeral') }} select 1 as id from {{ ref('countries') }}",
    "models/marts/summary.sql":
        "{{ config(materialized='incremental', unique_key='id', group='finance') }} "
        "select 1 as id from {{ ref('revenue') }} join {{ ref('costs') }} using (id) join {{ ref('hidden') }} using (id)",
    "models/top.sql": "select {{ var('first') }} as id from {{ ref('summary') }}",
    "models/idle/never.sql": "select 1 as id",
    "models/core/core.yml": """
models:
  - name: stg_orders
    description: Orders
    columns:
      - name: id
        tags: [key]
        data_tests: [unique, not_null]
      - name: customer_id
        data_tests:
          - relationships: {arguments: {to: "ref('stg_customers')", field: id}, config: {severity: warn, tags: [slow]}}
  - name: stg_customers
    access: public
    columns: [{name: id, data_tests: [unique]}]
  - name: stg_items
    data_tests:
      - positive: {arguments: {column: price}}
      - positive: {name: named_positive, arguments: {column: id}, config: {enabled: false}}
seeds: []
""",
    "models/marts/marts.yml": """
groups:
  - {name: finance, owner: {name: Fay}}
models:
  - name: revenue
    access: private
    config: {meta: {owner: cleo}, tags: [money]}
    columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1, 2]}}}]}]
  - name: summary
    columns: [{name: id, data_tests: [{relationships: {arguments: {to: "ref('top')", field: id}}}]}]
unit_tests:
  - name: adds_up
    model: revenue
    given: [{input: ref('orders'), rows: [{id: 1}]}, {input: ref('currencies'), rows: [{id: 1}]}]
    expect: {rows: [{id: 1}]}
    config: {tags: [nightly]}
exposures:
  - name: board
    type: dashboard
    owner: {name: Ann}
    tags: [nightly]
    depends_on: ["ref('top')", "source('shop', 'orders')"]
  - name: notebook
    type: notebook
    maturity: low
    owner: {email: ann@example.com}
    depends_on: ["ref('orders')"]
""",
    "models/sources.yml": """
sources:
  - name: shop
    schema: raw
    tags: [outer]
    tables:
      - name: orders
        tags: [nightly]
        loaded_at_field: at
        config: {freshness: {warn_after: {count: 1, period: day}}}
        columns: [{name: id, data_tests: [not_null]}]
      - {name: customers}
  - name: other
    schema: raw
    tables: [{name: items, config: {meta: {owner: ann}}}]
""",
    "seeds/seeds.yml": "seeds: [{name: countries, columns: [{name: id, data_tests: [unique]}]}]",
    "tests/generic/positive.sql":
        "{% test positive(model, column) %}select 1 as x from {{ model }} where {{ column }} < 0{% endtest %}",
    "tests/no_gaps.sql": "select 1 as x from {{ ref('orders') }} join {{ ref('countries') }} using (id) where 1 = 0",
    "tests/late/no_late.sql": "{{ config(tags=['nightly'], severity='warn') }} select 1 as x from {{ ref('top') }} where 1 = 0",
    "selectors.yml": """
selectors:
  - name: text
    definition: "tag:nightly"
  - name: parents
    definition: {method: fqn, value: revenue, parents: true, parents_depth: 1}
  - name: children
    definition: {method: tag, value: core, children: true, children_depth: 1}
  - name: around
    definition: {method: fqn, value: orders, childrens_parents: true}
  - name: short
    definition: {tag: money}
  - name: union_of
    definition:
      union:
        - "tag:money"
        - {method: path, value: models/core}
        - exclude: ["stg_items", {method: tag, value: big}]
  - name: common
    definition:
      intersection:
        - {method: tag, value: nightly}
        - {method: resource_type, value: model}
  - name: excluding
    definition: {method: path, value: models/core, exclude: [{method: fqn, value: stg_items}]}
  - name: heir
    definition: {method: selector, value: union_of}
  - name: heirs
    definition:
      union:
        - {method: selector, value: short}
        - {method: selector, value: common}
  - name: cautious
    definition: {method: fqn, value: stg_orders, indirect_selection: cautious}
  - name: none_of_the_tests
    definition:
      union:
        - {method: fqn, value: stg_orders, indirect_selection: empty}
        - {method: fqn, value: stg_customers, indirect_selection: buildable}
  - name: typed
    definition: {method: config.meta.deep.level, value: 2}
  - name: nested
    definition:
      union:
        - intersection: [{tag: nightly}, {method: config.materialized, value: table}]
        - {method: exposure, value: board, parents: true}
""",
}

# What is changed between the manifest of `--state` and the project.
CHANGES = {
    "models/core/stg_customers.sql":
        "{{ config(materialized='view', meta={'owner': 'bob'}) }} select *, 1 as more from {{ source('shop', 'customers') }}",
    "models/core/deep/stg_refunds.sql": "{{ config(materialized='view') }}select 1 as id from {{ ref('stg_orders') }}",
    "models/marts/finance/costs.sql": "{{ config(alias='spending') }}select 1 as id from {{ ref('stg_items') }}",
    "models/fresh.sql": "select 1 as id from {{ ref('top') }}",
    "macros/names.sql": FILES["macros/names.sql"].replace("/ 100", "/ 100.0"),
    "seeds/countries.csv": "id,name\n1,b\n",
    "models/marts/marts.yml": FILES["models/marts/marts.yml"].replace("[1, 2]", "[1, 2, 3]").replace(
        "maturity: low", "maturity: high").replace("access: private", "access: protected"),
    "models/sources.yml": FILES["models/sources.yml"].replace("count: 1, period: day", "count: 2, period: day"),
    "tests/no_gaps.sql": FILES["tests/no_gaps.sql"] + " and 2 = 2",
}

SELECT = [
    "stg_orders", "orders", "stg_*", "*orders", "?rders", "stg_[oc]*", "[a-o]*", "stg_[!o]*", "core", "core.deep",
    "core.deep.*", "shop.core", "shop.core.stg_items", "shop.*.stg_items", "marts.finance", "marts.*", "shop.*", "*",
    "finance", "deep", "sho", "unique_*", "not_null_stg_orders_id", "fqn:orders", "fqn:marts.orders", "fqn:shop.top",
    "path:models/core", "path:models/core/", "path:models/core/stg_items.sql", "path:models/core/*.sql",
    "path:models/core/core.yml", "path:models/*", "path:models/**/stg_*.sql", "path:models/marts/fin*", "path:seeds",
    "path:tests", "path:models/sources.yml", "path:nowhere", "models/marts", "models/marts/orders.sql",
    "./models/marts", "file:stg_items.sql", "file:stg_items", "file:*.csv", "file:core.yml", "stg_items.sql",
    "countries.csv", "tag:nightly", "tag:n*", "tag:key", "tag:outer", "tag:seeded", "tag:slow", "tag:nothing",
    "group:finance", "group:f*", "access:public", "access:private", "access:protected", "source:shop",
    "source:shop.orders", "source:*.items", "source:shop.shop.orders", "source:*", "source:shop+",
    "source:shop.orders+1", "exposure:board", "exposure:*", "+exposure:board", "1+exposure:notebook",
    "exposure:shop.board", "metric:*", "resource_type:model", "resource_type:seed", "resource_type:test",
    "resource_type:source", "resource_type:exposure", "resource_type:snapshot", "test_type:generic",
    "test_type:singular", "test_type:data", "test_type:unit", "test_type:schema", "test_name:unique", "test_name:pos*",
    "test_name:relationships", "test_name:adds*", "unit_test:adds_up", "unit_test:*", "unit_test:shop.adds_up", "adds_up",
    "revenue.adds_up", "resource_type:unit_test", "package:shop", "package:this", "package:s*", "package:other",
    "config.materialized:view", "config.materialized:ephemeral", "config.materialized:seed", "config.tags:core",
    "config.meta.owner:ann", "config.meta.owner:bob", "config.meta.teams:red", "config.meta.deep.level:2",
    "config.meta.nothing:1", "config.severity:WARN", "config.severity:error", "config.enabled:true",
    "config.enabled:False", "config.on_schema_change:ignore", "config.contract.enforced:false", "config.unique_key:id",
    "config.docs.show:true", "config.access:public", "config.group:finance", "config.store_failures:true",
    "config.fail_calc:count(*)", "config.schema:staged", "config.schema:dbt_test__audit", "version:none",
    "version:latest", "+orders", "orders+", "+orders+", "1+summary", "2+summary", "summary+1", "0+orders", "@orders",
    "@stg_customers", "@source:shop.customers", "+tag:nightly", "stg_orders top", "stg_orders,tag:nightly",
    "tag:nightly,resource_type:model", "+summary,tag:core", "tag:nightly,tag:money orders",
    "stg_orders+,config.materialized:view", "nothing", "nothing orders", "stg_orders,nothing",
    # Refused.
    "tga:x", "@orders+", "source:a.b.c.d", "test_type:odd", "resource_type:odd", "version:odd",
    "exposure:a.b.c", "state:new", "result:error",
]

OPTIONS = [
    [], ["--exclude", "core"], ["--exclude", "tag:nightly", "source:*"], ["--select", "core", "--exclude", "stg_items"],
    ["--select", "+summary", "--exclude", "1+summary"], ["--select", "orders", "top", "--exclude", "test_type:data"],
    ["--resource-type", "model"], ["--resource-type", "test"], ["--resource-type", "seed", "--resource-type", "source"],
    ["--exclude-resource-type", "test"], ["--resource-type", "model", "--select", "tag:nightly"],
    ["--models", "tag:nightly"], ["-m", "source:shop+"], ["--resource-type", "exposure"],
    *(
        ["--indirect-selection", mode, "--select", *select]
        for mode in ("eager", "cautious", "buildable", "empty")
        for select in (
            ["stg_orders"], ["stg_orders", "stg_customers"], ["+orders"], ["stg_orders+"], ["tag:nightly"],
            ["summary", "top"], ["stg_orders,tag:big", "stg_customers"],
        )
    ),
    ["--indirect-selection", "cautious", "--exclude", "stg_customers"],
    ["--indirect-selection", "buildable", "--select", "core", "--exclude", "stg_orders"],
    *(["--selector", name] for name in (
        "text", "parents", "children", "around", "short", "union_of", "common", "excluding", "heir", "heirs", "cautious",
        "none_of_the_tests", "typed", "nested", "unknown",
    )),
    ["--selector", "text", "--resource-type", "model"],
]

STATE = [
    "state:new", "state:old", "state:modified", "state:unmodified", "state:modified+", "state:modified.body",
    "state:modified.configs", "state:modified.persisted_descriptions", "state:modified.relation",
    "state:modified.macros", "state:modified.contract", "state:modified,tag:nightly", "state:odd", "result:success",
    "result:fail", "result:error+", "1+result:skipped", "source_status:fresher",
]

RESULTS = {
    "model.shop.stg_orders": "success", "model.shop.orders": "error", "model.shop.revenue": "skipped",
    "test.shop.no_gaps": "fail",
}


class Project:
    def __init__(self, scratch: Path, binary: Path):
        self.path = scratch / "project"
        self.binary = binary
        self.target = scratch / "target"
        self.manifest = None
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("DBT_")},
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }
        self.write(FILES)
        output = {"type": "duckdb", "path": ":memory:", "schema": "main"}
        self.write({"profiles.yml": json.dumps({"shop": {"target": "dev", "outputs": {"dev": output}}})})

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def reelhouse(self, *arguments: str, target: str = "ours") -> tuple[int, list[str], str]:
        done = subprocess.run(
            [str(self.binary), *arguments, "--project-dir", str(self.path), "--profiles-dir", str(self.path)],
            env={**self.environment, "DBT_TARGET_PATH": str(self.target / target)}, text=True, capture_output=True)
        return done.returncode, done.stdout.splitlines(), done.stderr

    def dbt(self, *arguments: str, target: str = "theirs") -> tuple[int, list[str], str]:
        """Runs dbt within this process: a hundred starts would take minutes."""
        from dbt.cli.main import dbtRunner

        options = [
            "--quiet", "--target-path", str(self.target / target), "--log-path", str(self.target / "logs"),
            "--project-dir", str(self.path), "--profiles-dir", str(self.path),
        ]
        # A manifest that was parsed once serves all lists of one state of the project.
        manifest = None if arguments[0] == "parse" else self.manifest
        with contextlib.redirect_stdout(io.StringIO()) as output:
            result = dbtRunner(manifest=manifest).invoke([*arguments, *options])
        if result.exception is not None:
            return 2, [], f"{result.exception}"
        if arguments[0] == "parse":
            self.manifest = result.result
        return 0, list(result.result) if isinstance(result.result, list) else [], output.getvalue()

    def differences(self, options: list[str], dbt_options: list[str] | None = None) -> str | None:
        """None where both list the same or both refuse."""
        arguments = ["ls", "--output", "selector", *options]
        ours, our_lines, our_errors = self.reelhouse(*arguments)
        theirs, their_lines, their_errors = self.dbt("ls", "--output", "selector", *(dbt_options or options))
        if (ours != 0) != (theirs != 0):
            return f"reelhouse ended with {ours}, dbt with {theirs}\n{our_errors}{their_errors}"
        if sorted(our_lines) == sorted(their_lines):
            return None
        lines = [f"    only reelhouse: {line}" for line in sorted(set(our_lines) - set(their_lines))]
        lines += [f"    only dbt:       {line}" for line in sorted(set(their_lines) - set(our_lines))]
        return "\n".join(lines or ["    an order or a number of lines"])


def compare(project: Project, cases: list[tuple[list[str], list[str] | None]], title: str) -> int:
    different = 0
    for options, dbt_options in cases:
        difference = project.differences(options, dbt_options)
        if difference:
            different += 1
            print(f"DIFFERENT  {' '.join(options) or '(all)'}\n{difference}", flush=True)
    print(f"{title}: {len(cases) - different} of {len(cases)} selections equal", flush=True)
    return different


def write_results(folder: Path) -> None:
    """run_results.json and sources.json of a run that never was."""
    metadata = {"dbt_version": "1.11.0", "generated_at": "2026-01-01T00:00:00Z", "invocation_id": "x", "env": {}}
    results = [
        {"status": status, "timing": [], "thread_id": "t", "execution_time": 0.1, "adapter_response": {},
         "message": None, "failures": None, "unique_id": unique_id, "compiled": None, "compiled_code": None,
         "relation_name": None, "batch_results": None}
        for unique_id, status in RESULTS.items()
    ]
    version = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json"}
    (folder / "run_results.json").write_text(
        json.dumps({"metadata": {**metadata, **version}, "results": results, "elapsed_time": 1.0, "args": {}}))


def write_freshness(folder: Path, day: str) -> None:
    metadata = {"dbt_version": "1.11.0", "generated_at": "2026-01-01T00:00:00Z", "invocation_id": "x", "env": {},
                "dbt_schema_version": "https://schemas.getdbt.com/dbt/sources/v3.json"}
    result = {"unique_id": "source.shop.shop.orders", "max_loaded_at": f"2026-01-{day}T00:00:00Z",
              "snapshotted_at": "2026-01-05T00:00:00Z", "max_loaded_at_time_ago_in_s": 1.0, "status": "pass",
              "criteria": {"warn_after": {"count": 1, "period": "day"}, "error_after": None, "filter": None},
              "adapter_response": {}, "timing": [], "thread_id": "t", "execution_time": 0.1}
    (folder / "sources.json").write_text(json.dumps({"metadata": metadata, "results": [result], "elapsed_time": 1.0}))


def require(done: tuple[int, list[str], str]) -> None:
    code, _, errors = done
    if code != 0:
        raise CannotRun(f"the project could not be parsed: {errors}")


def conform(binary: Path, scratch: Path) -> bool:
    project = Project(scratch, binary)
    cases = [(["--select", text], None) for text in SELECT] + [(options, None) for options in OPTIONS]
    require(project.dbt("parse"))
    different = compare(project, cases, "selections")

    dbt_state, our_state = scratch / "dbt-state", scratch / "our-state"
    for run, folder in ((project.dbt, dbt_state), (project.reelhouse, our_state)):
        require(run("parse", target="state"))
        shutil.copytree(project.target / "state", folder, dirs_exist_ok=True)
        write_results(folder)
        write_freshness(folder, "01")
    project.write(CHANGES)
    require(project.dbt("parse"))
    require(project.reelhouse("parse"))
    for name in ("ours", "theirs"):
        write_freshness(project.target / name, "02")
    for state, title in ((dbt_state, "state: of dbt's manifest"), (our_state, "state: of reelhouse's manifest")):
        cases = [
            (["--state", str(state), "--select", text], ["--state", str(dbt_state), "--select", text]) for text in STATE
        ]
        different += compare(project, cases, title)
    return different == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", type=Path, default=Path(".build/release/reelhouse"))
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where the environment with dbt is kept")
    arguments = parser.parse_args()
    try:
        if not arguments.binary.is_file():
            raise CannotRun(f"{arguments.binary} does not exist")
        enter_environment(arguments.cache.resolve(), DBT_REQUIREMENTS)
        with tempfile.TemporaryDirectory(prefix="reelhouse-selection-") as scratch:
            return 0 if conform(arguments.binary.resolve(), Path(scratch)) else 1
    except CannotRun as reason:
        print(f"could not run: {reason}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
