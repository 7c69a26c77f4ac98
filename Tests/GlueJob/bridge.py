"""The other end of the connector that stands in (`connector/`): statements and CSV go to the Snowflake that stands in.

What COPY does with the CSV is done here: fields between bars, NULL for nothing, formats of timestamps, days and binaries.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SIGN_IN = {"sfurl", "sfuser", "pem_private_key", "sfdatabase", "sfschema"}
OPTIONS = SIGN_IN | {"sfwarehouse", "sfrole", "dbtable", "query", "truncate_table", "usestagingtable"}
# How COPY takes a field by the type of its column: what it must look like, and the value.
FORMATS = {
    "NUMBER": (r"-?\d+", "{}::number(19,0)"),
    "FLOAT": (r"-?\d+(\.\d+)?(E-?\d+)?", "{}::double"),
    "VARCHAR": (r".*", "{}"),
    "DATE": (r"\d{4}-\d\d-\d\d", "{}::date"),
    "BOOLEAN": (r"true|false", "{}::boolean"),
    "TIMESTAMP_NTZ": (r"([+-]\d{4}|Z) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,9}", "substr({}, 7)::timestamp_ntz"),
    "BINARY": (r"[A-Za-z0-9+/]*={0,2}", "to_binary({}, 'BASE64')"),
}
FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^|"]*))(\||\Z)')
ROWS_AT_ONCE = 200


def connect(database=None):
    """To the Snowflake that stands in, which REELHOUSE_TEST_SNOWFLAKE describes."""
    import snowflake.connector

    return snowflake.connector.connect(**json.loads(os.environ["REELHOUSE_TEST_SNOWFLAKE"]), database=database)


def checked(options: dict) -> dict:
    """What the connector would not sign in without, or does not know."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    options = {name.lower(): value for name, value in options.items()}
    if SIGN_IN - set(options) or set(options) - OPTIONS:
        raise ValueError(f"options are missing or unknown: {sorted(SIGN_IN ^ set(options))}")
    if not re.fullmatch(r"[A-Za-z0-9_.-]+\.snowflakecomputing\.com", options["sfurl"]):
        raise ValueError("sfURL is no address of an account")
    load_der_private_key(base64.b64decode(options["pem_private_key"], validate=True), None)
    return options


def fields(line: str) -> list:
    """The fields of a record: NULL for nothing, a text between quotes, all else as it stands."""
    found, position = [], 0
    while True:
        match = FIELD.match(line, position)
        if not match:
            raise ValueError(f"a record of CSV cannot be read: {line[:100]!r}")
        found.append(match[2] or None if match[1] is None else match[1].replace('""', '"'))
        if not match[3]:
            return found
        position = match.end()


def copy(options: dict, mode: str, lines: list[str]) -> dict:
    if (mode, options.get("truncate_table"), options.get("usestagingtable")) != ("Overwrite", "on", "off"):
        raise ValueError("the connector would make the table anew, with types of its own")
    target = f'"{options["sfdatabase"]}"."{options["sfschema"]}".{options["dbtable"]}'
    with connect(options["sfdatabase"]) as connection:
        cursor = connection.cursor()
        types = [row[1].partition("(")[0] for row in cursor.execute(f"describe table {target}").fetchall()]
        cursor.execute(f"truncate table {target}")
        records = [fields(line) for line in lines]
        for record in records:
            if len(record) != len(types):
                raise ValueError(f"a record has {len(record)} fields, the table {len(types)}")
            for value, kind in zip(record, types):
                if value is not None and not re.fullmatch(FORMATS[kind][0], value, re.DOTALL):
                    raise ValueError(f"{kind} '{value[:50]}' is not recognized")
        select = "select " + ", ".join(FORMATS[kind][1].format("%s") for kind in types)
        for start in range(0, len(records), ROWS_AT_ONCE):
            some = records[start:start + ROWS_AT_ONCE]
            cursor.execute(
                f"insert into {target} " + " union all ".join([select] * len(some)),
                [value for record in some for value in record])
    return {}


def query(options: dict) -> dict:
    with connect(options["sfdatabase"]) as connection:
        cursor = connection.cursor()
        rows = cursor.execute(options["query"]).fetchall()
        return {
            "columns": [{"name": column.name, "isNumber": column.type_code == 0} for column in cursor.description],
            "rows": rows}


def answer(request: dict) -> dict:
    options = checked(request["options"])
    if request["action"] == "copy":
        return copy(options, request["mode"], request["lines"])
    if request["action"] == "query":
        return query(options)
    with connect(options["sfdatabase"]) as connection:
        connection.cursor().execute(request["statement"])
    return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            status, result = 200, answer(json.loads(content))
        except Exception as error:  # it becomes the connector's exception
            status, result = 500, {"error": str(error)}
        body = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words) -> None:
        pass


def start() -> None:
    """Serves in this process; the JVM that Spark starts finds it by REELHOUSE_TEST_BRIDGE."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["REELHOUSE_TEST_BRIDGE"] = f"http://127.0.0.1:{server.server_port}/"


def jar(folder: Path) -> Path:
    """Compiles the connector that stands in, for the Spark of this environment."""
    import pyspark

    sources = Path(__file__).resolve().parent / "connector"
    classes, result = folder / "classes", folder / "connector.jar"
    classpath = str(Path(pyspark.__file__).parent / "jars" / "*")
    subprocess.run(
        ["javac", "-nowarn", "-cp", classpath, "-d", classes, *sorted(sources.glob("*.java"))], check=True, stdout=sys.stderr)
    subprocess.run(["jar", "--create", "--file", result, "-C", classes, "."], check=True, stdout=sys.stderr)
    return result
