#!/usr/bin/env python3
"""moto's server, with a Glue whose crawlers crawl and whose jobs run.

    glue_server.py -H 127.0.0.1 -p PORT

- A crawl reads the Parquet files under its S3 targets, or of its catalog targets, from the server `S3_ENDPOINT`
  (`S3_KEY`, `S3_SECRET`), and makes or confirms tables.
- A job run fetches the job's script from there and runs it: `GLUE_RUNNER` (else this Python), script, arguments,
  those of the run before those of the job. Its state comes of the exit status; BatchStopJobRun ends it.
  `GLUE_JOB_LOG` gets what it prints; `GLUE_JOB_ENVIRONMENT` names a file of JSON with variables for it.
- UpdateTable compares `VersionId`, as the service does.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.glue import models, responses
from moto.glue.exceptions import EntityNotFoundException, GlueClientError

SIMPLE_TYPES = {
    pa.int64(): "bigint", pa.int32(): "int", pa.int16(): "smallint", pa.int8(): "tinyint", pa.string(): "string",
    pa.large_string(): "string", pa.float64(): "double", pa.float32(): "float", pa.bool_(): "boolean",
    pa.date32(): "date", pa.binary(): "binary",
}
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


def s3():
    return boto3.client(
        "s3", endpoint_url=os.environ["S3_ENDPOINT"], region_name="us-east-1",
        aws_access_key_id=os.environ["S3_KEY"], aws_secret_access_key=os.environ["S3_SECRET"])


def parts(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return bucket, key


# Crawls


def hive_type(kind: pa.DataType) -> str:
    """A type of Arrow's as Hive spells it."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        return f"array<{hive_type(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return "struct<" + ",".join(f"{field.name}:{hive_type(field.type)}" for field in kind) + ">"
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return SIMPLE_TYPES.get(kind, str(kind))


def columns(client, bucket: str, key: str) -> list[dict]:
    body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    return [{"Name": field.name.lower(), "Type": hive_type(field.type)} for field in pq.read_schema(io.BytesIO(body))]


def parquet_files(client, bucket: str, prefix: str) -> list[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for page in pages for one in page.get("Contents", []) if one["Key"].endswith(".parquet")]


def crawl(backend, crawler) -> None:
    client = s3()
    for target in crawler.targets.get("S3Targets", []):
        bucket, prefix = parts(target["Path"])
        tables: dict[str, str] = {}
        for key in parquet_files(client, bucket, prefix):
            folder = key.rpartition("/")[0]
            name = re.sub(r"\W", "_", folder.rpartition("/")[2].lower())
            tables.setdefault(name, key)
        for name, key in tables.items():
            location = f"s3://{bucket}/{key.rpartition('/')[0]}/"
            store(backend, crawler, (crawler.table_prefix or "") + name, location, columns(client, bucket, key))
    for target in crawler.targets.get("CatalogTargets", []):
        for name in target["Tables"]:
            table = backend.get_table(target["DatabaseName"], name)
            location = table.as_dict()["StorageDescriptor"]["Location"]
            bucket, prefix = parts(location)
            keys = parquet_files(client, bucket, prefix)
            if not keys:
                raise RuntimeError(f"no Parquet file under {location}")
            found = columns(client, bucket, keys[0])
            declared = table.as_dict()["StorageDescriptor"]["Columns"]
            if [(one["Name"], one["Type"]) for one in declared] != [(one["Name"], one["Type"]) for one in found]:
                raise RuntimeError(f"{name}: the files have other columns than the catalog: {found}")


def store(backend, crawler, name: str, location: str, found: list[dict]) -> None:
    table = {
        "Name": name, "TableType": "EXTERNAL_TABLE", "PartitionKeys": [],
        "StorageDescriptor": {**PARQUET, "Columns": found, "Location": location},
        "Parameters": {"classification": "parquet", "UPDATED_BY_CRAWLER": crawler.name},
    }
    try:
        backend.get_table(crawler.database_name, name)
    except EntityNotFoundException:
        backend.create_table(crawler.database_name, name, table)
    else:
        backend.update_table(crawler.database_name, name, table)


start_crawler_of_moto = models.GlueBackend.start_crawler
describe_crawler_of_moto = models.FakeCrawler.as_dict
STATUS_OF_LAST_CRAWL = {"COMPLETED": "SUCCEEDED", "STOPPED": "CANCELLED", "FAILED": "FAILED"}


def start_crawler(self, name: str) -> None:
    start_crawler_of_moto(self, name)
    crawler = self.get_crawler(name)
    entry = crawler.crawls[-1]
    # moto's own clockwork is stopped: the crawl says itself how far it is.
    entry._transitions = []
    entry.status = "RUNNING"

    def run() -> None:
        try:
            crawl(self, crawler)
        except Exception as error:  # whatever it is, the crawl has failed
            entry.error_message, entry.status = repr(error), "FAILED"
            print("crawl failed:", repr(error), file=sys.stderr, flush=True)
        else:
            entry.status = "STOPPED" if entry.status == "STOPPING" else "COMPLETED"
        entry.end_time = utcnow()

    threading.Thread(target=run, daemon=True).start()


