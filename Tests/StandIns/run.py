#!/usr/bin/env python3
"""Runs the tests of the Snowflake that stands in, and of the content hash in its SQL.

    run.py [arguments of pytest]        REELHOUSE=.build/release/reelhouse TEST_SEED=7
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import stand_ins
from environment import CannotRun, enter_environment


def main() -> int:
    folder = Path(os.environ.get("REELHOUSE_STAND_INS") or stand_ins.HERE.parents[1] / ".build" / "stand-ins").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        enter_environment(folder, stand_ins.REQUIREMENTS)
    except CannotRun as error:
        print(f"test-snowflake: {error}", file=sys.stderr)
        return 2
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(stand_ins.HERE), *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
