#!/usr/bin/env python3
"""Checks terraform/ without any account: form, validity, tests, plans, policies, refusals, checkov.

    checks.py [--real-providers] [--update] [--reelhouse BINARY] [--only NAME ...]

The providers are stubs with the real ones' attributes (offline.py), unless --real-providers has Terraform get them from
its registry. --update writes docs/policies/ anew. --reelhouse has that binary read what the outputs give it. Exit codes: 0 all is well, 1 something is not, 2 could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import enforcement
import permissions
from offline import CannotRun, default_cache, environment, offline_environment
from wrong_configurations import WRONG_CONFIGURATIONS

ROOT = Path(__file__).resolve().parents[2]
SOURCE, POLICIES = ROOT / "terraform", ROOT / "docs" / "policies"
CHECKOV = ["checkov>=3.2,<4"]
# Its knowledge of IAM comes with the package; setuptools because it looks for its files by pkg_resources.
PARLIAMENT = ["parliament>=1.6.4,<2", "setuptools<80"]

# A public key made for this file alone, whose private half was never kept.
PUBLIC_KEY = (Path(__file__).resolve().parent / "example.pub").read_text()
EXAMPLE = {
    "bucket_name": permissions.BUCKET, "prefix": permissions.PREFIX, "region": permissions.REGION,
    "budget_email": "films@example.com", "snowflake_account": "MYORG-MYACCOUNT", "snowflake_public_key": PUBLIC_KEY,
}


class Failed(Exception):
    """A check that did not pass."""


class Configuration:
    """A copy of terraform/ to work in, so that nothing is left in the project."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*", "*.tfvars"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_", "SNOWFLAKE_"))}
        self.variables = {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", **variables}

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["terraform", *arguments], cwd=self.folder, env=self.variables, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def succeed(self, *arguments: str) -> str:
        done = self.run(*arguments)
        if done.returncode != 0:
            raise Failed(f"terraform {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}")
        return done.stdout

    def settings(self, name: str, settings: dict) -> str:
        file = self.folder / f"{name}.tfvars.json"
        file.write_text(json.dumps({key: value for key, value in settings.items() if value is not None}))
        return f"-var-file={file}"

    def plan(self, name: str, settings: dict) -> dict:
        """The plan of the example with other settings, as `terraform show -json` tells it."""
        file = self.folder / f"{name}.plan"
        self.succeed("plan", "-no-color", "-lock=false", self.settings(name, {**EXAMPLE, **settings}), f"-out={file}")
        return json.loads(self.succeed("show", "-json", str(file)))


def check_form(configuration: Configuration) -> str:
    configuration.succeed("fmt", "-check", "-diff", "-recursive")
    return "every file has terraform's form"


def check_validity(configuration: Configuration) -> str:
    configuration.succeed("init", "-no-color", "-backend=false")
    configuration.succeed("validate", "-no-color")
    shutil.copy(configuration.folder / "backend.tf.example", configuration.folder / "backend.tf")
    configuration.succeed("init", "-no-color", "-backend=false")
    configuration.succeed("validate", "-no-color")
    (configuration.folder / "backend.tf").unlink()
    return "valid, with state here and with state in S3"


def check_tests(configuration: Configuration) -> str:
    return configuration.succeed("test", "-no-color").strip().splitlines()[-1]


def check_plans(configuration: Configuration) -> str:
    counts = []
    for name, settings in (("glue", {}), ("copy", {"publisher": "copy", "create_gc_role": True})):
        plan = configuration.plan(name, settings)
        changes = [change["change"]["actions"] for change in plan["resource_changes"] if change["mode"] == "managed"]
        if any(actions != ["create"] for actions in changes):
            raise Failed(f"the plan of an empty account does more than make things: {changes}")
        text = json.dumps(plan)
        if "PRIVATE KEY" in text or "secret_string" in text:
            raise Failed("the plan has a secret's value in it")
        counts.append(f"{name} {len(changes)} resources")
    return "plans of empty accounts: " + ", ".join(counts)


def modules(module: dict) -> list[dict]:
    return [module, *(below for child in module.get("child_modules", []) for below in modules(child))]


def planned_policies(configuration: Configuration) -> dict[str, dict]:
    """The policies of roles, by the role, and that of the bucket, as they are planned with everything on demand."""
    plan = configuration.plan("policies", {"create_gc_role": True, "publisher": "copy"})
    resources = [one for module in modules(plan["planned_values"]["root_module"]) for one in module.get("resources", [])]
    names = {"aws_iam_role_policy": lambda one: one["name"], "aws_s3_bucket_policy": lambda one: "bucket"}
    return {names[one["type"]](one): json.loads(one["values"]["policy"]) for one in resources if one["type"] in names}


def check_policies(configuration: Configuration) -> str:
    policies = planned_policies(configuration)
    if found := permissions.faults(policies):
        raise Failed("\n".join(found))
    for role, policy in policies.items():
        file = POLICIES / f"{role}.json"
        text = json.dumps(policy, indent=2) + "\n"
        if configuration.updates:
            POLICIES.mkdir(exist_ok=True)
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            raise Failed(f"{file.relative_to(ROOT)} is not the policy of terraform/: checks.py --update writes it anew")
    if strays := {path.stem for path in POLICIES.glob("*.json")} - set(policies):
        raise Failed(f"docs/policies/ has policies of no role: {', '.join(sorted(strays))}")
    return f"{len(policies)} policies decide {permissions.count()} requests as they should, and are those of docs/policies/"


def check_actions(configuration: Configuration) -> str:
    """Has AWS's own list of actions, resources and condition keys look at the policies."""
    folder = environment(configuration.cache, PARLIAMENT, "parliament-venv")
    done = subprocess.run([folder / "bin" / "python", Path(__file__).with_name("actions.py"), POLICIES],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failed(done.stdout)
    return done.stdout.strip()


def refusal(configuration: Configuration, number: int) -> str | None:
    wrong = WRONG_CONFIGURATIONS[number]
    settings = configuration.settings(f"wrong-{number}", {**EXAMPLE, **wrong.settings})
    done = configuration.run("plan", "-json", "-lock=false", "-input=false", settings)
    if done.returncode != 1:
        return f"{wrong.name}: must be refused, and terraform plan ended with {done.returncode}"
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    errors = [line["diagnostic"] for line in lines if line.get("@level") == "error" and "diagnostic" in line]
    said = "\n".join(f"{error['summary']}: {error['detail']}" for error in errors)
    missing = [text for text in wrong.said if text not in said]
    return f"{wrong.name}: the error does not say {missing}:\n{said}" if missing else None


def check_refusals(configuration: Configuration) -> str:
    with ThreadPoolExecutor(2) as pool:
        faults = list(filter(None, pool.map(lambda number: refusal(configuration, number), range(len(WRONG_CONFIGURATIONS)))))
    if faults:
        raise Failed("\n".join(faults))
    return f"{len(WRONG_CONFIGURATIONS)} wrong configurations are refused, each with its reason"


def check_configuration(configuration: Configuration) -> str:
    """Has reelhouse read the outputs, as reelhouse.yml and profiles.yml of a project, and build by them."""
    binary = configuration.reelhouse
    if binary is None:
        return "passed over: no reelhouse is built, or named by --reelhouse"
    outputs = configuration.plan("outputs", {})["planned_values"]["outputs"]
    project = configuration.folder.with_name("project")
    (project / "models").mkdir(parents=True)
    (project / "models" / "one.sql").write_text("select 1 as one\n")
    (project / "dbt_project.yml").write_text("{name: letterboxd, version: '1', config-version: 2, profile: letterboxd}\n")
    for name in ("reelhouse", "profiles"):
        (project / f"{name}.yml").write_text(outputs[f"{name}_yml"]["value"])

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run([binary, *arguments, "--project-dir", project], cwd=project, text=True,
                              env={**configuration.variables, "HOME": str(project)},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    code, said = run("build")
    if code != 0 or "target='local'" not in said:
        raise Failed(f"reelhouse build does not build in the local warehouse by profiles.yml:\n{said}")
    # Whoever asks for a remote that is not there is told those that are: so the file was read, and nobody was called.
    code, said = run("push", "--remote", "another")
    if "reelhouse.yml has prod, local" not in said:
        raise Failed(f"reelhouse does not read the remote 'prod' of reelhouse.yml:\n{said}")
    return "reelhouse reads the remote and the profile"


def check_commands(configuration: Configuration) -> str:
    """Has reelhouse push, pull and collect garbage on a server that decides by the policies."""
    if configuration.reelhouse is None:
        return "passed over: no reelhouse is built, or named by --reelhouse"
    moto = environment(configuration.cache, enforcement.REQUIREMENTS, "moto-venv")
    policies = {role: json.loads((POLICIES / f"{role}.json").read_text()) for role in enforcement.ROLES}
    found = enforcement.faults(configuration.reelhouse, moto, policies, configuration.folder.parent)
    if found:
        raise Failed("\n".join(found))
    denied = sum(not is_allowed for _, _, is_allowed in enforcement.STEPS)
    return f"{len(enforcement.STEPS)} commands, {denied} of them denied, on a server that decides by docs/policies/"


def check_security(configuration: Configuration) -> str:
    checkov = environment(configuration.cache, CHECKOV, "checkov-venv") / "bin" / "checkov"
    done = subprocess.run(
        [checkov, "--directory", SOURCE, "--framework", "terraform", "--compact", "--skip-download",
         "--output", "json"],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        summary = json.loads(done.stdout)
    except ValueError:
        raise CannotRun(f"checkov said no JSON: {done.stdout[-1000:]}{done.stderr[-1000:]}") from None
    results = summary["results"]
    if results["failed_checks"]:
        raise Failed("\n".join(f"{check['check_id']} {check['check_name']}: {check['resource']} in {check['file_path']}"
                               for check in results["failed_checks"]))
    skipped = results.get("skipped_checks", [])
    if unexplained := [check["resource"] for check in skipped if len(check["check_result"]["suppress_comment"]) < 20]:
        raise Failed(f"exceptions without a reason: {unexplained}")
    passed = summary["summary"]["passed"]
    if passed < 50:
        raise Failed(f"checkov passed {passed} checks only: it did not look at terraform/")
    return f"checkov: {passed} checks passed, {len(skipped)} exceptions explained in place"


CHECKS = {
    "form": check_form, "validity": check_validity, "tests": check_tests, "plans": check_plans,
    "policies": check_policies, "actions": check_actions, "refusals": check_refusals, "configuration": check_configuration, "commands": check_commands,
    "security": check_security,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real-providers", action="store_true", help="get the providers from Terraform's registry")
    parser.add_argument("--update", action="store_true", help="write docs/policies/ anew")
    parser.add_argument("--reelhouse", type=Path, help="a binary that reads the outputs; without it, one that is built")
    parser.add_argument("--only", nargs="+", choices=CHECKS, help="these checks alone, after form and validity")
    options = parser.parse_args()
    if shutil.which("terraform") is None:
        print("terraform is not installed: its checks are passed over", file=sys.stderr)
        return 0
    cache = default_cache()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            variables = {} if options.real_providers else offline_environment(cache, Path(scratch))
            configuration = Configuration(Path(scratch) / "terraform", variables)
            configuration.cache, configuration.updates = cache, options.update
            built = (ROOT / folder / "release" / "reelhouse" for folder in (".build", ".build-test"))
            binary = options.reelhouse or next((binary for binary in built if binary.exists()), None)
            # The checks run it in folders of their own.
            configuration.reelhouse = binary and binary.resolve()
            for name, check in CHECKS.items():
                if options.only and name not in ("form", "validity", *options.only):
                    continue
                start = time.monotonic()
                print(f"{name}: {check(configuration)} ({time.monotonic() - start:.1f} s)", flush=True)
    except Failed as failure:
        print(f"FAILED {failure}", file=sys.stderr)
        return 1
    except CannotRun as failure:
        print(f"could not run: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
