"""The part of parquet.py that PySpark plays: it reads our files and writes files for ours, in a local session."""

from __future__ import annotations

import shutil
from pathlib import Path

# Spark 3.5 has no type for plain values of fixed length, reads no split bytes, and misreads lengths apart from bytes
# beside nulls: it is asked for what our writer chooses by itself.
FILES = ["*-automatic-*.parquet", "*-classic-*.parquet"]
UNREAD = {"fixed"}
CODECS = ["uncompressed", "snappy", "gzip", "zstd", "lz4raw"]


class Spark:
    def __init__(self):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
        for key, value in {
            "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
            "spark.sql.session.timeZone": "UTC", "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
            "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
            "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
            "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
            "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
        }.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def read(self, path: Path) -> dict[str, list]:
        from pyspark.sql import functions as f
        from pyspark.sql import types as t

        kinds = {
            "boolean": t.BooleanType(), "int8": t.ByteType(), "int32": t.IntegerType(), "uint32": t.LongType(),
            "date": t.DateType(), "int64": t.LongType(), "uint64": t.DecimalType(20, 0),
            "timestamp": t.TimestampType(), "local": t.TimestampNTZType(), "decimal": t.DecimalType(15, 3),
            "wide": t.DecimalType(38, 6), "float": t.FloatType(), "double": t.DoubleType(), "text": t.StringType(),
            "bytes": t.BinaryType(),
        }
        schema = t.StructType([t.StructField(name, kind) for name, kind in kinds.items()])
        numbers = {
            "date": f.unix_date("date"), "timestamp": f.unix_micros("timestamp"),
            "local": f.unix_micros(f.col("local").cast("timestamp")),
        }
        frame = self.session.read.schema(schema).parquet(str(path))
        rows = frame.select([numbers.get(name, f.col(name)).alias(name) for name in kinds]).collect()
        return {name: [row[index] for row in rows] for index, name in enumerate(kinds)}

    def read_large(self, rows: Path, texts: Path):
        """Rows, sum of the numbers, texts that are others, and the long texts."""
        self.session.read.parquet(str(rows)).createOrReplaceTempView("large")
        found = self.session.sql(
            "select count(*), sum(n), count_if(text <> concat('t', n % 1000)) from large").collect()[0]
        return *found, [row.text for row in self.session.read.parquet(str(texts)).orderBy("n").collect()]

    def write(self, folder: Path, table, stem: str, add) -> None:
        """Writes a table of parquet.py in all codecs, page versions and timestamps of Spark's."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        # Spark has no unsigned numbers; the values are the same.
        place = table.schema.get_field_index("uint32")
        signed = table.set_column(place, "uint32", table.column(place).cast(pa.int64()))
        source = folder / "spark-source"
        pq.write_table(signed, source, compression="none", use_dictionary=False)
        frame = self.session.read.parquet(str(source)).coalesce(1)
        variants = [(codec, version, dictionary, "TIMESTAMP_MICROS")
                    for codec in CODECS for version in ["v1", "v2"] for dictionary in ["true", "false"]]
        for codec, version, dictionary, timestamps in variants + [("snappy", "v1", "true", "INT96")]:
            self.session.conf.set("spark.sql.parquet.outputTimestampType", timestamps)

            def write(path):
                parts = folder / "spark-parts"
                options = {"compression": codec, "parquet.writer.version": version, "parquet.page.size": "2000",
                           "parquet.enable.dictionary": dictionary, "parquet.page.row.count.limit": "700"}
                frame.write.options(**options).mode("overwrite").parquet(str(parts))
                [part] = parts.glob("part-*.parquet")
                shutil.move(part, path)
                shutil.rmtree(parts)

            kind = "dictionary" if dictionary == "true" else "plain"
            add(f"spark-{codec}-{version}-{kind}-{timestamps.lower()}-{stem}", table, write)
        source.unlink()
