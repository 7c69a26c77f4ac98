"""The job from S3 to Snowflake: real Spark, a real S3 server, fakesnow behind a connector that stands in."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bridge import connect
from builds import BUCKET, BUILD, EDGES, EVERY_TYPE, RemoteBuild
from conftest import SECRET_NAME, arguments, put_secret
from job import ROOT, load_job

job = load_job()
SMALL = [("id", "integer"), ("title", "text")]


def rows(database: str, schema: str, table: str, columns=None):
    selected = ", ".join(columns) if columns else "*"
    with connect(database) as connection:
        return connection.cursor().execute(f"select {selected} from {schema}.{job.quoted(table)}").fetchall()


def relations(database: str) -> dict:
    """Every table of the database with its rows: what is published must stay as it was."""
    with connect(database) as connection:
        cursor = connection.cursor()
        names = cursor.execute(
            "select table_schema, table_name from information_schema.tables order by 1, 2").fetchall()
        return {
            f"{schema}.{name}": cursor.execute(f'select * from "{schema}"."{name}" order by 1').fetchall()
            for schema, name in names}


def publish_something(database: str) -> None:
    with connect(database) as connection:
        for statement in ["create schema if not exists MAIN", "create table MAIN.FILMS (ID integer)", "insert into MAIN.FILMS values (7)"]:
            connection.cursor().execute(statement)


def test_every_type_and_edge_arrives(build, database, run):
    build.add("main.every", [EDGES[:3], EDGES[3:]])
    build.publish()
    run("main.every")
    columns = [job.quoted(name) for name, _ in EVERY_TYPE]
    # As text: the stand-in's own client gives NULL among timestamps as 1970.
    columns[5] += "::varchar"
    found = rows(database, "MAIN__NEXT", "every", columns)
    expected = [
        tuple(
            str(value) if isinstance(value, datetime.datetime) else value for value in row)
        for row in EDGES]
    plain = [tuple(bytes(value) if isinstance(value, bytearray) else value for value in row) for row in found]
    assert Counter(plain) == Counter(expected)


def test_columns_have_the_types_of_the_mapping(build, database, run):
    build.add("main.every", [EDGES])
    build.publish()
    run("main.every")
    with connect(database) as connection:
        found = connection.cursor().execute("describe table MAIN__NEXT.EVERY").fetchall()
    assert [(row[0], row[1]) for row in found] == [
        ("ID", "NUMBER(19,0)"), ("Title of it", "VARCHAR(16777216)"), ("RATING", "FLOAT"), ("DAY", "DATE"),
        ("ORDER", "BOOLEAN"), ("AT", "TIMESTAMP_NTZ(6)"), ('po"ster', "BINARY(8388608)")]


def test_layers_go_to_schemas_of_their_own(build, database, run, capsys):
    build.add("raw.movies", [[(1, "a")]], SMALL)
    build.add("staged.stg_movies", [[(1, "b")]], SMALL)
    build.add("main.films", [[(1, "c"), (2, None)]], SMALL)
    build.add("main.not_wanted", [[(1, "d")]], SMALL)
    build.publish()
    run("raw.movies,staged.stg_movies, main.films")
    assert relations(database) == {
        "MAIN__NEXT.FILMS": [(1, "c"), (2, None)], "RAW__NEXT.MOVIES": [(1, "a")], "STAGED__NEXT.STG_MOVIES": [(1, "b")]}
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"build {BUILD}: 3 tables written, 0 were there already; push push-1")


def test_an_empty_table_is_made(build, database, run):
    build.add("main.none", [[]], SMALL)
    build.publish()
    run("main.none")
    assert relations(database) == {"MAIN__NEXT.NONE": []}


def test_names_that_need_quotes(build, database, run):
    build.add('main._odd, "name"', [[(1, "a")]], [("id", "integer"), ("a.b `c`", "text")])
    build.publish()
    run(json.dumps(['main._odd, "name"']))
    assert rows(database, "MAIN__NEXT", '_odd, "name"', ['"a.b `c`"']) == [("a",)]


def test_what_was_there_is_replaced_whole(build, database, run):
    with connect(database) as connection:
        connection.cursor().execute("create schema MAIN__NEXT")
        connection.cursor().execute("create table MAIN__NEXT.FILMS (OTHER varchar)")
        connection.cursor().execute("create view MAIN__NEXT.SHOWN as select 1 as ONE")
    build.add("main.films", [[(1, "c")]], SMALL)
    build.add("main.shown", [[(2, "v")]], SMALL)
    build.publish()
    run("main.films,main.shown")
    assert relations(database) == {"MAIN__NEXT.FILMS": [(1, "c")], "MAIN__NEXT.SHOWN": [(2, "v")]}


# What is wrong, and what the run says of it.


def spoil_bytes(build):
    key = build.manifest["tables"][0]["objects"][0]["key"]
    content = bytearray(build.s3.get_object(Bucket=BUCKET, Key=build.prefix + key)["Body"].read())
    content[len(content) // 2] ^= 1
    build.put(key, bytes(content))


def spoil_size(build):
    build.put(build.manifest["tables"][0]["objects"][0]["key"], b"PAR1")


def lose_object(build):
    build.delete(build.manifest["tables"][0]["objects"][0]["key"])


def spoil_row_count(build):
    table = build.manifest["tables"][0]
    table["rowCount"] = table["objects"][0]["rowCount"] = 3


def spoil_type(build):
    build.manifest["tables"][0]["columns"][1]["type"] = "binary"


def spoil_column(build):
    build.manifest["tables"][0]["columns"][1]["name"] = "name"


FAULTS = [
    (spoil_bytes, ["main.first: the object s3://", "has the SHA-256", "as the manifest says"]),
    (spoil_size, ["main.first: the object s3://", "has 4 bytes, not"]),
    (lose_object, ["the object s3://", "data/main/first/", "is missing; `reelhouse push` sends it again"]),
    (spoil_row_count, ["main.first: the object s3://", "has 2 rows, not 3 as the manifest says"]),
    (spoil_type, ["main.first: the object", "(id bigint, title string)", "not (id bigint, title binary)"]),
    (spoil_column, ["main.first: the object", "not (id bigint, name string)"]),
]


@pytest.mark.parametrize("spoil, said", FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_what_is_not_as_the_manifest_says_is_told_and_nothing_is_written(build, database, run, spoil, said):
    publish_something(database)
    # A good table stands before the bad one in the list: it must not be written either.
    build.add("main.first", [[(1, "a"), (2, "b")]], SMALL)
    build.add("raw.good", [[(1, "a")]], SMALL)
    spoil(build)
    build.publish()
    with pytest.raises(job.MirrorError) as fault:
        run("raw.good,main.first")
    for text in [*said, "; the mirror is untouched, and the next push goes on from here"]:
        assert text in str(fault.value)
    assert "\n" not in str(fault.value)
    assert relations(database) == {"MAIN.FILMS": [(7,)]}


def test_a_manifest_of_another_hash_is_refused(build, run):
    build.add("main.films", [[(1, "c")]], SMALL)
    build.publish()
    with pytest.raises(job.MirrorError, match="the manifest s3://.* has the SHA-256 .*, not 0000"):
        run("main.films", manifest_sha256="0" * 64)


def test_a_manifest_that_is_missing_is_told(build, run):
    with pytest.raises(job.MirrorError, match=r"the object s3://.*/builds/.*\.json is missing"):
        run("main.films")


def test_an_unknown_table_is_told_with_those_that_there_are(build, run):
    build.add("main.films", [[(1, "c")]], SMALL)
    build.publish()
    with pytest.raises(job.MirrorError, match="has no table main.flims; it has main.films"):
        run("main.films,main.flims")


# Runs that fail half-way, and those after them.


class FailingConnector(job.SnowflakeConnector):
    """Fails in a worker, behind the first row of a table."""

    table = "second"

    def write(self, frame, table):
        if table.name == self.table:
            super().write(frame.limit(1), table)
            frame.foreach(fail)
        super().write(frame, table)


def fail(row):
    raise ValueError("the network is gone")


class CountingConnector(job.SnowflakeConnector):
    written: list = []

    def write(self, frame, table):
        self.written.append(str(table))
        super().write(frame, table)


@pytest.fixture
def counting():
    CountingConnector.written = []
    return CountingConnector


def three_tables(build):
    for name in ("first", "second", "third"):
        build.add(f"main.{name}", [[(1, name), (2, "b")]], SMALL)
    return build.publish()


def test_a_write_that_fails_leaves_what_is_published(build, database, run):
    publish_something(database)
    three_tables(build)
    with pytest.raises(job.MirrorError) as fault:
        run("main.first,main.second,main.third", connect=FailingConnector)
    assert str(fault.value) == (
        f"main.second: it cannot be written to MAIN__NEXT: ValueError: the network is gone; {job.UNTOUCHED}")
    assert relations(database) == {
        "MAIN.FILMS": [(7,)], "MAIN__NEXT.FIRST": [(1, "first"), (2, "b")], "MAIN__NEXT.SECOND": [(1, "second")]}


def test_the_next_run_goes_on_also_with_a_newer_build(build, database, run, counting):
    three_tables(build)
    with pytest.raises(job.MirrorError):
        run("main.first,main.second,main.third", connect=FailingConnector)
    newer = RemoteBuild(build.s3, build.prefix, "20261123T071530Z-1a2b3c4d")
    newer.add("main.first", [[(1, "first"), (2, "b")]], SMALL)
    newer.add("main.second", [[(1, "second"), (2, "b")]], SMALL)
    newer.add("main.third", [[(3, "newer")]], SMALL)
    run("main.first,main.second,main.third", connect=counting, build=newer.publish())
    assert counting.written == ["main.second", "main.third"]
    assert relations(database) == {
        "MAIN__NEXT.FIRST": [(1, "first"), (2, "b")], "MAIN__NEXT.SECOND": [(1, "second"), (2, "b")],
        "MAIN__NEXT.THIRD": [(3, "newer")]}


def test_a_table_that_lost_rows_is_written_again(build, database, run, counting):
    three_tables(build)
    run("main.first", connect=counting)
    with connect(database) as connection:
        connection.cursor().execute("delete from MAIN__NEXT.FIRST where ID = 1")
    run("main.first", connect=counting)
    assert counting.written == ["main.first", "main.first"]
    assert relations(database) == {"MAIN__NEXT.FIRST": [(1, "first"), (2, "b")]}


def test_a_table_of_other_columns_is_written_again(build, database, run, counting):
    three_tables(build)
    run("main.first", connect=counting)
    newer = RemoteBuild(build.s3, build.prefix, "20261123T071530Z-1a2b3c4d")
    newer.add("main.first", [[(1, "first"), (2, "b")]], [("id", "integer"), ("name", "text")])
    run("main.first", connect=counting, build=newer.publish())
    assert counting.written == ["main.first", "main.first"]
    assert rows(database, "MAIN__NEXT", "first", ["NAME"]) == [("first",), ("b",)]


class LosingConnector(job.SnowflakeConnector):
    def write(self, frame, table):
        super().write(frame.limit(1), table)


def test_rows_that_did_not_arrive_are_told(build, database, run):
    three_tables(build)
    with pytest.raises(job.MirrorError, match='main.first: Snowflake has 1 rows of it in .*"FIRST", not 2'):
        run("main.first", connect=LosingConnector)
    # Not marked as whole, so the next run does not take it for that.
    run("main.first")
    assert len(rows(database, "MAIN__NEXT", "first")) == 2


# Secrets


class TalkativeConnector(job.SnowflakeConnector):
    def rows(self, query):
        raise RuntimeError(f"sign-in failed:\n key {self.options['pem_private_key']}")


def test_no_error_has_the_key(build, run, private_key, capfd):
    three_tables(build)
    with pytest.raises(job.MirrorError) as fault:
        run("main.first", connect=TalkativeConnector)
    assert "sign-in failed: key ***; the mirror" in str(fault.value)
    assert fault.value.__cause__ is None and fault.value.__suppress_context__
    output = capfd.readouterr()
    assert not any(line in output.out + output.err for line in private_key.splitlines()[1:-1])


@pytest.mark.parametrize("value, said", [
    ("no JSON", "is no object of JSON"),
    ("[]", "is no object of JSON"),
    ({"account": "a"}, "lacks user, private_key"),
    ({"account": "a", "user": "u", "private_key": "abc123"}, "is no unencrypted PEM of PKCS #8"),
    ({"account": "a", "user": "u", "private_key": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"},
     "openssl pkcs8"),
    ({"account": "evil.example/?", "user": "u", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"},
     "is no identifier of an account"),
])
def test_a_secret_that_does_not_do_is_told_without_its_value(build, run, value, said):
    three_tables(build)
    name = f"secret-{abs(hash(str(value)))}"
    put_secret(name, value)
    with pytest.raises(job.MirrorError) as fault:
        run("main.first", snowflake_secret=name)
    assert name in str(fault.value) and said in str(fault.value)
    assert "abc123" not in str(fault.value) and "MIIB" not in str(fault.value)


def test_a_key_that_the_connector_refuses_is_not_shown(build, run):
    three_tables(build)
    key = "-----BEGIN PRIVATE KEY-----\nMIIBsecretsecret\n-----END PRIVATE KEY-----"
    put_secret("damaged", {"account": "a", "user": "u", "private_key": key})
    with pytest.raises(job.MirrorError, match="Could not deserialize key data|RuntimeException") as fault:
        run("main.first", snowflake_secret="damaged")
    assert "secretsecret" not in str(fault.value)


def test_a_secret_that_is_missing_is_told(build, run):
    with pytest.raises(job.MirrorError, match="the secret 'nobody' cannot be read: .*ResourceNotFound"):
        run("main.first", snowflake_secret="nobody")


# The script as a whole


def run_process(words: list[str]) -> subprocess.CompletedProcess:
    script = Path(__file__).with_name("job.py")
    return subprocess.run([sys.executable, script, *words[1:]], capture_output=True, text=True, timeout=300)


def test_the_last_line_of_the_driver_says_what_is_wrong(build, database, private_key):
    build.add("main.first", [[(1, "a"), (2, "b")]], SMALL)
    spoil_bytes(build)
    build.publish()
    result = run_process(arguments(build, database, "main.first"))
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("mirror_to_snowflake.MirrorError: main.first: the object s3://") and last.endswith(job.UNTOUCHED)
    assert not any(line in result.stdout + result.stderr for line in private_key.splitlines()[1:-1])


def reelhouse() -> str:
    return os.environ.get("REELHOUSE") or str(ROOT / ".build" / "release" / "reelhouse")


def can_push() -> bool:
    if not shutil.which(reelhouse()):
        return False
    return subprocess.run([reelhouse(), "push", "--help"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_push(), reason="there is no reelhouse that can push; REELHOUSE names one")
def test_a_build_that_reelhouse_pushed_arrives_row_by_row(cloud, database, tmp_path):
    import pyarrow.parquet as pq

    project = tmp_path / "project"
    for name in ("models", "seeds", "macros", "Tests/Warehouse"):
        shutil.copytree(ROOT / name, project / name)
    for name in ("dbt_project.yml", "reelhouse.yml"):
        shutil.copy(ROOT / name, project / name)
    remote = tmp_path / "remote"
    for words in (
        ["sample", "--movies", "300", "--out", "archive.zip"], ["ingest", "archive.zip"], ["build", "--quiet"],
        ["push", "--remote", str(remote)],
    ):
        subprocess.run([reelhouse(), *words], cwd=project, check=True, capture_output=True)
    manifest = json.loads(next((remote / "builds").iterdir()).read_text())
    build = RemoteBuild(cloud, "pushed/", manifest["build"]["id"])
    for path in remote.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            build.put(str(path.relative_to(remote)), path.read_bytes())
    tables = [table for table in manifest["tables"] if table["kind"] == "table"]
    assert len(tables) > 15
    result = run_process(arguments(build, database, ",".join(f"{table['layer']}.{table['name']}" for table in tables)))
    assert result.returncode == 0, result.stderr[-3000:]
    for table in tables:
        expected = Counter()
        for one in table["objects"]:
            expected.update(tuple(row.values()) for row in pq.read_table(remote / one["key"]).to_pylist())
        found = rows(database, f"{table['layer']}__NEXT", table["name"])
        assert Counter(map(tuple, found)) == expected, table["name"]
        assert len(found) == table["rowCount"]
