#!/usr/bin/env python3
"""Proves that our Parquet files are those of everybody else.

Files of every type, encoding, codec and page version, written by the Swift tests, are read by pyarrow, DuckDB, Polars
and fastparquet, value by value; files that these write, in all encodings and codecs, are read by ours. With a checkout
of apache/parquet-testing its files are read or refused, and what is read is compared with pyarrow's values.

    parquet.py [--public parquet-testing] [--spark] [--cache ~/.cache/reelhouse/parquet] -- swift test …

With --spark PySpark 3.5 takes part in both directions; it needs Java. The command behind `--` runs `ExchangeTests`.
Exit codes: 0 equal, 1 different, 2 could not run.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import spark

REQUIREMENTS = ["pyarrow", "duckdb", "polars", "fastparquet", "numpy", "pandas"]
EPOCH = datetime.datetime(1970, 1, 1)
# fastparquet reads decimals as reals and cuts zeros off the ends of values of fixed length. It misreads or refuses
# pages of version 2 and the younger encodings, so it is only asked for dictionaries and plain values in version 1.
LOSSY = {"fastparquet": {"decimal", "wide", "fixed"}, "spark": spark.UNREAD}
FILES = {"fastparquet": ["*-v1-classic-*.parquet"], "spark": spark.FILES}


def enter_environment(cache: Path, extra: list[str] = []) -> None:
    """Starts again in an environment that has the other readers, made where it is missing."""
    python = cache / "bin" / "python"
    if Path(sys.prefix).resolve() == cache.resolve():
        return
    if not (cache / "complete").exists():
        venv.create(cache, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS, *extra], check=True)
        (cache / "complete").touch()
    os.execv(python, [str(python), *sys.argv])


# Values


def portable(value, type_name: str) -> str:
    """The text that ExchangeTests makes of a value."""
    if value is None:
        return "~"
    if type_name == "float":
        return "x" + struct.pack("<f", value).hex()
    if type_name == "double":
        return "x" + struct.pack("<d", value).hex()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime.datetime):
        delta = value.replace(tzinfo=None) - EPOCH
        return str((delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds)
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, decimal.Decimal):
        with decimal.localcontext() as context:
            context.prec = 60
            return str(int(value.scaleb(-value.as_tuple().exponent)))
    if isinstance(value, str):
        return "x" + value.encode().hex()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "x" + bytes(value).hex()
    return str(int(value))


def rows_of(path: Path):
    lines = path.read_text().split("\n")[:-1]
    names = lines[0].split("\t")
    return names, [list(column) for column in zip(*(line.split("\t") for line in lines[1:]))] or [[] for _ in names]


# Readers: each gives a column's values as Python has them.


def read_pyarrow(path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    columns = {}
    for field in table.schema:
        column = table.column(field.name)
        if pa.types.is_floating(field.type):
            # By their bits, since NaN and zeros differ.
            columns[field.name] = column.to_pylist()
        elif pa.types.is_timestamp(field.type):
            columns[field.name] = column.cast(pa.int64()).to_pylist()
        else:
            columns[field.name] = column.to_pylist()
    return columns


def read_duckdb(path: Path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    relation = connection.execute(f"select * replace (epoch_us(timestamp) as timestamp, epoch_us(local) as local) from read_parquet('{path}')")
    names = [item[0] for item in relation.description]
    rows = relation.fetchall()
    return {name: [row[index] for row in rows] for index, name in enumerate(names)}


def read_polars(path: Path):
    import polars as pl

    frame = pl.read_parquet(path)
    frame = frame.with_columns(pl.col("timestamp", "local").dt.epoch("us"))
    return {name: frame[name].to_list() for name in frame.columns}


def read_fastparquet(path: Path):
    import fastparquet
    import pandas as pd

    frame = fastparquet.ParquetFile(str(path)).to_pandas()
    columns = {}
    for name in frame.columns:
        values = []
        for value in frame[name].tolist():
            is_null = isinstance(value, float) and value != value and name not in ("float", "double")
            if value is None or value is pd.NaT or value is pd.NA or is_null:
                value = None
            elif isinstance(value, pd.Timestamp):
                value = value.value // 1000 if name != "date" else value.date()
            values.append(value)
        columns[name] = values
    return columns


READERS = {"pyarrow": read_pyarrow, "duckdb": read_duckdb, "polars": read_polars, "fastparquet": read_fastparquet}


def same(expected: str, actual: str, type_name: str, reader: str) -> bool:
    if expected == actual:
        return True
    # NaN keeps its bits nowhere; fastparquet has NaN for null in columns of reals.
    width = {"float": "<f", "double": "<d", "half": "<e"}.get(type_name)
    if width and actual.startswith("x"):
        number = struct.unpack(width, bytes.fromhex(actual[1:]))[0]
        if number != number:
            if expected == "~":
                return reader == "fastparquet"
            other = struct.unpack(width, bytes.fromhex(expected[1:]))[0]
            return other != other
    return False


def check_ours(folder: Path) -> int:
    failures = 0
    for reader, read in READERS.items():
        equal = refused = 0
        reasons: dict[str, str] = {}
        for path in sorted(path for pattern in FILES.get(reader, ["*.parquet"]) for path in folder.glob(pattern)):
            names, expected = rows_of(path.with_suffix(".tsv"))
            try:
                columns = read(path)
            except Exception as error:  # noqa: BLE001: any refusal is told
                refused += 1
                reasons.setdefault(f"{type(error).__name__}: {error}"[:160], path.name)
                continue
            wrong = []
            for name, values in zip(names, expected):
                if name in LOSSY.get(reader, ()):
                    continue
                actual = [portable(value, name) if value is not None else "~" for value in columns[name]]
                if len(actual) != len(values):
                    wrong.append(f"{name}: {len(actual)} rows for {len(values)}")
                    continue
                for row, pair in enumerate(zip(values, actual)):
                    if not same(*pair, name, reader):
                        wrong.append(f"{name} row {row}: {pair[0][:60]} is read as {pair[1][:60]}")
                        break
            if wrong:
                failures += 1
                print(f"DIFFERENT {reader} {path.name}: {'; '.join(wrong[:4])}")
            else:
                equal += 1
        print(f"{reader}: {equal} files equal, {refused} refused")
        for reason, name in reasons.items():
            print(f"  refused, such as {name}: {reason}")
        failures += refused
    return failures


# Writers


def table_of(count: int, nulls: bool, sorted_ids: bool):
    import random

    import pyarrow as pa

    source = random.Random(count * 2 + nulls)

    def column(make, type_):
        return pa.array([None if nulls and source.random() < 0.3 else make(i) for i in range(count)], type_)

    words = ["", "Ω", "drama", "comedy", "x" * 300]
    return pa.table({
        "boolean": column(lambda i: source.random() < 0.5, pa.bool_()),
        "int8": column(lambda i: source.randrange(-128, 128), pa.int8()),
        "int32": column(lambda i: source.randrange(-(2**31), 2**31), pa.int32()),
        "uint32": column(lambda i: source.randrange(2**32), pa.uint32()),
        "date": column(lambda i: source.randrange(0, 20000), pa.int32()).cast(pa.date32()),
        "int64": column(lambda i: i if sorted_ids else source.randrange(-(2**63), 2**63), pa.int64()),
        "timestamp": column(lambda i: source.randrange(0, 4 * 10**15), pa.int64()).cast(pa.timestamp("us", "UTC")),
        "local": column(lambda i: source.randrange(0, 4 * 10**15), pa.int64()).cast(pa.timestamp("us")),
        "decimal": column(lambda i: decimal.Decimal(source.randrange(-(10**14), 10**14)).scaleb(-3), pa.decimal128(15, 3)),
        "wide": column(lambda i: decimal.Decimal(source.randrange(-(10**17), 10**17)).scaleb(-6), pa.decimal128(38, 6)),
        "float": column(lambda i: source.choice([0.5, -0.0, 1e30, source.random()]), pa.float32()),
        "double": column(lambda i: source.choice([0.1, -0.0, 1e300, source.random()]), pa.float64()),
        "text": column(lambda i: source.choice(words) if i % 3 else f"name {i}", pa.string()),
        "bytes": column(lambda i: source.randbytes(source.randrange(0, 20)), pa.binary()),
    })


def write_expected(path: Path, table) -> None:
    import pyarrow as pa

    columns = []
    for field in table.schema:
        column = table.column(field.name)
        if pa.types.is_timestamp(field.type):
            column = column.cast(pa.int64())
        columns.append([portable(value, field.name) for value in column.to_pylist()])
    lines = ["\t".join(table.schema.names)] + ["\t".join(row) for row in zip(*columns)]
    path.write_text("".join(line + "\n" for line in lines))


def write_theirs(folder: Path, session: spark.Spark | None) -> int:
    import duckdb
    import fastparquet
    import polars as pl
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    files = 0

    def add(name, table, write):
        nonlocal files
        path = folder / f"{name}.parquet"
        write(path)
        write_expected(path.with_suffix(".tsv"), table)
        files += 1

    integers = ["int8", "int32", "uint32", "date", "int64", "timestamp", "local"]
    special = {
        "delta": dict({name: "DELTA_BINARY_PACKED" for name in integers}, text="DELTA_LENGTH_BYTE_ARRAY",
                      bytes="DELTA_BYTE_ARRAY", boolean="RLE"),
        "split": dict({name: "BYTE_STREAM_SPLIT" for name in ["int32", "int64", "float", "double", "decimal"]},
                      text="DELTA_BYTE_ARRAY", bytes="PLAIN"),
    }
    for count in [0, 1, 3000]:
        for nulls in [False, True]:
            table = table_of(count, nulls, sorted_ids=count % 2 == 0)
            stem = f"{count}-{'nulls' if nulls else 'full'}"
            for codec in ["none", "snappy", "gzip", "zstd", "lz4"]:
                for version in ["1.0", "2.0"]:
                    options = dict(compression=codec, data_page_version=version, data_page_size=2000, row_group_size=1300)
                    add(f"pyarrow-{codec}-{version}-dictionary-{stem}", table, lambda p: pq.write_table(table, p, **options))
                    add(f"pyarrow-{codec}-{version}-plain-{stem}", table,
                        lambda p: pq.write_table(table, p, use_dictionary=False, **options))
                    for kind, encodings in special.items():
                        add(f"pyarrow-{codec}-{version}-{kind}-{stem}", table, lambda p: pq.write_table(
                            table, p, use_dictionary=False, column_encoding=encodings, **options))
            add(f"pyarrow-int96-{stem}", table, lambda p: pq.write_table(table, p, use_deprecated_int96_timestamps=True))
            add(f"pyarrow-checksums-{stem}", table, lambda p: pq.write_table(table, p, write_page_checksum=True, write_page_index=True))
            for codec in ["uncompressed", "snappy", "gzip", "zstd", "lz4_raw"]:
                for version in ["V1", "V2"]:
                    def write_duckdb(path):
                        connection = duckdb.connect()
                        connection.execute("set timezone = 'UTC'")
                        connection.register("t", table)
                        connection.execute(f"copy t to '{path}' (format parquet, codec '{codec}', parquet_version {version}, row_group_size 2048)")
                    add(f"duckdb-{codec}-{version}-{stem}", table, write_duckdb)
            for codec in ["uncompressed", "snappy", "gzip", "zstd", "lz4"]:
                add(f"polars-{codec}-{stem}", table, lambda p: pl.from_arrow(table).write_parquet(p, compression=codec, row_group_size=1300))
            if session:
                session.write(folder, table, stem, add)
            simple = table.select(["int32", "int64", "double", "text", "bytes"] if not nulls else ["text", "bytes"])
            for codec in [None, "GZIP", "SNAPPY", "ZSTD"] if count else []:
                add(f"fastparquet-{codec}-{stem}", simple, lambda p: fastparquet.write(str(p), simple.to_pandas(), compression=codec))
    return files


# Size: numbers from 0 on, each with a text that follows from it.

LARGE_ROWS = int(os.environ.get("PARQUET_LARGE_ROWS", 10_000_000))
LONG_TEXTS = [letter * (20 << 20) for letter in "abcde"]


def write_large(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    words = pa.array([f"t{number}" for number in range(1000)])
    numbers = pa.array(range(LARGE_ROWS), pa.int64())
    places = pa.array((number % 1000 for number in range(LARGE_ROWS)), pa.int32())
    pq.write_table(pa.table({"n": numbers, "text": words.take(places)}), folder / "theirs-rows.parquet")
    pq.write_table(pa.table({"n": pa.array(range(5), pa.int64()), "text": LONG_TEXTS}), folder / "theirs-texts.parquet")


def large_of_pyarrow(rows: Path, texts: Path):
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(rows)
    numbers, words = table.column("n"), table.column("text")
    expected = pa.array([f"t{number}" for number in range(1000)]).take(
        pc.subtract(numbers, pc.multiply(pc.divide(numbers, 1000), 1000)))
    wrong = len(table) - pc.sum(pc.equal(words, expected)).as_py()
    return len(table), pc.sum(numbers).as_py(), wrong, pq.read_table(texts).column("text").to_pylist()


def large_of_duckdb(rows: Path, texts: Path):
    import duckdb

    found = duckdb.sql(f"select count(*), sum(n)::bigint, count(*) filter (text <> 't' || n % 1000) from '{rows}'").fetchall()[0]
    return *found, [row[0] for row in duckdb.sql(f"select text from '{texts}' order by n").fetchall()]


def large_of_polars(rows: Path, texts: Path):
    import polars as pl

    frame = pl.read_parquet(rows)
    wrong = frame.filter(pl.col("text") != pl.concat_str(pl.lit("t"), pl.col("n") % 1000)).height
    return frame.height, frame["n"].sum(), wrong, pl.read_parquet(texts)["text"].to_list()


LARGE_READERS = {"pyarrow": large_of_pyarrow, "duckdb": large_of_duckdb, "polars": large_of_polars}


def check_large(folder: Path) -> int:
    failures = 0
    expected = LARGE_ROWS, LARGE_ROWS * (LARGE_ROWS - 1) // 2, 0, LONG_TEXTS
    for reader, read in LARGE_READERS.items():
        found = read(folder / "ours-rows.parquet", folder / "ours-texts.parquet")
        if found == expected:
            print(f"{reader}: {LARGE_ROWS:,} rows and texts of 20 MiB equal")
        else:
            failures += 1
            print(f"DIFFERENT {reader}: {found[:3]} for {expected[:3]}, or the long texts")
    return failures


def check_public(folder: Path) -> int:
    """Compares what ours read of the public files with pyarrow's values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    failures = equal = unread = 0
    reasons: dict[str, int] = {}
    for line in (folder / "tally.txt").read_text().splitlines():
        name, result = line.split("\t", 1)
        if result != "read":
            reason = result.split(": ", 1)[-1]
            reasons[reason] = reasons.get(reason, 0) + 1
            print(f"  refused {name}: {result}")
            continue
        try:
            table = pq.read_table(folder / name)
        except Exception as error:  # noqa: BLE001
            unread += 1
            print(f"  read {name}, which pyarrow refuses: {error}")
            continue
        names, ours = rows_of(folder / f"{name}.tsv")
        wrong = []
        for index, values in enumerate(ours):
            field, column = table.schema.field(index), table.column(index)
            if pa.types.is_dictionary(field.type):
                column = column.cast(field.type.value_type)
            if pa.types.is_timestamp(column.type):
                unit = {"ns": 0.001, "us": 1, "ms": 1000, "s": 10**6}[column.type.unit]
                theirs = ["~" if v is None else str(v // 1000 if unit == 0.001 else v * unit) for v in column.cast(pa.int64()).to_pylist()]
            elif pa.types.is_float16(column.type):
                theirs = ["~" if v is None else "x" + struct.pack("<e", v).hex() for v in column.to_pylist()]
            else:
                kind = {"float": "float", "double": "double"}.get(str(column.type), "")
                theirs = [portable(v, kind) for v in column.to_pylist()]
            pairs = [pair for pair in zip(values, theirs) if not same(*pair, kind_of(column.type), "pyarrow")]
            if len(values) != len(theirs) or pairs:
                wrong.append(f"{field.name}: {pairs[:1]}")
        if wrong:
            failures += 1
            print(f"DIFFERENT public {name}: {wrong[:3]}")
        else:
            equal += 1
    print(f"public files: {equal} read equal, {unread} read that pyarrow refuses, {sum(reasons.values())} refused")
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        print(f"  {count} × {reason}")
    return failures


def kind_of(type_) -> str:
    return {"float": "float", "double": "double", "halffloat": "half"}.get(str(type_), "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, help="a checkout of apache/parquet-testing")
    parser.add_argument("--spark", action="store_true", help="have PySpark take part")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/reelhouse/parquet")
    parser.add_argument("--keep", action="store_true", help="leave the exchanged files for a look")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="runs ExchangeTests")
    arguments = parser.parse_args()
    session = None
    if arguments.spark:
        enter_environment(arguments.cache.with_name("parquet-spark"), ["pyspark==3.5.6"])
        session = spark.Spark()
        READERS["spark"] = session.read
        LARGE_READERS["spark"] = session.read_large
    else:
        enter_environment(arguments.cache)
    folder = Path(tempfile.mkdtemp(prefix="reelhouse-parquet-"))
    try:
        count = write_theirs(folder / "theirs", session)
        write_large(folder / "large")
        (folder / "public").mkdir()
        if arguments.public:
            for pattern in ["data/*.parquet", "data/*/*.parquet", "bad_data/*.parquet", "data/*.encrypted", "data/*/*.encrypted"]:
                for path in arguments.public.glob(pattern):
                    shutil.copy(path, folder / "public" / "-".join(path.relative_to(arguments.public).parts))
        command = [part for part in arguments.command if part != "--"]
        environment = {**os.environ, "PARQUET_EXCHANGE": str(folder)}
        print(f"{count} files of other writers for ours", flush=True)
        if subprocess.run(command, env=environment).returncode != 0:
            return 1
        failures = check_ours(folder / "ours") + check_large(folder / "large")
        if arguments.public:
            failures += check_public(folder / "public")
        return 1 if failures else 0
    finally:
        if arguments.keep:
            print(f"kept {folder}")
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
