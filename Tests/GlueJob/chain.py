"""Run beside `../StandIns/stand_ins.py --job spark`: Glue's job, started through Glue's API, brings a build into
Snowflake.

What is there afterwards is asked for by the SQL API, as the role of the service, and is equal by content hash.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "StandIns"), str(HERE.parent / "Conformance"), str(HERE)]

import boto3  # noqa: E402

import builds  # noqa: E402
from builds import EVERY_TYPE, RemoteBuild  # noqa: E402
from content_hash import table_hash as hash_of_values  # noqa: E402
from content_hash_sql import table_hash  # noqa: E402
from job import SCRIPT, load_job  # noqa: E402
from snowflake_client import Client, jwt  # noqa: E402


def value(name: str) -> str:
    return os.environ[f"REELHOUSE_TEST_{name}"]


def glue():
    return boto3.client(
        "glue", endpoint_url=value("AWS"), region_name="us-east-1", aws_access_key_id=value("AWS_KEY"),
        aws_secret_access_key=value("AWS_SECRET"))


def s3():
    # With the key that signs in to the rest of AWS, too.
    return boto3.client(
        "s3", endpoint_url=value("S3"), region_name="us-east-1", aws_access_key_id=value("AWS_KEY"),
        aws_secret_access_key=value("AWS_SECRET"))


def run(build: RemoteBuild, tables: str) -> dict:
    job, client = value("GLUE_JOB"), glue()
    arguments = {"--manifest_uri": build.uri, "--build_id": build.build, "--push_id": "push-1", "--tables": tables}
    number = client.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]
    for _ in range(240):
        found = client.get_job_run(JobName=job, RunId=number)["JobRun"]
        if found["JobRunState"] not in ("STARTING", "RUNNING", "WAITING"):
            return found
        time.sleep(0.5)
    raise AssertionError(f"the run does not end; its log is {value('GLUE_JOB_LOG')}")


def main() -> None:
    builds.BUCKET = value("S3_BUCKET")
    place = glue().get_job(JobName=value("GLUE_JOB"))["Job"]["Command"]["ScriptLocation"]
    bucket, _, key = place.removeprefix("s3://").partition("/")
    s3().put_object(Bucket=bucket, Key=key, Body=SCRIPT.read_bytes())
    # 10¹² and more have no content hash: the builds of the job's own tests have one such value.
    rows = [row for row in builds.EDGES if row[2] is None or abs(row[2]) <= 1e12]
    build = RemoteBuild(s3(), "chain/")
    build.add("main.every", [rows[:2], rows[2:]])
    build.add("raw.none", [[]], [("id", "integer")])
    build.publish()
    done = run(build, "main.every,raw.none")
    assert done["JobRunState"] == "SUCCEEDED", (done.get("ErrorMessage"), Path(value("GLUE_JOB_LOG")).read_text()[-3000:])
    token = jwt(value("SNOWFLAKE_KEY"), value("SNOWFLAKE_ACCOUNT"), value("SNOWFLAKE_USER"))
    client = Client(
        value("SNOWFLAKE"), token, "KEYPAIR_JWT", database=value("SNOWFLAKE_DATABASE"), schema="MAIN__NEXT",
        warehouse=value("SNOWFLAKE_WAREHOUSE"), role=value("SNOWFLAKE_ROLE"))
    named = load_job().snowflake_name
    columns = [(named(name), kind) for name, kind in EVERY_TYPE]
    ((count, total),) = client.rows(table_hash("MAIN__NEXT.EVERY", columns))
    assert f"{count}:{total}" == hash_of_values(rows, [kind for _, kind in EVERY_TYPE])
    assert client.rows("select count(*) from RAW__NEXT.NONE") == [["0"]]
    failed = run(build, "main.nothing")
    assert failed["JobRunState"] == "FAILED" and "has no table main.nothing" in failed["ErrorMessage"], failed
    print("the chain from Glue's API to Snowflake's SQL API is whole")


if __name__ == "__main__":
    main()