def describe_crawler(self) -> dict:
    data = describe_crawler_of_moto(self)
    status = self.crawls[-1].status if self.crawls else None
    if status in STATUS_OF_LAST_CRAWL:
        data["LastCrawl"]["Status"] = STATUS_OF_LAST_CRAWL[status]
        if status == "FAILED":
            data["LastCrawl"]["ErrorMessage"] = self.crawls[-1].error_message
    else:
        # The service tells the last crawl that has ended.
        data.pop("LastCrawl", None)
    return data


models.GlueBackend.start_crawler = start_crawler
models.FakeCrawler.as_dict = describe_crawler


# Job runs

start_job_run_of_moto = models.GlueBackend.start_job_run
describe_job_run_of_moto = models.FakeJobRun.as_dict
processes: dict[str, subprocess.Popen] = {}


def start_job_run(self, *arguments, **named) -> str:
    run_id = start_job_run_of_moto(self, *arguments, **named)
    name = named.get("name") or arguments[0]
    job = self.get_job(name)
    entry = self.get_job_run(name, run_id)
    entry._transitions = []
    entry.status = "RUNNING"
    threading.Thread(target=run_job, args=(job, entry), daemon=True).start()
    return run_id


def job_environment() -> dict[str, str]:
    path = os.environ.get("GLUE_JOB_ENVIRONMENT", "")
    if not os.path.exists(path):
        return dict(os.environ)
    with open(path) as file:
        return {**os.environ, **json.load(file)}


def run_job(job, entry) -> None:
    try:
        bucket, key = parts(job.command["ScriptLocation"])
        with tempfile.TemporaryDirectory() as folder, open(os.environ.get("GLUE_JOB_LOG", os.devnull), "a") as log:
            script = os.path.join(folder, "script.py")
            s3().download_file(bucket, key, script)
            given = {**(job.default_arguments or {}), **(entry.arguments or {}), "--JOB_NAME": job.name}
            options = [word for pair in given.items() for word in pair]
            runner = shlex.split(os.environ.get("GLUE_RUNNER", sys.executable))
            process = subprocess.Popen(
                [*runner, script, *options], stdout=log, stderr=subprocess.PIPE, text=True, env=job_environment())
            processes[entry.job_run_id] = process
            errors = process.communicate()[1]
            log.write(errors)
    except Exception as error:  # whatever it is, the run has failed
        entry.error_message, entry.status = repr(error), "FAILED"
        return
    finally:
        entry.completed_on = utcnow()
    if entry.status == "STOPPING":
        entry.status = "STOPPED"
    elif process.returncode == 0:
        entry.status = "SUCCEEDED"
    else:
        entry.error_message = (errors.strip().splitlines() or [f"exit status {process.returncode}"])[-1]
        entry.status = "FAILED"


def get_job_runs(self) -> list:
    # moto would take each look for a step of its clockwork, and tells the oldest first.
    return self.job_runs[::-1]


def describe_job_run(self) -> dict:
    data = describe_job_run_of_moto(self)
    if getattr(self, "error_message", None):
        data["ErrorMessage"] = self.error_message
    if self.status in ("RUNNING", "STOPPING"):
        data.pop("CompletedOn", None)
    return data


def batch_stop_job_run(self) -> ActionResult:
    name, errors, stopped = self.parameters["JobName"], [], []
    for run_id in self.parameters["JobRunIds"]:
        try:
            entry = self.glue_backend.get_job_run(name, run_id)
            if entry.status != "RUNNING":
                raise ValueError(f"the run is {entry.status}")
        except Exception as error:  # told for this run, the others go on
            detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": str(error)}
            errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
            continue
        entry.status = "STOPPING"
        if run_id in processes:
            processes[run_id].terminate()
        stopped.append({"JobName": name, "JobRunId": run_id})
    return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})


models.GlueBackend.start_job_run = start_job_run
models.FakeJobRun.as_dict = describe_job_run
models.FakeJob.get_job_runs = get_job_runs
responses.GlueResponse.batch_stop_job_run = batch_stop_job_run


# Versions of tables


class ConcurrentModificationException(GlueClientError):
    def __init__(self, message: str) -> None:
        super().__init__("ConcurrentModificationException", message)


update_table_of_moto = responses.GlueResponse.update_table


def update_table(self):
    wanted = self.parameters.get("VersionId")
    if wanted:
        table = self.glue_backend.get_table(self.parameters["DatabaseName"], self.parameters["TableInput"]["Name"])
        there = table.as_dict()["VersionId"]
        if wanted != there:
            raise ConcurrentModificationException(f"the table is at version {there}, not {wanted}")
    return update_table_of_moto(self)


responses.GlueResponse.update_table = update_table

if __name__ == "__main__":
    from moto.server import main

    main()
