"""The virtual environments of the conformance scripts: made once, kept in a cache."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

DBT_REQUIREMENTS = ["dbt-duckdb", "dbt-core<1.12", "pyarrow"]


class CannotRun(Exception):
    """What keeps a script from saying anything: exit code 2."""


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelhouse" / "conformance"


def environment(cache: Path, requirements: list[str], name: str = "venv") -> Path:
    """The folder of a virtual environment with the requirements; made where there is none."""
    folder = cache / name
    complete = folder / "complete"
    if not complete.exists() or complete.read_text() != "\n".join(requirements):
        print(f"making {folder} with {', '.join(requirements)}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, *requirements]).returncode != 0:
            raise CannotRun("pip could not install the requirements")
        complete.write_text("\n".join(requirements))
    return folder


def enter_environment(cache: Path, requirements: list[str], name: str = "venv") -> None:
    """Runs the script again in the environment, unless that is where it runs."""
    if Path(sys.prefix).resolve() == (cache / name).resolve():
        return
    python = environment(cache, requirements, name) / "bin" / "python"
    os.execv(python, [str(python), os.path.abspath(sys.argv[0]), *sys.argv[1:]])
