"""Snowflake's SQL as far as a mirror needs it: functions, definitions, comments, the catalog, errors, COPY,
privileges."""

from __future__ import annotations

import io
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import snowflake_setup as setup
import stand_ins
from conftest import STAGE_PREFIX

FUNCTIONS = [
    ("octet_length('äb'), octet_length(to_binary('00ff', 'HEX')), octet_length('')", ["3", "2", "0"]),
    (
        "to_char('0001-02-03'::date, 'YYYY-MM-DD'), to_char('2026-11-25 01:02:03.456789'::timestamp_ntz, 'YYYY-MM-DD HH24:MI:SS.FF6')",
        ["0001-02-03", "2026-11-25 01:02:03.456789"]),
    (
        "hex_encode(to_binary('00ff', 'HEX')), to_char(to_binary('00ff', 'HEX'), 'HEX'), to_char(to_binary('00ff', 'HEX'), 'BASE64')",
        ["00FF", "00FF", "AP8="]),
    (
        "date_part(epoch_microsecond, '1969-12-31 23:59:59.999999'::timestamp_ntz), date_part(epoch_microsecond, '9999-12-31'::timestamp_ntz)",
        ["-1", "253402214400000000"]),
    ("round(2.5), round(-2.5), round(2.5::float), round(-2.5::float), round(1.005, 2)", ["3", "-3", "3", "-3", "1.01"]),
    (
        "mod(36893488147419103233, 18446744073709551616), mod(-7, 4), bitand(18446744073709551615, 4095)",
        ["1", "-3", "4095"]),
    (
        "div0(1, 0), try_to_number('x'), try_to_date('x'), try_cast('1' as int), nvl(null, 2), iff(1 = 2, 'a', 'b')",
        ["0", None, None, "1", "2", "b"]),
    (
        "to_char(-9223372036854775808), to_char(12345678901234567890123456789012345678)",
        ["-9223372036854775808", "12345678901234567890123456789012345678"]),
    ("current_database() is not null, current_warehouse(), current_user()", ["true", setup.WAREHOUSE, setup.USER]),
]


@pytest.mark.parametrize("expressions, expected", FUNCTIONS, ids=[text[:30] for text, _ in FUNCTIONS])
def test_functions(client, expressions, expected):
    assert client.rows(f"select {expressions}") == [expected]


def test_sums_do_not_lose_digits(client):
    client.rows("create table t (n number(19,0))")
    client.rows("insert into t values (9223372036854775807), (9223372036854775807), (3)")
    assert client.rows(
        "select sum(n), sum(w) = sum(w::number(38,0)) from (select n, md5_number_lower64(to_char(n)) as w from t)") == [
            ["18446744073709551617", "true"]
        ]
    many = " union all ".join(["select 18446744073709551615 as w"] * 50)
    assert client.rows(f"select sum(w) from ({many})") == [[str(50 * (2**64 - 1))]]


ERRORS = [("select * from nowhere", "002003", "42S02", "Object 'NOWHERE' does not exist or not authorized."),
          ("select * from nosuch.t", "002003", "02000", ".NOSUCH' does not exist or not authorized."),
          ("select nothing from t", "000904", "42000", "invalid identifier 'NOTHING'"),
          ("create table t (i int)", "002002", "42710", "Object 'T' already exists."),
          ("selec 1", "001003", "42000", "syntax error"), ("select nosuch(1)", "002140", "42601", "Unknown function"),
          ("select 1 / 0", "100051", "22012", "Division by zero"),
          ("select i / (i - i) from t", "100051", "22012", "Division by zero"),
          ("select to_number('abc')", "100038", "22018", "Numeric value 'abc' is not recognized"),
          ("select '2026-13-01'::date", "100040", "22007", "Date '2026-13-01' is not recognized"),
          (
              "insert into t select 12345678901234567890", "100039", "22003",
              "Numeric value '12345678901234567890' is out of range"),
          ("insert into t values (1, 2)", "002020", "21S01", "does not match column list"),
          ("describe table nowhere", "002003", "02000", "does not exist or not authorized."),
          ("drop table nowhere", "002003", "42S02", "does not exist or not authorized."), ]


