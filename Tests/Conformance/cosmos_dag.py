"""The project as an Airflow DAG by Cosmos, with reelhouse in dbt's place; see docs/orchestration.md.

Settings come from the environment, so that the same file serves every load mode:
REELHOUSE (the binary), REELHOUSE_PROJECT, REELHOUSE_PROFILES, REELHOUSE_LOAD_MODE (DBT_LS or DBT_MANIFEST).
"""

import os
from datetime import datetime
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import InvocationMode, LoadMode, SourceRenderingBehavior, TestBehavior

BINARY = os.environ["REELHOUSE"]
PROJECT = Path(os.environ["REELHOUSE_PROJECT"])
MODE = LoadMode[os.environ.get("REELHOUSE_LOAD_MODE", "DBT_LS")]

with DAG(dag_id="letterboxd", start_date=datetime(2026, 1, 1), schedule=None, catchup=False) as dag:
    models = DbtTaskGroup(
        group_id="models",
        project_config=ProjectConfig(
            dbt_project_path=PROJECT,
            manifest_path=PROJECT / "target" / "manifest.json" if MODE is LoadMode.DBT_MANIFEST else None,
        ),
        profile_config=ProfileConfig(
            profile_name="letterboxd",
            target_name="local",
            profiles_yml_filepath=Path(os.environ["REELHOUSE_PROFILES"]) / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            dbt_executable_path=BINARY, invocation_mode=InvocationMode.SUBPROCESS
        ),
        render_config=RenderConfig(
            load_method=MODE, dbt_executable_path=BINARY, invocation_mode=InvocationMode.SUBPROCESS,
            test_behavior=TestBehavior.AFTER_EACH,
            # A test of several models waits for all of them.
            should_detach_multiple_parents_tests=True,
            # Publishing wants every test to have passed, those of sources too.
            source_rendering_behavior=SourceRenderingBehavior.WITH_TESTS_OR_FRESHNESS,
        ),
        # Cosmos copies the project aside for each task, so the warehouse must be named.
        operator_args={"env": {"REELHOUSE_WAREHOUSE": os.environ["REELHOUSE_WAREHOUSE"]}, "append_env": True},
    )
    publish = BashOperator(
        task_id="publish",
        bash_command=f"{BINARY} publish --project-dir {PROJECT}",
        env={"REELHOUSE_WAREHOUSE": os.environ["REELHOUSE_WAREHOUSE"]},
        append_env=True,
    )
    models >> publish
