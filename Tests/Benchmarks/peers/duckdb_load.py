"""usage: duckdb_load.py FOLDER DATABASE: loads the CSV files of a folder into tables of a DuckDB database."""
import os
import sys

import duckdb

from tables import TABLES

TYPES = {"integer": "BIGINT", "real": "DOUBLE", "text": "VARCHAR", "date": "DATE"}
folder, database = sys.argv[1:]
if os.path.exists(database):
    os.remove(database)
connection = duckdb.connect(database)
for table, columns in TABLES.items():
    types = ", ".join(f"'{name}': '{TYPES[kind]}'" for name, kind in columns.items())
    connection.execute(
        f"create table {table} as select * from read_csv('{folder}/{table}.csv', header = true, delim = ',',"
        f" quote = '\"', escape = '\"', new_line = '\\r\\n', auto_detect = false, columns = {{{types}}})")
print({table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in TABLES})
connection.close()
