"""The job's script as a module, and what stands in for Snowflake's connector for Spark, which is to be had on Glue alone."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "Sources" / "Sync" / "Resources" / "mirror_to_snowflake.py"


def load_job():
    if "mirror_to_snowflake" not in sys.modules:
        specification = importlib.util.spec_from_file_location("mirror_to_snowflake", SCRIPT)
        module = importlib.util.module_from_spec(specification)
        sys.modules["mirror_to_snowflake"] = module
        specification.loader.exec_module(module)
    return sys.modules["mirror_to_snowflake"]


def connect(database=None):
    """To the Snowflake that stands in, which REELHOUSE_TEST_SNOWFLAKE describes."""
    import snowflake.connector

    return snowflake.connector.connect(**json.loads(os.environ["REELHOUSE_TEST_SNOWFLAKE"]), database=database)


# How a text of `loadable` becomes a value, as COPY's formats would have it.
VALUES = {
    "DATE": "{}::date",
    "TIMESTAMP_NTZ(6)": "substr({}, 7)::timestamp_ntz",
    "BINARY": "to_binary({}, 'BASE64')",
}


class FakesnowConnector:
    """The seam: the same rows, sent from Spark's workers by Snowflake's connector for Python."""

    def __init__(self, spark, access, database):
        self.access, self.database = access, database

    def execute(self, statement):
        with connect(self.database) as connection:
            connection.cursor().execute(statement)

    def rows(self, query):
        with connect(self.database) as connection:
            return connection.cursor().execute(query).fetchall()

    def write(self, frame, table):
        job = load_job()
        values = ", ".join(VALUES.get(column.type.snowflake, "{}").format("%s") for column in table.columns)
        target = f'"{self.database}"."{table.schema}".{job.quoted(table.name)}'
        statement = f"insert into {target} select {values}"
        job.loadable(frame).foreachPartition(sender(statement, self.database))


def sender(statement, database):
    """What a worker does with its rows."""
    def send(rows):
        rows = [tuple(row) for row in rows]
        if not rows:
            return
        with connect(database) as connection:
            select = statement.partition(" select ")[2]
            into = statement.partition(" select ")[0]
            for start in range(0, len(rows), 200):
                some = rows[start:start + 200]
                connection.cursor().execute(
                    f"{into} " + " union all ".join([f"select {select}"] * len(some)), [value for row in some for value in row])
    return send


if __name__ == "__main__":
    # The whole script, as Glue runs it; its parameters follow.
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    load_job().main(sys.argv, connect=FakesnowConnector)
