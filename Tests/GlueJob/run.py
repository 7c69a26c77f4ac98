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

import job_environment
from environment import CannotRun


def main() -> int:
    try:
        job_environment.enter()
    except CannotRun as error:
        print(f"test-job: {error}", file=sys.stderr)
        return 2
    folder = Path(__file__).resolve().parent
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder), *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