@pytest.mark.parametrize("statement, code, state, text", ERRORS, ids=[one[0] for one in ERRORS])
def test_errors(client, statement, code, state, text):
    client.all_rows("create or replace table t (i number(19,0)); insert into t values (1)")
    answer = client.submit(statement)
    assert answer.status == 422 and (answer.body["code"], answer.body["sqlState"]) == (code, state), answer.body
    assert text in answer.body["message"] and answer.body["statementHandle"]


def test_an_error_of_a_branch_that_is_not_taken_is_none(client):
    client.all_rows("create table t (i int); insert into t values (1)")
    assert client.rows("select case when i = 1 then 1 else to_number('the lock row has moved') end from t") == [["1"]]
    assert "the lock row has moved" in client.error(
        "select case when i = 2 then 1 else to_number('the lock row has moved') end from t")[1]


# What there is


def test_tables_with_comments_types_and_row_counts(client, database):
    client.rows(
        "create or replace transient table films (id number(19,0) comment 'its number', \"Title of it\" varchar, \"AT\" timestamp_ntz(6), "
        "\"order\" boolean, day date, rating float, poster binary) comment = 'it''s films'")
    client.rows("insert into films (id) values (1), (2), (3)")
    client.rows("delete from films where id = 1")
    assert client.rows("describe table films") == [[
        name, kind, "COLUMN", "Y", None, "N", "N", None, None, comment, None
    ] for name, kind, comment in [("ID", "NUMBER(19,0)", "its number"), (
        "Title of it", "VARCHAR(16777216)",
        None), ("AT", "TIMESTAMP_NTZ(6)",
                None), ("order", "BOOLEAN", None), ("DAY", "DATE", None), ("RATING", "FLOAT",
                                                                           None), ("POSTER", "BINARY(8388608)", None)]]
    tables = "select table_type, row_count, is_transient, comment, table_owner from information_schema.tables where table_name = 'FILMS'"
    assert client.rows(tables) == [["BASE TABLE", "2", "YES", "it's films", setup.ROLE]]
    assert client.rows(
        f"select data_type, numeric_precision, datetime_precision, comment from {database}.information_schema.columns "
        "where table_schema = 'RAW__NEXT' and column_name in ('ID', 'AT') order by ordinal_position") == [
            ["NUMBER", "19", None, "its number"], ["TIMESTAMP_NTZ", None, "6", None]]
    client.rows("comment on table films is 'new'")
    client.rows('comment on column films."Title of it" is \'a title; with "quotes"\'')
    client.rows("create or replace table other (i int)")
    assert client.rows(tables)[0][3] == "new"
    assert client.rows("show tables like 'fil%'")[0][1:8] == ["FILMS", "TRANSIENT", database, "RAW__NEXT", "new", "", "2"]
    assert [row[2] for row in client.rows("show columns in table films")][1] == "Title of it"
    assert client.rows("describe table films")[1][9] == 'a title; with "quotes"'


def test_views_read_what_they_meant_where_they_were_made(client, database):
    client.all_rows("create table films (id int); insert into films values (1), (2)")
    client.rows(
        "create or replace view STAGED__NEXT.stg_films (id comment 'the id', twice) comment = 'staged' as "
        "with f as (select * from films) select f.id, 2 * films.id from f join films on f.id = films.id")
    assert client.rows("select * from STAGED__NEXT.stg_films order by 1", schema="MAIN") == [["1", "2"], ["2", "4"]]
    assert client.rows(
        "select table_name, table_type, comment from information_schema.tables where table_schema = 'STAGED__NEXT'"
    ) == [["STG_FILMS", "VIEW", "staged"]]
    assert client.rows("select comment from information_schema.views") == [["staged"]]
    assert [row[9] for row in client.rows("describe view STAGED__NEXT.stg_films")] == ["the id", None]
    client.rows("drop view STAGED__NEXT.stg_films")
    client.rows("drop view if exists STAGED__NEXT.stg_films")


