"""The content hash of values of every type and at every edge: from SQLite and from Parquet by reelhouse, from Parquet
and from the values by another implementation, and by SQL in the Snowflake that stands in. `REELHOUSE` names the
binary, `TEST_SEED` the values."""

from __future__ import annotations

import datetime
import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Conformance"))

from content_hash import table_hash as hash_of_values  # noqa: E402
from content_hash import word  # noqa: E402
from content_hash_sql import FIELDS, bucket_hashes, table_hash  # noqa: E402

SEED = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(10**6))
DATE, TIME = datetime.date, datetime.datetime
REALS = [
    0.0, -0.0, 1e12, -1e12, 999999999999.999999, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-7, 4.9e-7, 5e-7, -5e-7,
    0.5e-6, 1.5e-6, 2.5e-6, -2.5e-6, 0.49999999999999994e-6, 0.5000005, 1.0000005, 1e6 + 0.5e-6, 9007.199254740992,
    9007199254.740993, 9007199254740.993 / 10, 4503599627.3704955, 4503599627.370496, 0.1, 0.2, 0.1 + 0.2, 1 / 3,
    -2 / 3, 1073.741824, 1073.7418235, 1073741824.0, 1152921504.606847, 123456789012.34567
]
TEXTS = [
    "", "~", ":", "1:a", "a", "NULL", "null", " ", "it's", '"', "\\", "\\N", "a\nb\r\n\t", "\u0001\u007f", "é",
    "e\u0301", "漢字", "👍🏽", "\U0010ffff", "\ufeff", "\u200b", "ｆｕｌｌ", "İıß", "x" * 10_000, "漢" * 70_000
]
EDGES = {
    "integer": [0, -1, 1, 9, 10, -10, 2**31, 2**53, -2**53 - 1, 2**63 - 1, -2**63], "real": REALS, "text": TEXTS,
    "date": [
        DATE(1, 1, 1),
        DATE(9999, 12, 31),
        DATE(1970, 1, 1),
        DATE(1969, 12, 31),
        DATE(1582, 10, 4),
        DATE(1582, 10, 10),
        DATE(1582, 10, 15),
        DATE(1900, 2, 28),
        DATE(2000, 2, 29),
        DATE(999, 12, 31),
        DATE(99, 1, 1)
    ], "boolean": [True, False], "timestamp": [
        TIME(1, 1, 1),
        TIME(9999, 12, 31, 23, 59, 59, 999999),
        TIME(1970, 1, 1),
        TIME(1969, 12, 31, 23, 59, 59, 999999),
        TIME(1969, 12, 31, 23, 59, 59),
        TIME(1582, 10, 10, 1),
        TIME(2026, 3, 29, 2, 30),
        TIME(2026, 11, 25, 1, 2, 3, 456789)
    ], "binary": [b"", b"\0", b"\x00\xff", b"abc", bytes(range(256)), b"x" * 5000],
}
COLUMNS = [(f"c_{kind}", kind) for kind in EDGES]


