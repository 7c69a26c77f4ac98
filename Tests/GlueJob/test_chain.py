"""The whole chain beside the servers of `../StandIns`: Glue's API, Spark, S3, Snowflake's SQL API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_a_run_that_is_started_through_glue_brings_a_build_into_snowflake():
    command = [
        sys.executable, HERE.parent / "StandIns" / "stand_ins.py", "--job", "spark", "--", sys.executable,
        HERE / "chain.py"
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-5000:]
    assert "the chain from Glue's API to Snowflake's SQL API is whole" in result.stdout
