"""What the seam gives to Snowflake's connector for Spark, beyond what runs of the job show."""

from __future__ import annotations

import base64
import datetime
import json

import pytest

from builds import BUCKET, BUILD, EDGES
from job import load_job

job = load_job()


@pytest.fixture
def spark(cloud):
    return job.open_session()


@pytest.fixture
def access(private_key):
    return job.Access("secret", json.dumps({
        "account": "ORG-ACCOUNT", "user": "REELHOUSE", "private_key": private_key, "warehouse": "WH", "role": "SERVICE"}))


@pytest.fixture
def table(build):
    build.add("main.every", [EDGES])
    (table,) = job.Manifest(json.dumps(build.manifest).encode(), BUILD).tables(["main.every"])
    return table


def test_the_key_goes_without_its_first_and_last_line(spark, access, private_key):
    options = job.SnowflakeConnector(spark, access, "LETTERBOXD").options
    assert options == {
        "sfURL": "ORG-ACCOUNT.snowflakecomputing.com", "sfUser": "REELHOUSE", "sfWarehouse": "WH", "sfRole": "SERVICE",
        "sfDatabase": "LETTERBOXD", "sfSchema": "INFORMATION_SCHEMA",
        "pem_private_key": "".join(private_key.strip().splitlines()[1:-1])}


def test_a_key_on_one_line_will_do(private_key):
    one_line = private_key.replace("\n", "\\n")
    access = job.Access("secret", json.dumps({"account": "a", "user": "u", "private_key": one_line}))
    assert base64.b64decode(access.private_key, validate=True)
    assert (access.warehouse, access.role) == ("", "")
    assert access.hidden(f"x {one_line} y {private_key} z {access.private_key}") == "x *** y ***\n z ***"


def test_values_are_texts_that_the_formats_of_copy_keep(spark, build, table):
    remote = job.Remote(BUCKET, build.prefix)
    frame = job.loadable(job.read_table(spark, remote, table))
    assert [field.dataType.simpleString() for field in frame.schema] == [
        "bigint", "string", "double", "string", "boolean", "string", "string"]
    assert [field.name for field in frame.schema] == [f"c{number}" for number in range(1, 8)]

    def text(value):
        if isinstance(value, datetime.datetime):
            return f"+0000 {value.isoformat(' ', 'microseconds')}000"
        if isinstance(value, datetime.date):
            return value.isoformat()
        return base64.b64encode(value).decode() if isinstance(value, bytes) else value

    assert [tuple(row) for row in frame.collect()] == [tuple(map(text, row)) for row in EDGES]


def test_without_them_rows_would_not_arrive(build, run, monkeypatch):
    build.add("main.every", [EDGES])
    build.publish()
    monkeypatch.setattr(job, "loadable", lambda frame: frame)
    with pytest.raises(job.MirrorError, match="main.every: it cannot be written to MAIN__NEXT: .*TIMESTAMP_NTZ '.*' is not recognized"):
        run("main.every")


def test_access_prints_nothing_of_itself(access):
    assert repr(access) == str(access) == "Access(***)"


class OtherSource(job.SnowflakeConnector):
    """A source that Spark has, planned as Snowflake's is: it fails when it is run, for want of an address."""

    SOURCE = "jdbc"


def test_neither_log_nor_page_of_spark_shows_the_key(spark, access, build, table, event_log):
    remote = job.Remote(BUCKET, build.prefix)
    frame = job.read_table(spark, remote, table)

    def logged(connector):
        with pytest.raises(Exception):
            connector.write(frame, table)
        return "".join(path.read_text() for path in event_log.rglob("*") if path.is_file())

    hidden = logged(OtherSource(spark, access, "LETTERBOXD"))
    assert "SaveIntoDataSourceCommand" in hidden and "pem_private_key=*********(redacted)" in hidden
    assert access.private_key[:40] not in hidden
    # That this looks at the right place: with Spark's own setting another key is to be seen.
    spark.conf.set("spark.sql.redaction.options.regex", "(?i)url")
    other = OtherSource(spark, access, "LETTERBOXD")
    other.options = {**other.options, "pem_private_key": "to-be-seen"}
    assert "to-be-seen" in logged(other)