def random_value(source: random.Random, kind: str):
    if kind == "integer":
        return source.randrange(-2**source.randrange(1, 64), 2**source.randrange(1, 64))
    if kind == "real":
        how = source.randrange(4)
        if how == 0:
            # Halves of a millionth, and their neighbours.
            value = (source.randrange(-10**source.randrange(1, 16), 10**15) + 0.5) / 1e6
            return math.nextafter(value, source.choice([-math.inf, math.inf, value]))
        if how == 1:
            value = struct.unpack("<d", source.randbytes(8))[0]
            return value if abs(value) <= 1e12 else source.uniform(-1, 1)
        return source.uniform(-1, 1) * 10.0**source.randrange(-9, 13)
    if kind == "text":
        alphabet = "aZ0 ~:'\"\\\n,;é漢👍\u0301\u202e" + chr(
            source.choice([source.randrange(1, 0xD800), source.randrange(0xE000, 0x110000)]))
        return "".join(source.choice(alphabet) for _ in range(source.choice([1, 3, 9, 10, 40, 400])))
    if kind == "date":
        return DATE.fromordinal(source.randrange(1, DATE.max.toordinal() + 1))
    if kind == "boolean":
        return source.random() < 0.5
    if kind == "timestamp":
        return TIME.min + datetime.timedelta(
            microseconds=source.randrange((TIME.max - TIME.min) // datetime.timedelta(microseconds=1)))
    return source.randbytes(source.choice([0, 1, 5, 64]))


def random_rows(seed: int, count: int) -> list[tuple]:
    source = random.Random(seed)
    pools = {kind: list(values) for kind, values in EDGES.items()}
    rows = []
    for _ in range(count):
        row = []
        for _, kind in COLUMNS:
            if pools[kind]:
                row.append(pools[kind].pop())
            else:
                row.append(None if source.random() < 0.15 else random_value(source, kind))
        rows.append(tuple(row))
    rows += [(None,) * len(COLUMNS), rows[0], rows[0]]
    source.shuffle(rows)
    return rows


def literal(value, kind: str) -> str:
    """A value as SQLite's SQL, of the storage that the column's declared type has."""
    if value is None:
        return "null"
    if kind == "text":
        # A template's line ends are all made alike, as by Jinja.
        return "'" + value.replace("'", "''").replace("\r", "' || char(13) || '") + "'"
    if kind == "binary":
        return f"x'{value.hex()}'"
    if kind == "date":
        return f"'{value.isoformat()}'"
    if kind == "timestamp":
        return f"'{value.isoformat(' ', 'microseconds')}'"
    if kind == "integer" and value == -2**63:
        return "(-9223372036854775807 - 1)"
    return repr(value) if kind == "real" else str(int(value))


def project(folder: Path, rows: list[tuple]) -> Path:
    """A project whose one model has the rows, and whose YAML declares the types."""
    models = folder / "models"
    models.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        "name: edges\nversion: '1.0'\nprofile: edges\nmodel-paths: [models]\nmodels: {edges: {+materialized: table, +schema: main}}\n"
    )
    selects = [
        "select " + ", ".join(f"{literal(value, kind)} as {name}" for value, (name, kind) in zip(row, COLUMNS))
        for row in rows
    ]
    # Raw, since texts may hold braces.
    (models / "edges.sql").write_text("{% raw %}\n" + "\nunion all\n".join(selects) + "\n{% endraw %}\n")
    columns = "\n".join(f"      - {{name: {name}, data_type: {kind}}}" for name, kind in COLUMNS if kind != "binary")
    (models / "edges.yml").write_text(f"models:\n  - name: edges\n    columns:\n{columns}\n")
    return folder


def reelhouse() -> str:
    return os.environ.get("REELHOUSE") or str(ROOT / ".build" / "release" / "reelhouse")


def copied(client, folder: Path, path: Path, table: str) -> None:
    """Brings a Parquet file into a table by COPY, through the user's stage."""
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder / f"{table}.parquet")
    types = {
        "integer": "NUMBER(19,0)", "real": "FLOAT", "text": "VARCHAR", "date": "DATE", "boolean": "BOOLEAN",
        "timestamp": "TIMESTAMP_NTZ(6)", "binary": "BINARY"}
    columns = ", ".join(f"{name} {types[kind]}" for name, kind in COLUMNS)
    client.rows(f"create or replace transient table {table} ({columns})")
    client.rows(
        f"copy into {table} from @~/{table}.parquet file_format = (type = parquet use_logical_type = true binary_as_text = false) "
        "match_by_column_name = case_insensitive")


def in_snowflake(client, table: str) -> str:
    ((count, total),) = client.rows(table_hash(table, [(name.upper(), kind) for name, kind in COLUMNS]))
    return f"{count}:{total}"


def parquet(path: Path, rows: list[tuple]) -> None:
    arrow = {
        "integer": pa.int64(), "real": pa.float64(), "text": pa.string(), "date": pa.date32(), "boolean": pa.bool_(),
        "timestamp": pa.timestamp("us"), "binary": pa.binary()}
    schema = pa.schema([(name, arrow[kind]) for name, kind in COLUMNS])
    pq.write_table(pa.Table.from_arrays(
        [pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)], schema=schema), path)


@pytest.mark.skipif(not shutil.which(reelhouse()), reason="there is no reelhouse; REELHOUSE names one")
@pytest.mark.parametrize("seed", range(SEED, SEED + 3))
def test_all_agree(client, snowflake, tmp_path, seed):
    rows = random_rows(seed, 200)
    folder = project(tmp_path / "project", rows)
    options = {"cwd": folder, "check": True, "capture_output": True, "text": True}
    subprocess.run([reelhouse(), "build", "--quiet"], **options)
    query = "select content_hash({}) as h from main.edges".format(", ".join(
        f"{name}" if kind != "timestamp" else micros(name) for name, kind in COLUMNS))
    subprocess.run([reelhouse(), "export", "--quiet", "--out", "exports"], **options)
    (table,) = json.loads((folder / "exports" / "export.json").read_text())["tables"]
    assert [column["type"] for column in table["columns"]] == [kind for _, kind in COLUMNS]
    path = folder / "exports" / table["file"]
    arrays = [column.to_pylist() for column in pq.read_table(path).columns]
    inspected = subprocess.run([reelhouse(), "inspect", "--hash", "-o", "json", str(path)], **options).stdout
    copied(client, snowflake.user_stage, path, "edges")
    types = [kind for _, kind in COLUMNS]
    found = {
        "values by Python": hash_of_values(rows, types),
        "SQLite by reelhouse query": json.loads(subprocess.run(
            [reelhouse(), "query", "-o", "json", query], **options).stdout)[0]["h"],
        "SQLite by reelhouse export": table["contentHash"],
        "Parquet by reelhouse inspect": json.loads(inspected)["contentHash"],
        "Parquet by Python": hash_of_values(zip(*arrays), types),
        "Snowflake": in_snowflake(client, "edges"),
    }
    assert len(set(found.values())) == 1, (seed, found)


