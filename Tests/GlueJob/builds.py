"""Builds in a remote: one of every type with values at their edges, written by pyarrow in the layout of `docs/remote.md`."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import re

import pyarrow as pa
import pyarrow.parquet as pq

BUCKET = "reelhouse-job"
BUILD = "20261122T071530Z-1a2b3c4d"
ARROW = {
    "integer": pa.int64(), "real": pa.float64(), "text": pa.string(), "date": pa.date32(), "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"), "binary": pa.binary(),
}
EVERY_TYPE = [
    ("id", "integer"), ("Title of it", "text"), ("rating", "real"), ("day", "date"), ("order", "boolean"),
    ("at", "timestamp"), ('po"ster', "binary"),
]
Day, Time = datetime.date, datetime.datetime
EDGES = [
    (1, "Héat, 'quoted' \"twice\" | \\N \\", 4.25, Day(1895, 12, 28), True, Time(2026, 11, 25, 1, 2, 3, 456789), b"\x00\xff"),
    (-9223372036854775808, "", -0.1, Day(1, 1, 1), False, Time(1, 1, 1), b""),
    (9223372036854775807, "two\nlines\r\n\ttab", 1e12, Day(9999, 12, 31), True, Time(9999, 12, 31, 23, 59, 59, 999999), b"x" * 300),
    # Julian's calendar ends and a day that it has not; a zone's hour that was left out.
    (0, "漢字 👍🏽 e\u0301", 5e-324, Day(1582, 10, 10), None, Time(2026, 3, 29, 2, 30), b"\r\n"),
    (2, " NULL ", 1.7976931348623157e308, Day(1900, 1, 1), False, Time(1899, 12, 31, 23, 59, 59, 1), b"'"),
    (None,) * 7,
]


def parquet(columns, rows) -> bytes:
    schema = pa.schema([(name, ARROW[kind]) for name, kind in columns])
    arrays = [pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()


class RemoteBuild:
    """A build's manifest and objects, put into the bucket below a prefix of its own."""

    def __init__(self, s3, prefix: str, build: str = BUILD) -> None:
        self.s3, self.prefix, self.build = s3, prefix, build
        self.manifest = {"formatVersion": 1, "contentHashVersion": 1, "build": {"id": build}, "tables": [], "files": []}

    @property
    def uri(self) -> str:
        return f"s3://{BUCKET}/{self.prefix}builds/{self.build}.json"

    def add(self, name: str, parts, columns=EVERY_TYPE, kind: str = "table") -> dict:
        layer, _, short = name.partition(".")
        table = {
            "layer": layer, "name": short, "kind": kind, "rowCount": sum(map(len, parts)), "objects": [],
            "columns": [{"name": column, "type": type_} for column, type_ in columns],
        }
        plain = re.sub("[^A-Za-z0-9._-]", "-", short)
        for number, rows in enumerate(parts):
            content = parquet(columns, rows)
            sha256 = hashlib.sha256(content).hexdigest()
            key = f"data/{layer}/{plain}/{sha256}/part-{number:05}.parquet"
            self.put(key, content)
            table["objects"].append({"key": key, "byteCount": len(content), "sha256": sha256, "rowCount": len(rows)})
        self.manifest["tables"].append(table)
        return table

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=BUCKET, Key=self.prefix + key, Body=content)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=BUCKET, Key=self.prefix + key)

    def publish(self) -> "RemoteBuild":
        self.put(f"builds/{self.build}.json", json.dumps(self.manifest).encode())
        return self
