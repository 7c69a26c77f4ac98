"""usage: duckdb_load.py FOLDER DATABASE [SCHEMA]: loads the CSV files of a folder into tables of a DuckDB database."""
import os
import sys

import duckdb

from tables import TABLES

TYPES = {"integer": "BIGINT", "real": "DOUBLE", "text": "VARCHAR", "date": "DATE"}
folder, database = sys.argv[1:3]
schema = sys.argv[3] if len(sys.argv) > 3 else "main"
if os.path.exists(database):
    os.remove(database)
connection = duckdb.connect(database)
connection.execute(f"create schema if not exists {schema}")
for table, columns in TABLES.items():
    types = ", ".join(f"'{name}': '{TYPES[kind]}'" for name, kind in columns.items())
    connection.execute(
        f"create table {schema}.{table} as select * from read_csv('{folder}/{table}.csv', header = true, delim = ',',"
        f" quote = '\"', escape = '\"', new_line = '\\r\\n', auto_detect = false, columns = {{{types}}})")
print({table: connection.execute(f"select count(*) from {schema}.{table}").fetchone()[0] for table in TABLES})
connection.close()