def micros(name: str) -> str:
    """Microseconds since 1970 of a timestamp's text, exactly: days, seconds of the day, and the six digits behind the
    point."""
    days = f"cast(julianday(substr({name}, 1, 10)) - 2440587.5 as integer)"
    seconds = f"(substr({name}, 12, 2) * 3600 + substr({name}, 15, 2) * 60 + substr({name}, 18, 2))"
    return f"(({days} * 86400 + {seconds}) * 1000000 + cast(substr({name}, 21, 6) as integer))"


@pytest.mark.parametrize("kind", EDGES)
def test_each_edge_alone(client, snowflake, tmp_path, kind):
    """Row by row, so that a failure names the value."""
    index = [one for _, one in COLUMNS].index(kind)
    rows = []
    for value in [*EDGES[kind], *[random_value(random.Random(SEED + number), kind) for number in range(100)], None]:
        row = [None] * len(COLUMNS)
        row[index] = value
        rows.append(tuple(row))
    parquet(tmp_path / "rows.parquet", rows)
    copied(client, snowflake.user_stage, tmp_path / "rows.parquet", f"edges_{kind}")
    columns = [(name.upper(), one) for name, one in COLUMNS]
    found = {(int(bucket), int(count), int(total))
             for bucket, count, total in client.rows(bucket_hashes(f"edges_{kind}", columns))}
    import hashlib

    import content_hash

    expected: dict[int, list[int]] = {}
    types = [one for _, one in COLUMNS]
    for row in rows:
        text = b""
        for value, one in zip(row, types):
            form = None if value is None else content_hash.FORMS[one](value).encode()
            text += b"~" if form is None else str(len(form)).encode() + b":" + form
        bucket = int.from_bytes(hashlib.md5(text).digest()[:8], "big") % 4096
        one = expected.setdefault(bucket, [0, 0, []])
        one[0] += 1
        one[1] = (one[1] + word(row, types)) % 2**64
        one[2].append(row[index])
    wrong = [one[2] for bucket, one in expected.items() if (bucket, one[0], one[1]) not in found]
    assert not wrong, (SEED, [repr(value)[:60] for values in wrong for value in values])


def test_an_empty_table(client):
    client.rows("create or replace transient table nothing (a number(19,0))")
    assert client.rows(table_hash("nothing", [("A", "integer")])) == [["0", "0"]]


def test_what_no_build_holds_is_counted_and_told_apart(client):
    client.rows("create or replace transient table odd (r float, d date)")
    client.rows(
        "insert into odd select 'NaN'::float, null union all select 1e300, null union all select 1e12, '2000-01-01'::date"
    )
    ((count, total),) = client.rows(table_hash("odd", [("R", "real"), ("D", "date")]))
    assert (count, total) != (
        "3", hash_of_values([(None, None)] * 2 + [(1e12, DATE(2000, 1, 1))], ["real", "date"]).partition(":")[2])
    assert count == "3"


def test_vectors_of_snowflakes_documentation(client):
    found = client.rows(
        "select md5_number_lower64('Snowflake'), md5_number_upper64('Snowflake'), md5_number_lower64('1:11:a~')")
    assert found == [["9203306159527282910", "17145559544104499780", "8214412092279801582"]]


def test_the_documentation_has_these_expressions():
    text = (ROOT / "docs" / "content-hash.md").read_text().replace("\\|", "|")
    for kind in ("integer", "text", "date", "boolean", "binary"):
        assert f"`{FIELDS[kind]('c')}`" in text, kind
    n = "IFF(c < 0, -1, 1) * (h::NUMBER(10,0) * 1073741824 + CEIL(FLOOR((y - h * 1073741824) * 2) / 2)::NUMBER(10,0))"
    y, h = "ABS(c * 1000000::FLOAT)", "FLOOR(y / 1073741824)"
    assert n in text and f"`{y}`" in text and f"`{h}`" in text
    field = "CASE WHEN c IS NULL THEN '~' WHEN ABS(c) <= 1000000000000 THEN OCTET_LENGTH(TO_CHAR(n)) || ':' || TO_CHAR(n) ELSE '!' END"
    assert f"`{field}`" in text
    written = n.replace("h", h).replace("y", y)
    assert FIELDS["real"]("c") == field.replace("TO_CHAR(n)", f"TO_CHAR({written})")
    assert FIELDS["timestamp"]("c") == FIELDS["integer"]("c").replace(
        "TO_CHAR(c)", "TO_CHAR(DATE_PART(EPOCH_MICROSECOND, c))")