def test_the_schema_main_is_one_as_others(client, database):
    client.rows("create table MAIN.t (i int) comment = 'here'")
    assert client.rows(f"select table_schema, comment from {database}.information_schema.tables") == [["MAIN", "here"]]
    assert client.rows(
        "select schema_name from information_schema.schemata where schema_name like 'MAIN%' order by 1") == [[
            "MAIN"
        ], ["MAIN__NEXT"]]
    assert "MAIN" in [row[1] for row in client.rows("show schemas")]
    assert client.rows("describe table MAIN.t")[0][:2] == ["I", "NUMBER(38,0)"]


@pytest.mark.parametrize(
    "name", ['"Ümläut table"', '"select"', '"a ""quoted"" one"', '"漢字 👍"', '"lower"', '"with.dot"', "ORDERS", "_x$1"])
def test_names(client, name):
    client.rows(f'create table {name} ("from" int, "é" int, "with space" int)')
    client.rows(f"insert into {name} values (1, 2, 3)")
    assert client.rows(f'select "from", "é", "with space" from {name}') == [["1", "2", "3"]]
    plain = name[1:-1].replace('""', '"') if name.startswith('"') else name.upper()
    assert client.rows("select table_name from information_schema.tables") == [[plain]]
    assert [row[0] for row in client.rows(f"describe table {name}")] == ["from", "é", "with space"]
    assert client.rows(f"delete from {name}") == [["1"]]
    client.rows(f"comment on table {name} is 'x'")
    client.rows(f"drop table {name}")


def test_rows_change_as_they_are_told(client):
    client.all_rows(
        "create table t (i int, s varchar); insert into t values (1, 'a'), (2, 'b'); create table u as select * from t")
    assert client.submit("update t set s = 'z' where i = 2").body["stats"]["numRowsUpdated"] == 1
    merged = client.submit(
        "merge into t using (select 2 as i union all select 3) s on t.i = s.i when matched then update set s = 'm' "
        "when not matched then insert (i, s) values (s.i, 'n')")
    assert merged.body["stats"]["numRowsInserted"] == merged.body["stats"]["numRowsUpdated"] == 1
    assert client.rows("select * from t order by 1") == [["1", "a"], ["2", "m"], ["3", "n"]]
    client.rows("alter table t swap with u")
    assert client.rows("select * from t order by 1") == [["1", "a"], ["2", "b"]]
    client.rows("truncate table t")
    assert client.rows("select count(*) from t") == [["0"]]
    client.rows("create or replace transient table t clone u")
    assert client.rows("select count(*) from t") == [["3"]]
    client.rows("alter table t add column x int")
    client.rows("alter table t rename to v")
    assert client.rows("select table_name from information_schema.tables order by 1") == [["U"], ["V"]]


# Warehouse and privileges


def test_a_warehouse_that_is_suspended(client, snowflake):
    client.rows("create table t (i int)")
    snowflake.control(warehouses={setup.WAREHOUSE: {"state": "SUSPENDED", "auto_resume": False}})
    try:
        for statement, count in (("select * from t", None), ("insert into t values (1)", None), ("select 1; select 2",
                                                                                                 2)):
            code, message = client.error(statement, count=count)
            assert code == "000606" and message.startswith("No active warehouse selected"), statement
        assert client.rows("select 1") == [["1"]]
        assert client.rows("show warehouses")[0][:2] == [setup.WAREHOUSE, "SUSPENDED"]
        snowflake.control(warehouses={setup.WAREHOUSE: {"state": "SUSPENDED", "auto_resume": True}})
        assert client.rows("select count(*) from t") == [["0"]]
        assert client.rows("show warehouses")[0][:2] == [setup.WAREHOUSE, "STARTED"]
    finally:
        snowflake.control(warehouses={setup.WAREHOUSE: {"state": "STARTED", "auto_resume": True}})


