"""usage: pyarrow_load.py FOLDER OUT: turns the CSV files of a folder into ZSTD Parquet files, as pyarrow does."""
import sys

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from tables import TABLES

TYPES = {"integer": pyarrow.int64(), "real": pyarrow.float64(), "text": pyarrow.string(), "date": pyarrow.date32()}
folder, out = sys.argv[1:]
counts = {}
for table, columns in TABLES.items():
    data = pyarrow.csv.read_csv(
        f"{folder}/{table}.csv",
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: TYPES[kind] for name, kind in columns.items()}, strings_can_be_null=True,
            null_values=[""], quoted_strings_can_be_null=False))
    pyarrow.parquet.write_table(data, f"{out}/{table}.parquet", compression="zstd", compression_level=3)
    counts[table] = data.num_rows
print(counts)
