"""usage: polars_load.py FOLDER OUT: turns the CSV files of a folder into ZSTD Parquet files, as Polars does."""
import sys

import polars

from tables import TABLES

TYPES = {"integer": polars.Int64, "real": polars.Float64, "text": polars.String, "date": polars.Date}
folder, out = sys.argv[1:]
counts = {}
for table, columns in TABLES.items():
    frame = polars.read_csv(
        f"{folder}/{table}.csv", schema={name: TYPES[kind] for name, kind in columns.items()})
    frame.write_parquet(f"{out}/{table}.parquet", compression="zstd", compression_level=3)
    counts[table] = frame.height
print(counts)