def test_what_a_role_may_not_do(client):
    client.all_rows("create table MAIN.t (i int); create table RAW__NEXT.n (i int)")
    client.rows("create table MAIN.others (i int)", role="SYSADMIN")
    client.rows("create table RAW__NEXT.others (i int)", role="SYSADMIN")
    reader = {"role": setup.READER}
    assert client.rows("select * from MAIN.t", **reader) == []
    for statement, code, more in [
        ("insert into MAIN.t values (1)", "003001", reader), ("drop table MAIN.t", "003001", reader),
        ("create table MAIN.x (i int)", "003001", reader), ("select * from RAW__NEXT.n", "002003",
                                                            {**reader, "schema": "MAIN"}),
        ("create view RAW.v as select 1 as one", "003001", {}), ("create schema MINE", "003001", {}),
        ("create database MINE", "003001", {}), ("update MAIN.others set i = 1", "003001", {}),
        ("drop table MAIN.others", "003001", {}), ("create or replace table MAIN.others (i int)", "003001", {}),
        ("comment on table MAIN.others is 'x'", "003001", {}), ("select * from RAW__NEXT.others", "002003", {}),
        ("truncate table MAIN.others", "003001", {}), ("drop schema MAIN", "003001", {}),
    ]:
        assert client.error(statement, **more)[0] == code, statement
    for statement in ("select * from MAIN.others", "insert into MAIN.others values (1)", "delete from MAIN.others",
                      "drop table MAIN.t"):
        client.rows(statement)


def test_an_administrator_makes_databases(client, snowflake):
    administrator = {"role": "SYSADMIN"}
    client.rows("create database LETTERBOXD_TEST_MADE", **administrator)
    assert client.rows("select schema_name from information_schema.schemata order by 1", database="LETTERBOXD_TEST_MADE",
                       schema="PUBLIC", **administrator) == [["INFORMATION_SCHEMA"], ["PUBLIC"]]
    client.rows("create transient schema RAW comment = 'mine'", database="LETTERBOXD_TEST_MADE", schema="PUBLIC", **administrator)
    client.rows("create table t (i int)", database="LETTERBOXD_TEST_MADE", schema="RAW")
    client.rows("drop database LETTERBOXD_TEST_MADE", **administrator)
    assert client.error("select 1", database="LETTERBOXD_TEST_MADE")[0] == "390201"


def test_grants_are_shown_and_go_with_what_they_are_on(client, database):
    client.rows("create table MAIN.t (i int)")
    client.rows("grant select on table MAIN.t to role PUBLIC", role="SYSADMIN")
    shown = "show grants on table MAIN.t"
    assert [row[1] for row in client.rows(shown)] == ["SELECT"]
    client.all_rows("begin; delete from MAIN.t; insert into MAIN.t values (1); commit")
    assert [row[1] for row in client.rows(shown)] == ["SELECT"]
    client.rows("create or replace table MAIN.t (i int)")
    assert client.rows(shown) == []
    assert ["USAGE", "WAREHOUSE",
            setup.WAREHOUSE] in [row[1:4] for row in client.rows(f"show grants to role {setup.ROLE}")]
    assert [row[1] for row in client.rows(f"show grants to user {setup.USER}")] == [setup.ROLE, setup.READER, "SYSADMIN"]


def test_the_grants_are_those_of_terraform():
    text = (stand_ins.HERE.parents[1] / "terraform" / "modules" / "snowflake" / "grants.tf").read_text()
    block = text[text.index("service_schemas = {"):text.index("# Of tables and views")]
    wanted = {
        name: re.findall(r'"([A-Z ]+)"', listed)
        for name, listed in re.findall(r"^    (\w+)\s*= \[(.*)\]", block, re.M)
    }
    found: dict[str, list[str]] = {}
    for one in setup.grants()[setup.ROLE]:
        if one["on"] == "SCHEMA":
            found.setdefault(one["name"].partition(".")[2], []).append(one["privilege"])
    assert found == wanted and len(wanted) == 6
    rows = re.findall(r'\$\{layer\} (TABLES|VIEWS)"\s*= \{ schema = layer, objects = "\w+", privileges = \[(.*)\]', text)
    future = {kind: re.findall(r'"(\w+)"', listed) for kind, listed in rows}
    assert future == {"TABLES": ["SELECT", "INSERT", "DELETE"], "VIEWS": ["SELECT"]}
    for kind, privileges in future.items():
        assert privileges == [
            one["privilege"] for one in setup.grants()[setup.ROLE]
            if (one["on"], one["name"]) == (f"FUTURE {kind}", f"{setup.DATABASE}.RAW")
        ]


