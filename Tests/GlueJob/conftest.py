from __future__ import annotations

import itertools
import json
import os
import sys
from pathlib import Path

import boto3
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from builds import BUCKET, RemoteBuild  # noqa: E402
from job import load_job, prepare  # noqa: E402
from servers import KEY, REGION, SECRET, Servers  # noqa: E402
from snowflake_setup import ACCOUNT, ROLE, USER, WAREHOUSE  # noqa: E402

SECRET_NAME = "letterboxd_snowflake_service_user"


@pytest.fixture(scope="session")
def event_log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("events")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory, event_log):
    """The servers, and the environment by which the job and Spark's workers find them."""
    servers = Servers(tmp_path_factory.mktemp("servers"))
    try:
        nothing = servers.folder / "nothing"
        nothing.touch()
        s3, secrets = servers.start_s3(), servers.start_secrets_manager()
        os.environ |= {
            "AWS_ENDPOINT_URL_S3": s3, "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets, "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": str(nothing),
            "AWS_SHARED_CREDENTIALS_FILE": str(nothing),
        }
        snowflake = servers.start_snowflake()
        os.environ |= snowflake.variables()
        prepare(servers.folder, event_log)
        put_secret(
            SECRET_NAME, {
                "account": ACCOUNT, "user": USER, "private_key": snowflake.key.read_text(), "warehouse": WAREHOUSE,
                "role": ROLE
            })
        client = boto3.client("s3")
        servers.wait("s3", lambda: make_bucket(client))
        yield client
    finally:
        servers.stop()


@pytest.fixture(scope="session")
def private_key(cloud) -> str:
    """The one that signs in to the Snowflake that stands in."""
    return Path(os.environ["REELHOUSE_TEST_SNOWFLAKE_KEY"]).read_text()


def make_bucket(client) -> None:
    if BUCKET not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")


def put_secret(name: str, value) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)


numbers = itertools.count(1)


@pytest.fixture
def build(cloud) -> RemoteBuild:
    return RemoteBuild(cloud, f"films-{next(numbers)}/v.1/")


@pytest.fixture
def database(cloud) -> str:
    """A database of Snowflake for one test."""
    from bridge import connect

    name = f"LETTERBOXD_{next(numbers)}"
    with connect() as connection:
        connection.cursor().execute(f"create database {name}")
    return name


@pytest.fixture
def run(cloud, build, database):
    """Runs the job in this process, for the build, into the database."""
    job = load_job()

    def run(tables: str, connect=job.SnowflakeConnector, build=build, **options: str) -> None:
        job.main(arguments(build, database, tables, **options), connect=connect)

    return run


def arguments(build: RemoteBuild, database: str, tables: str, **options: str) -> list[str]:
    given = {
        "manifest_uri": build.uri, "build_id": build.build, "push_id": "push-1", "tables": tables,
        "snowflake_secret": SECRET_NAME, "snowflake_database": database, **options}
    glue = ["--JOB_NAME", "publish_letterboxd_to_snowflake", "--enable-auto-scaling", "true"]
    return ["mirror_to_snowflake.py", *glue, *(word for name, value in given.items() for word in (f"--{name}", value))]
