"""The job's script as a module; run as a program, it is the job with Snowflake's connector for Spark stood in for.

    job.py [script.py] --manifest_uri s3://… …      AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ACCESS_KEY_ID,
                                                    AWS_SECRET_ACCESS_KEY, AWS_REGION, REELHOUSE_TEST_SNOWFLAKE… (bridge.py)

Without a script it is the one of this source tree; Glue's stand-in names the one that was uploaded.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "Sources" / "Sync" / "Resources" / "mirror_to_snowflake.py"


def load_job(script: Path = SCRIPT):
    if "mirror_to_snowflake" not in sys.modules:
        specification = importlib.util.spec_from_file_location("mirror_to_snowflake", script)
        module = importlib.util.module_from_spec(specification)
        sys.modules["mirror_to_snowflake"] = module
        specification.loader.exec_module(module)
    return sys.modules["mirror_to_snowflake"]


def prepare(folder: Path, event_log: Path) -> None:
    """What Glue brings along: Spark that finds `s3://`, and the connector. Before Spark's first session."""
    import bridge
    from servers import spark_arguments

    bridge.start()
    os.environ |= {
        "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(Path(__file__).resolve().parent),
        "SPARK_LOCAL_IP": "127.0.0.1", "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
        "PYSPARK_SUBMIT_ARGS": spark_arguments(os.environ["AWS_ENDPOINT_URL_S3"], bridge.jar(folder), event_log)
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), Path(folder))
        given = sys.argv[1:]
        script = Path(given.pop(0)) if given and not given[0].startswith("--") else SCRIPT
        job = load_job(script)
        try:
            job.main([script.name, *given])
        finally:
            # It writes its log to the end, so before the folder is gone.
            job.SparkSession.builder.getOrCreate().stop()