# COPY


def put(s3: str, key: str, columns: dict) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    stand_ins.client("s3", s3).put_object(Bucket=stand_ins.BUCKET, Key=STAGE_PREFIX + key, Body=buffer.getvalue())


def test_copy_from_the_external_stage(client, s3):
    put(
        s3, "data/raw/films/one.parquet",
        {"id": [1, 2], "Title of it": ["a", None], "day": pa.array([1, 2], pa.date32())})
    put(s3, "data/raw/films/two.parquet", {"id": [3], "Title of it": ["c"], "day": pa.array([3], pa.date32())})
    client.rows('create table films (id number(19,0), "Title of it" varchar, day date)')
    copy = (
        "copy into films from @REMOTE/data/raw/films/ files = ('one.parquet') file_format = (type = parquet{}) "
        "match_by_column_name = case_insensitive")
    assert client.error(copy.format(""))[0] == "100071"
    done = client.rows(copy.format(" use_logical_type = true"))
    assert done[0][:4] == ["data/raw/films/one.parquet", "LOADED", "2", "2"]
    assert client.rows(copy.format(" use_logical_type = true")) == [["Copy executed with 0 files processed."]]
    selected = client.rows(
        'copy into films (id, "Title of it", day) from (select $1:"id"::number(19,0), $1:"Title of it"::varchar, $1:"day"::date '
        "from @REMOTE/data/raw/films/two.parquet) file_format = (type = parquet use_logical_type = true)")
    assert selected[0][1:4] == ["LOADED", "1", "1"]
    assert client.rows("select id, \"Title of it\", day from films order by 1") == [["1", "a", "1"], ["2", None, "2"],
                                                                                    ["3", "c", "3"]]
    client.all_rows("begin; delete from films; rollback")
    assert client.rows("select count(*) from films") == [["3"]]
    client.rows('create or replace table films (id number(19,0), "Title of it" varchar, day date)')
    assert client.rows(copy.format(" use_logical_type = true"))[0][1] == "LOADED"
    assert client.error(copy.format(" use_logical_type = true").replace("one.", "none."))[0] == "100080"
    assert client.error("copy into films from @NOWHERE file_format = (type = parquet)")[0] == "002003"


# Another client


def test_snowflakes_connector_for_python_reads_the_same(client, snowflake, database):
    client.all_rows("create table MAIN.t (i number(19,0), s varchar, d date, b boolean, x binary); "
                    "insert into MAIN.t select 9223372036854775807, 'é', '2026-11-25', true, to_binary('00ff', 'HEX')")
    with snowflake.connect(database=database, schema="MAIN", warehouse=setup.WAREHOUSE, role=setup.ROLE) as connection:
        cursor = connection.cursor()
        import datetime

        assert cursor.execute("select * from t").fetchall() == [
            (9223372036854775807, "é", datetime.date(2026, 11, 25), True, bytearray(b"\x00\xff"))]
        assert cursor.execute("select current_user(), current_role(), sum(i) from t").fetchall() == [
            (setup.USER, setup.ROLE, 9223372036854775807)]
        assert [row[1] for row in cursor.execute("show tables").fetchall()] == ["T"]
        cursor.execute("begin")
        cursor.execute("insert into t (i) values (1)")
        assert client.rows("select count(*) from MAIN.t") == [["1"]]
        cursor.execute("commit")
        assert client.rows("select count(*) from MAIN.t") == [["2"]]
        with pytest.raises(Exception, match="(?s)002003.*'NOWHERE' does not exist"):
            cursor.execute("select * from nowhere")
    with pytest.raises(Exception, match="Incorrect username or password"):
        snowflake.connect(private_key_file=None, password="guess")
