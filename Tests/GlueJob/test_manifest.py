"""What the job believes of a manifest, and how it names things in Snowflake. No Spark, no server."""

from __future__ import annotations

import copy
import json
import re

import pytest

from builds import BUILD
from job import ROOT, load_job

job = load_job()
SHA = "ab" * 32
SOUND = {
    "formatVersion": 1, "build": {"id": BUILD}, "files": [],
    "tables": [{
        "layer": "main", "name": "films", "kind": "table", "rowCount": 3,
        "columns": [{"name": "id", "type": "integer"}, {"name": "day", "type": "date"}],
        "objects": [
            {"key": f"data/main/films/{SHA}/part-00000.parquet", "byteCount": 10, "sha256": SHA, "rowCount": 1},
            {"key": f"data/main/films/{SHA}/part-00001.parquet", "byteCount": 10, "sha256": SHA, "rowCount": 2},
        ]}],
}


def read(manifest, names=("main.films",)):
    return job.Manifest(json.dumps(manifest).encode(), BUILD).tables(names)


def changed(*path_and_value):
    *path, value = path_and_value
    manifest = copy.deepcopy(SOUND)
    place = manifest
    for step in path[:-1]:
        place = place[step]
    if value is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return manifest


def test_a_sound_manifest_is_read():
    (table,) = read(SOUND)
    assert (str(table), table.schema, table.row_count) == ("main.films", "MAIN__NEXT", 3)
    assert [one.row_count for one in table.objects] == [1, 2]
    assert [column.type.snowflake for column in table.columns] == ["NUMBER(19,0)", "DATE"]


TABLE, OBJECT = ("tables", 0), ("tables", 0, "objects", 0)


@pytest.mark.parametrize("change, said", [
    (("formatVersion", 2), "has format 2; this job reads up to 1"),
    (("formatVersion", "1"), "its format version is '1'"),
    (("formatVersion", KeyError), "it has no 'formatVersion'"),
    (("build", "id", "20261122T071530Z-ffffffff"), "it is that of the build"),
    (("tables", "none"), "refused"),
    (("tables", [SOUND["tables"][0]] * 2), "it has 'main.films' twice"),
    (("tables", [SOUND["tables"][0], {**SOUND["tables"][0], "name": "FILMS"}]), "it has 'main.FILMS' twice"),
    ((*TABLE, "kind", "view"), "main.films is no table but of the kind 'view'"),
    ((*TABLE, "kind", "auxiliary"), "of the kind 'auxiliary'"),
    ((*TABLE, "columns", []), "the columns of main.films are not possible"),
    ((*TABLE, "columns", 0, "name", "DAY"), "the columns of main.films are not possible"),
    ((*TABLE, "columns", 0, "name", ""), "the columns of main.films are not possible"),
    ((*TABLE, "columns", 0, "name", "a\0b"), "the columns of main.films are not possible"),
    ((*TABLE, "columns", 0, "type", "varchar); drop table x"), "main.films.id has the unknown type"),
    ((*TABLE, "columns", 0, "type", []), "refused"),
    ((*TABLE, "objects", []), "main.films has 3 rows, and its 0 objects have others"),
    ((*TABLE, "rowCount", 4), "main.films has 4 rows, and its 2 objects have others"),
    ((*TABLE, "rowCount", True), "impossible size or number of rows"),
    ((*TABLE, "objects", 0, "rowCount", -1), "impossible size or number of rows, -1"),
    ((*TABLE, "objects", 0, "byteCount", 1 << 60), "impossible size or number of rows"),
    ((*OBJECT, "sha256", "AB" * 32), "an object of main.films has no SHA-256"),
    ((*OBJECT, "sha256", "cd" * 32), "has the key"),
    ((*OBJECT, "sha256", None), "refused"),
    ((*OBJECT, "key", f"data/main/../{SHA}/part-00000.parquet"), "has the key"),
    ((*OBJECT, "key", f"/data/main/films/{SHA}/part-00000.parquet"), "has the key"),
    ((*OBJECT, "key", f"s3://other/data/main/films/{SHA}/part-00000.parquet"), "has the key"),
    ((*OBJECT, "key", f"data/raw/films/{SHA}/part-00000.parquet"), "has the key"),
    ((*OBJECT, "key", f"data/main/fi*ms/{SHA}/part-00000.parquet"), "has the key"),
    ((*OBJECT, "key", f"data/main/films/{SHA}/part-00000.parquet\n"), "has the key"),
    ((*OBJECT, "key", f"refs/{SHA}"), "has the key"),
])
def test_what_reelhouse_does_not_write_is_refused(change, said):
    with pytest.raises(job.MirrorError) as fault:
        read(changed(*change))
    assert said in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b'{"formatVersion": 1}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_manifest_is_refused(content):
    with pytest.raises(job.MirrorError, match="the manifest is refused"):
        job.Manifest(content, BUILD)


