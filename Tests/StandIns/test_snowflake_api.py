"""The SQL API: signing in, requests that are sent again, long ones, several statements, partitions, bindings,
faults."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import snowflake_setup as setup
from snowflake_client import Client, jwt


def token(snowflake, **changes) -> str:
    return jwt(snowflake.key, setup.ACCOUNT, setup.USER, **changes)


# Signing in


def test_key_pairs_and_tokens_sign_in(snowflake, client):
    for text, kind in [(token(snowflake), "KEYPAIR_JWT"), (snowflake.token, "PROGRAMMATIC_ACCESS_TOKEN"),
                       (snowflake.oauth_token, "OAUTH"), (snowflake.oauth_token, None), ]:
        assert Client(snowflake.url, text,
                      kind).rows("select current_user(), current_role()") == [[setup.USER, setup.ROLE]]


def spoiled(snowflake) -> dict:
    now = int(time.time())
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = token(snowflake)
    return {
        "another key": token(snowflake, signer=other),
        "another algorithm": token(snowflake, alg="HS256"),
        "lower case": jwt(snowflake.key, setup.ACCOUNT.lower(), setup.USER),
        "another user": jwt(snowflake.key, setup.ACCOUNT, "NOBODY"),
        "another account": jwt(snowflake.key, "OTHER-ACCOUNT", setup.USER),
        "no fingerprint": token(snowflake, iss=f"{setup.ACCOUNT}.{setup.USER}"),
        "another fingerprint": token(snowflake, iss=f"{setup.ACCOUNT}.{setup.USER}.SHA256:AAAA"),
        "expired": token(snowflake, iat=now - 600, exp=now - 1),
        "older than an hour": token(snowflake, iat=now - 3601, exp=now + 7200),
        "of the future": token(snowflake, iat=now + 600, exp=now + 900),
        "no times": token(snowflake, iat=None),
        "cut off": good[:-10],
        "no token": "x",
    }


def test_a_token_that_is_not_right_is_refused(snowflake, client):
    for name, text in spoiled(snowflake).items():
        answer = Client(snowflake.url, text, "KEYPAIR_JWT").submit("select 1")
        assert (answer.status, answer.body["code"]) == (401, "390144"), name
        assert answer.body["message"].startswith("JWT token is invalid. ["), name


def test_other_tokens_that_are_not_right_are_refused(snowflake, client):
    for kind, code in [("PROGRAMMATIC_ACCESS_TOKEN", "394400"), ("OAUTH", "390303"), ("SESSION", "390303")]:
        answer = Client(snowflake.url, "nothing", kind).submit("select 1")
        assert (answer.status, answer.body["code"]) == (401, code), kind


def test_a_token_may_say_that_it_lives_longer_than_an_hour(snowflake, client):
    now = int(time.time())
    long = Client(snowflake.url, token(snowflake, exp=now + 90_000), "KEYPAIR_JWT")
    assert long.rows("select 1") == [["1"]]


def test_a_token_that_expires_while_a_statement_runs(snowflake, client):
    client.token = token(snowflake)
    snowflake.control(token_life=2)
    try:
        started = client.submit("select system$wait(3)", query="async=true")
        assert started.status == 202
        time.sleep(2.2)
        assert client.status(started.body["statementHandle"]).body["code"] == "390144"
        client.token = token(snowflake)
        time.sleep(1)
        assert client.status(started.body["statementHandle"]).rows == [["waited 3 seconds"]]
    finally:
        snowflake.control(token_life=3600)


def test_requests_must_be_whole(client):
    path = "/api/v2/statements"
    assert client.request("POST", path, {"statement": "select 1"}, **{"Content-Type": "text/plain"}).status == 415
    assert client.request("POST", path, {"statement": "select 1"}, Accept="text/html").status == 406
    assert client.request("POST", path, {"sql": "select 1"}).status == 400
    assert client.request("POST", f"{path}?requestId=7", {"statement": "select 1"}).status == 400
    assert client.request("GET", f"{path}/{uuid.uuid4()}").status == 404


# Once and only once


def test_a_request_that_is_sent_again_does_not_run_again(client, snowflake):
    client.rows("create table t (i int)")
    number = uuid.uuid4()
    first = client.submit("insert into t values (1)", query=f"requestId={number}")
    second = client.submit("insert into t values (1)", query=f"requestId={number}&retry=true")
    assert first.body["statementHandle"] == second.body["statementHandle"] and second.rows == [["1"]]
    assert client.rows("select count(*) from t") == [["1"]]


def test_an_answer_that_is_lost_is_asked_for_again(client, snowflake):
    client.rows("create table t (i int)")
    number = uuid.uuid4()
    for when, count in (("before", "0"), ("after", "1")):
        snowflake.control(faults=[{"kind": "drop", "when": when, "match": "insert into t"}])
        with pytest.raises(OSError):
            client.submit("insert into t values (1)", query=f"requestId={number}")
        assert client.rows("select count(*) from t") == [[count]]
    assert client.submit("insert into t values (1)", query=f"requestId={number}&retry=true").rows == [["1"]]
    assert client.rows("select count(*) from t") == [["1"]]
    ran = [one["statement"] for one in snowflake.control()["statements"]]
    assert ran.count("insert into t values (1)") == 1


def test_faults_on_demand(client, snowflake):
    snowflake.control(faults=[
        {"kind": "status", "status": 429, "match": "select 7", "headers": {"Retry-After": "1"}},
        {"kind": "status", "status": 503, "match": "select 7"}, {"kind": "delay", "seconds": 0.5, "match": "select 7"}])
    found = [client.submit("select 7") for _ in range(2)]
    assert [one.status for one in found] == [429, 503] and found[0].headers["retry-after"] == "1"
    start = time.monotonic()
    assert client.rows("select 7") == [["7"]] and time.monotonic() - start > 0.5
    assert snowflake.control()["faults"] == []


# Long ones


def test_a_long_statement_is_asked_for_by_its_handle(client, snowflake):
    snowflake.control(wait_seconds=0.3)
    try:
        started = client.submit("select system$wait(1)")
        assert (started.status, started.body["code"]) == (202, "333333")
        assert started.body["statementStatusUrl"] == f"/api/v2/statements/{started.body['statementHandle']}"
        assert client.status(started.body["statementHandle"]).status == 202
        time.sleep(1.2)
        assert client.status(started.body["statementHandle"]).rows == [["waited 1 seconds"]]
    finally:
        snowflake.control(wait_seconds=5)


def test_an_asynchronous_statement_fails_when_it_is_asked_for(client):
    started = client.submit("select * from nowhere", query="async=true")
    assert (started.status, started.body["code"]) == (202, "333334")
    time.sleep(0.5)
    answer = client.status(started.body["statementHandle"])
    assert (answer.status, answer.body["code"], answer.body["sqlState"]) == (422, "002003", "42S02")


def test_cancel(client):
    client.rows("create table t (i int)")
    client.submit("insert into t values (1)")
    started = client.submit(
        "begin; insert into t values (2); select system$wait(60); commit", 4, query="async=true").body["statementHandle"]
    time.sleep(0.7)
    answer = client.request("POST", f"/api/v2/statements/{started}/cancel")
    assert (answer.status, answer.body["code"]) == (200, "000604")
    assert client.status(started).body["code"] == "000604"
    assert client.rows("select i from t") == [["1"]]
    assert client.request("POST", f"/api/v2/statements/{started}/cancel").status == 200
    done = client.submit("select 1").body["statementHandle"]
    assert client.request("POST", f"/api/v2/statements/{done}/cancel").status == 422


def test_timeouts(client):
    answer = client.submit("select system$wait(60)", timeout=1)
    assert (answer.status, answer.body["code"], answer.body["sqlState"]) == (408, "000630", "57014")
    assert "timeout of 1 second(s)" in answer.body["message"]


# Several statements


def test_each_of_several_statements_has_its_result(client):
    answer = client.submit(
        "create table t (i int); insert into t values (1), (2); -- end;\nselect ';', i from t order by i;", 3)
    assert answer.rows == [["Multiple statements executed successfully."]]
    handles = answer.body["statementHandles"]
    assert client.status(handles[2]).rows == [[";", "1"], [";", "2"]]
    assert client.status(handles[1]).body["stats"]["numRowsInserted"] == 2


def test_their_number_must_be_right(client):
    for count in (None, 1, 3):
        code, message = client.error("select 1; select 2", count=count)
        assert (code, message) == (
            "000008", f"Actual statement count 2 did not match the desired statement count {count or 1}.")
    assert client.all_rows("select 1; select 2") == [[["1"]], [["2"]]]


def test_a_failure_names_the_statement_and_rolls_back(client):
    client.rows("create table t (i int)")
    code, message = client.error(
        "insert into t values (1);\nbegin; insert into t values (2);\n  insert into t select nowhere from t; commit",
        count=0)
    assert code == "100132"
    assert message.startswith(
        'JavaScript execution error: Uncaught Execution of multiple statements failed on statement "insert into t select nowhere f..." '
        "(at line 3, position 2).\nSQL compilation error")
    assert client.rows("select i from t") == [["1"]]


def test_a_transaction_that_is_left_open_is_rolled_back(client):
    client.rows("create table t (i int)")
    client.submit("begin; insert into t values (2)", 2)
    assert client.rows("select count(*) from t") == [["0"]]


def test_a_definition_commits_what_was_open(client):
    client.rows("create table t (i int)")
    client.submit("begin; insert into t values (2); create table u (i int); rollback", 4)
    assert client.rows("select count(*) from t") == [["1"]]


def test_nothing_of_a_session_outlives_a_request(client):
    found = client.all_rows("use schema MAIN__NEXT; alter session set query_tag = 'mine'; select current_schema()")
    assert found[2] == [["MAIN__NEXT"]]
    assert client.rows("select current_schema()") == [["RAW__NEXT"]]
    for statement in ("begin", "use schema MAIN", "alter session set query_tag = 'x'", "commit",
                      "create temporary table x (i int)"):
        assert client.error(statement)[0] == "391911", statement


def test_a_publication_is_seen_whole_or_not_at_all(client, snowflake):
    client.all_rows("create table a (i int); create table b (i int); insert into a values (0); insert into b values (0)")
    seen, stop = set(), threading.Event()

    def read():
        reader = Client(snowflake.url, snowflake.token, "PROGRAMMATIC_ACCESS_TOKEN", **client.fields)
        while not stop.is_set():
            seen.add(
                tuple(
                    reader.rows("select (select max(i) from a), (select min(i) from b), (select count(*) from a)")[0]))

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(1, 15):
        client.submit(
            f"begin; delete from a; insert into a select {number}; delete from b; insert into b select {number}; commit",
            6)
    stop.set()
    thread.join()
    assert len(seen) > 3 and all(a == b and count == "1" for a, b, count in seen)


def test_of_two_that_move_one_row_the_second_sees_what_the_first_has_done(client, snowflake):
    client.all_rows("create table locks (build varchar); insert into locks values ('old')")
    found = []

    def publish(name):
        other = Client(snowflake.url, snowflake.token, "PROGRAMMATIC_ACCESS_TOKEN", **client.fields)
        found.append(other.submit(
            f"begin; update locks set build = '{name}' where build = 'old'; "
            f"select iff((select count(*) from locks where build = '{name}') = 1, 1, to_number('the build has moved')); "
            "select system$wait(0.5); commit", 5))

    threads = [threading.Thread(target=publish, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status for one in found) == [200, 422]
    (failed,) = [one for one in found if one.status == 422]
    assert "Numeric value 'the build has moved' is not recognized" in failed.body["message"]
    assert client.rows("select count(*) from locks") == [["1"]]


def test_a_lock_is_waited_for_so_long_and_no_longer(client):
    client.rows("create table t (i int)")
    client.submit("begin; insert into t values (1); select system$wait(3); commit", 4, query="async=true")
    time.sleep(0.5)
    answer = client.submit("alter session set lock_timeout = 1; insert into t values (2)", 2)
    assert answer.status == 422 and "has locked table" in answer.body["message"]


# Results and bindings


def test_partitions(client):
    client.rows("create table t (i int)")
    client.rows("insert into t select i from (values " + ", ".join(f"({number})" for number in range(250)) + ") as v(i)")
    answer = client.submit("select i from t order by i")
    information = answer.body["resultSetMetaData"]
    assert information["numRows"] == 250 and [one["rowCount"] for one in information["partitionInfo"]] == [100, 100, 50]
    handle = answer.body["statementHandle"]
    last = client.status(handle, 2)
    assert last.headers["content-encoding"] == "gzip" and set(last.body) == {"data"} and len(last.rows) == 50
    assert client.status(handle, 0).rows == answer.rows
    assert client.status(handle, 3).status == 400
    assert [int(i) for (i,) in client.rows("select i from t order by i")] == list(range(250))


def test_values_are_texts_of_their_types(client):
    answer = client.submit(
        "select 1.50::number(10,2) as a, 1.5::float as b, true as c, '2026-11-25'::date as d, '1969-12-31 23:59:59.5'::timestamp_ntz as e, "
        "to_binary('00ff', 'HEX') as f, null as g, 'é' as h, -9223372036854775808 as i, '00:00:01.5'::time as j")
    assert answer.rows == [[
        "1.50", "1.5", "true", "20782", "-0.500000000", "00FF", None, "é", "-9223372036854775808", "1.500000000"
    ]]
    assert [(one["name"], one["type"])
            for one in answer.body["resultSetMetaData"]["rowType"]] == [("A", "fixed"), ("B", "real"), ("C", "boolean"),
                                                                        ("D", "date"), ("E", "timestamp_ntz"),
                                                                        ("F", "binary"), ("G", "text"), ("H", "text"),
                                                                        ("I", "fixed"), ("J", "time")]
    assert client.submit("select null", query="nullable=false").rows == [["null"]]


def test_bindings(client):
    values = {
        "1": ("FIXED", "-12"), "2": ("TEXT", "it's \\ 'é'"), "3": ("DATE", "-86400000"), "4": ("BOOLEAN", "true"),
        "5": ("REAL", "1e-3"), "6": ("TIMESTAMP_NTZ", "1500000000"), "7": ("BINARY", "00FF"), "8": ("TEXT", None),
        "9": ("FIXED", "12345678901234567890")
    }
    bindings = {number: {"type": kind, "value": value} for number, (kind, value) in values.items()}
    assert client.rows("select ?, ?, ?, ?, ?, ?, ?, ?, ? -- ?", bindings=bindings) == [
        ["-12", "it's \\ 'é'", "-1", "true", "0.001", "1.500000000", "00FF", None, "12345678901234567890"]]
    assert client.rows("select '?', ?", bindings={"1": {"type": "FIXED", "value": "1"}}) == [["?", "1"]]
    assert client.rows("select ?::number(19,0) - 1", bindings={"1": {"type": "FIXED", "value": "-9007199254740993"}}) == [
        ["-9007199254740994"]]
    assert client.error("select ?, ?", bindings={"1": {"type": "FIXED", "value": "1"}})[0] == "002049"
    assert client.error("select ?", bindings={"1": {"type": "FIXED", "value": "x'; drop"}})[0] == "391913"
    assert client.error("select ?; select 2", count=2, bindings={"1": {"type": "FIXED", "value": "1"}})[0] == "391912"


def test_role_warehouse_database_and_schema_are_looked_up(client):
    assert client.rows(
        "select current_role(), current_warehouse(), current_schema()", role="SYSADMIN",
        schema="MAIN") == [["SYSADMIN", setup.WAREHOUSE, "MAIN"]]
    assert client.error("select 1", role="NOBODY")[0] == "390189"
    for field in ("warehouse", "database", "schema"):
        assert client.error("select 1", **{field: "NOWHERE"})[0] == "390201", field
    assert client.error("select 1", parameters={"NO_SUCH": "1"})[0] == "001007"
