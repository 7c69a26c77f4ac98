"""Runs reelhouse against a server that enforces the policies: each role's commands work with it, and no others do.

The server is moto, which speaks as S3, Glue and IAM do and decides each request by the policies of the user that has
signed it. It knows no conditions, and of Glue's resources it knows none: `permissions.py` tries those.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import permissions

REQUIREMENTS = ["moto[server]>=5.2,<6"]
ACCESS_DENIED = "RH1809"
ROLES = ("push", "pull", "gc")
# Two for the bucket and the database, three for each user; the next request is the first that is decided.
PREPARATIONS = 2 + 3 * len(ROLES)
PREPARE = """
import json, sys, boto3
endpoint, bucket, policies = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = lambda name: boto3.client(name, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x",
                                   aws_secret_access_key="x")
client("s3").create_bucket(Bucket=bucket)
client("glue").create_database(DatabaseInput={"Name": "letterboxd_db"})
iam, keys = client("iam"), {}
for role, policy in policies.items():
    iam.create_user(UserName=role)
    iam.put_user_policy(UserName=role, PolicyName=role, PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=role)["AccessKey"]
    keys[role] = [key["AccessKeyId"], key["SecretAccessKey"]]
print(json.dumps(keys))
"""


class Server:
    """moto on a free port of 127.0.0.1, with a bucket, a database and a user for each role."""

    def __init__(self, environment: Path, policies: dict[str, dict], log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{port}"
        variables = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(PREPARATIONS)}
        with open(log, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([environment / "bin" / "moto_server", "-H", "127.0.0.1", "-p", str(port)],
                                            env=variables, stdout=output, stderr=output)
        self.wait()
        done = subprocess.run(
            [environment / "bin" / "python", "-c", PREPARE, self.endpoint, permissions.BUCKET,
             json.dumps({role: any_of_glue(policies[role]) for role in ROLES})],
            text=True, check=True, stdout=subprocess.PIPE)
        self.keys = json.loads(done.stdout)

    def wait(self) -> None:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.endpoint}/moto-api/", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError("moto did not start within a minute")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()

    def variables(self, role: str) -> dict[str, str]:
        key, secret = self.keys[role]
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT_URL": self.endpoint}


def any_of_glue(policy: dict) -> dict:
    """The policy as moto can decide it: it takes all of Glue for one resource."""
    return {**policy, "Statement": [
        {**statement, "Resource": "*"} if statement["Action"][0].startswith("glue:") else statement
        for statement in policy["Statement"]]}


@contextmanager
def serving(environment: Path, policies: dict[str, dict], log: Path):
    server = Server(environment, policies, log)
    try:
        yield server
    finally:
        server.end()


def write_project(project: Path) -> None:
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("{name: letterboxd, version: '1', config-version: 2, profile: letterboxd}\n")
    remote = {"url": f"s3://{permissions.BUCKET}/{permissions.PREFIX}", "region": permissions.REGION,
              "glue": {"database": "letterboxd_db"}}
    (project / "reelhouse.yml").write_text(json.dumps({"default_remote": "prod", "remotes": {"prod": remote}}))


# In order: who, what, and whether it is allowed. None builds the model anew and is nobody's.
STEPS = [
    (None, ["build"], True),
    ("push", ["push"], True),
    (None, ["build"], True),
    ("push", ["push"], True),
    ("push", ["remote", "rollback"], True),
    ("push", ["push"], True),
    ("pull", ["remote", "log"], True),
    ("pull", ["remote", "verify"], True),
    ("pull", ["pull", "--warehouse", "pulled"], True),
    ("gc", ["remote", "gc", "--dry-run"], True),
    (None, ["build"], True),
    ("pull", ["push"], False),
    ("pull", ["remote", "rollback"], False),
    ("gc", ["push"], False),
    ("gc", ["remote", "rollback"], False),
    ("push", ["push"], True),
    ("push", ["remote", "gc", "--keep", "1", "--grace", "0"], False),
    ("pull", ["remote", "gc", "--keep", "1", "--grace", "0"], False),
    ("gc", ["remote", "gc", "--keep", "1", "--grace", "0"], True),
    ("pull", ["remote", "verify"], True),
]


def faults(binary: Path, environment: Path, policies: dict[str, dict], scratch: Path) -> list[str]:
    """The steps that end otherwise than they should."""
    found = []
    project = scratch / "enforced"
    with serving(environment, policies, scratch / "moto.log") as server:
        write_project(project)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REELHOUSE_", "DBT_"))}
        for number, (role, arguments, is_allowed) in enumerate(STEPS):
            if role is None:
                (project / "models" / "one.sql").write_text(f"select {number} as one\n")
            done = subprocess.run(
                [binary, *arguments, "--project-dir", project], cwd=project, text=True, timeout=120,
                env={**clean, "HOME": str(project), **(server.variables(role) if role else {})},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            what = f"{role or 'nobody'}: reelhouse {' '.join(arguments)}"
            if is_allowed and done.returncode != 0:
                found.append(f"{what} must work, and ended with {done.returncode}\n{done.stdout}")
            if not is_allowed and (done.returncode == 0 or ACCESS_DENIED not in done.stdout):
                found.append(f"{what} must be denied, and ended with {done.returncode}\n{done.stdout}")
    return found