def test_a_layer_that_nobody_knows_is_refused():
    manifest = changed(*TABLE, "layer", 'main"."other')
    with pytest.raises(job.MirrorError, match="is no name of a table"):
        read(manifest, ['main"."other.films'])


@pytest.mark.parametrize("uri", [
    f"s3://bucket/builds/{BUILD}.json", f"s3://bucket/a/b.c/builds/{BUILD}.json",
])
def test_a_remote_is_where_its_manifest_lies(uri):
    remote = job.Remote.of_manifest(uri, BUILD)
    assert remote.uri(f"builds/{BUILD}.json") == uri


@pytest.mark.parametrize("uri", [
    f"https://bucket/builds/{BUILD}.json", f"s3://bucket/{BUILD}.json", "s3://bucket/builds/20261122T071530Z-ffffffff.json",
    f"s3://bucket/../builds/{BUILD}.json", f"s3://bucket/a//builds/{BUILD}.json", f"s3://bucket/*/builds/{BUILD}.json",
    f"s3://user@bucket/builds/{BUILD}.json", f"file:///builds/{BUILD}.json",
])
def test_an_address_that_is_no_manifests_is_refused(uri):
    with pytest.raises(job.MirrorError, match="--manifest_uri"):
        job.Remote.of_manifest(uri, BUILD)


@pytest.mark.parametrize("text, names", [
    ("main.a", ["main.a"]), ("main.a, raw.b", ["main.a", "raw.b"]), ('["main.a,b", "raw.c"]', ["main.a,b", "raw.c"]),
])
def test_lists_of_tables(text, names):
    assert job.table_names(text) == names


@pytest.mark.parametrize("text", ["", "films", "main.a,,raw.b", "main.a,main.a", '["main.a"', "[1]"])
def test_lists_that_are_none(text):
    with pytest.raises(job.MirrorError, match="--tables"):
        job.table_names(text)


@pytest.mark.parametrize("name, expected", [
    ("movies_by_year", '"MOVIES_BY_YEAR"'), ("order", '"ORDER"'), ("With space", '"With space"'), ("1st", '"1st"'),
    ('a"; drop table x; --', '"a""; drop table x; --"'), ("straße", '"straße"'), ("i", '"I"'),
])
def test_names_in_snowflake(name, expected):
    assert job.quoted(name) == expected


def test_a_mark_tells_rows_and_columns_apart():
    marks = {read(manifest)[0].mark for manifest in (
        SOUND, changed(*TABLE, "columns", 0, "name", "number"), changed(*TABLE, "columns", 0, "type", "text"))}
    assert len(marks) == 3
    assert read(changed("build", "createdAt", "later"))[0].mark in marks


def test_what_terraform_says_of_a_run_is_what_the_job_takes():
    terraform = (ROOT / "terraform" / "modules" / "aws" / "job.tf").read_text()
    arguments = re.search(r"default_arguments = \{(.*?)\n  \}", terraform, re.DOTALL)[1]
    ours = {"snowflake_secret", "snowflake_database", "region"}
    assert ours <= set(re.findall(r'"--([a-z_]+)"', arguments)) and ours <= {*job.PARAMETERS, *job.OPTIONAL_PARAMETERS}
    for name in (*job.PARAMETERS, *job.OPTIONAL_PARAMETERS):
        assert f"--{name}" in job.__doc__ and f"`--{name}`" in (ROOT / "docs" / "glue-job.md").read_text()


def test_the_types_are_those_of_the_one_mapping():
    swift = (ROOT / "Sources" / "Sync" / "ColumnMapping.swift").read_text()
    snowflake = re.search(r"var snowflakeName: String \{(.*?)\n  \}", swift, re.DOTALL)[1]
    assert dict(re.findall(r'case \.(\w+): "([^"]+)"', snowflake)) == {
        name: mapped.snowflake for name, mapped in job.TYPES.items()}
    assert set(re.findall(r"^  case (\w+)$", swift, re.MULTILINE)) == set(job.TYPES)
