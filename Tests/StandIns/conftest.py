from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import snowflake_setup as setup  # noqa: E402
import stand_ins  # noqa: E402
from snowflake_client import Client, jwt  # noqa: E402

numbers = itertools.count(1)
STAGE_PREFIX = "films/v.1/"


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    found = stand_ins.Servers(tmp_path_factory.mktemp("servers"))
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="session")
def s3(servers) -> str:
    """The address of a real S3 server, with a bucket."""
    address = stand_ins.start_s3(servers)
    stand_ins.prepare_s3(servers, address)
    return address


@pytest.fixture(scope="session")
def snowflake(servers, s3):
    stage = {
        "url": f"s3://{stand_ins.BUCKET}/{STAGE_PREFIX}", "endpoint": s3, "key": stand_ins.KEY,
        "secret": stand_ins.SECRET
    }
    (port,) = stand_ins.free_ports(1)
    found = setup.start_snowflake(servers, port, stage, wait_seconds=5, partition_rows=100, lock_timeout=20)
    setup.wait_for_snowflake(servers, found)
    return found


@pytest.fixture
def database(snowflake) -> str:
    """A database of a test's own, laid out and granted as LETTERBOXD is."""
    name = f"{setup.DATABASE}_TEST_{next(numbers)}"
    snowflake.control(databases={name: setup.SCHEMAS}, faults=[], forget=True)
    return name


@pytest.fixture
def client(snowflake, database) -> Client:
    """Signed in by key pair, as the service's role, in the schema RAW__NEXT."""
    token = jwt(snowflake.key, setup.ACCOUNT, setup.USER)
    return Client(snowflake.url, token, "KEYPAIR_JWT", database=database, schema="RAW__NEXT", warehouse=setup.WAREHOUSE)
