"""The other end of the connector that stands in (`connector/`): statements and CSV go to the Snowflake that stands in.

What COPY does with the CSV is done here: fields between bars, NULL for nothing, formats of timestamps, days and
binaries. The values go on as Parquet through the user's stage. REELHOUSE_TEST_SNOWFLAKE and its like (`../StandIns`)
name the server; user, key, role and warehouse are those that the connector is given, so that a key which is not the
user's signs in nowhere.
"""

from __future__ import annotations

import base64
import datetime
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

SIGN_IN = {"sfurl", "sfuser", "pem_private_key", "sfdatabase", "sfschema"}
OPTIONS = SIGN_IN | {"sfwarehouse", "sfrole", "dbtable", "query", "truncate_table", "usestagingtable"}
# How COPY takes a field by the type of its column: what it must look like, and the value.
FORMATS = {
    "NUMBER": (r"-?\d+", int, pa.int64()),
    "FLOAT": (r"-?\d+(\.\d+)?(E-?\d+)?", float, pa.float64()),
    "VARCHAR": (r".*", str, pa.string()),
    "DATE": (r"\d{4}-\d\d-\d\d", datetime.date.fromisoformat, pa.date32()),
    "BOOLEAN": (r"true|false", "true".__eq__, pa.bool_()),
    "TIMESTAMP_NTZ": (
        r"([+-]\d{4}|Z) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}(000)?",
        lambda text: datetime.datetime.fromisoformat(text.partition(" ")[2][:26]), pa.timestamp("us")),
    "BINARY": (r"[A-Za-z0-9+/]*={0,2}", lambda text: base64.b64decode(text, validate=True), pa.binary()),
}
FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^|"]*))(\||\Z)')
ROWS_AT_ONCE = 100_000
LOADED = "file_format = (type = parquet use_logical_type = true binary_as_text = false) match_by_column_name = case_sensitive"


def server() -> dict:
    """Where the Snowflake that stands in listens, for Snowflake's connector for Python."""
    url = urlsplit(os.environ["REELHOUSE_TEST_SNOWFLAKE"])
    return {
        "host": url.hostname, "port": url.port, "protocol": url.scheme,
        "session_parameters": {"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False}}


def connect(database=None):
    """For a look at what is there: as an administrator."""
    import snowflake.connector

    return snowflake.connector.connect(
        **server(),
        account=os.environ["REELHOUSE_TEST_SNOWFLAKE_ACCOUNT"],
        user=os.environ["REELHOUSE_TEST_SNOWFLAKE_USER"],
        private_key_file=os.environ["REELHOUSE_TEST_SNOWFLAKE_KEY"],
        role=os.environ["REELHOUSE_TEST_SNOWFLAKE_ADMIN_ROLE"],
        warehouse=os.environ["REELHOUSE_TEST_SNOWFLAKE_WAREHOUSE"],
        database=database)


def signed_in(options: dict):
    """As the connector's options say: user, key, role and warehouse are those that the job was given."""
    import snowflake.connector

    return snowflake.connector.connect(
        **server(),
        account=options["sfurl"].partition(".snowflakecomputing.com")[0],
        user=options["sfuser"],
        private_key=base64.b64decode(options["pem_private_key"]),
        role=options.get("sfrole"),
        warehouse=options.get("sfwarehouse"),
        database=options["sfdatabase"])


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


def copy(options: dict, mode: str, file: Path) -> dict:
    if (mode, options.get("truncate_table"), options.get("usestagingtable")) != ("Overwrite", "on", "off"):
        raise ValueError("the connector would make the table anew, with types of its own")
    target = f'"{options["sfdatabase"]}"."{options["sfschema"]}".{options["dbtable"]}'
    with signed_in(options) as connection:
        cursor = connection.cursor()
        columns = [(row[0], row[1].partition("(")[0]) for row in cursor.execute(f"describe table {target}").fetchall()]
        cursor.execute(f"truncate table {target}")
        name = f"bridge-{uuid.uuid4()}.parquet"
        path = Path(os.environ["REELHOUSE_TEST_SNOWFLAKE_USER_STAGE"]) / name
        try:
            if write_parquet(file, columns, path):
                cursor.execute(f"copy into {target} from @~/{name} {LOADED}")
        finally:
            path.unlink(missing_ok=True)
    return {}


def write_parquet(file: Path, columns: list[tuple[str, str]], path: Path) -> int:
    """The rows of a file in which each line is a record of CSV as a text of JSON. Returns how many there were."""
    count = 0
    schema = pa.schema([(name, FORMATS[kind][2]) for name, kind in columns])
    with open(file) as lines, pq.ParquetWriter(path, schema) as writer:
        while some := [json.loads(line) for line in itertools.islice(lines, ROWS_AT_ONCE)]:
            writer.write_table(values(some, columns))
            count += len(some)
    return count


def values(lines: list[str], columns: list[tuple[str, str]]) -> pa.Table:
    """What COPY makes of the CSV."""
    records = [fields(line) for line in lines]
    for record in records:
        if len(record) != len(columns):
            raise ValueError(f"a record has {len(record)} fields, the table {len(columns)}")
    arrays = []
    for (_, kind), column in zip(columns, zip(*records)):
        pattern, convert, type_ = FORMATS[kind]
        pattern = re.compile(pattern, re.DOTALL)
        for text in column:
            if text is not None and not pattern.fullmatch(text):
                raise ValueError(f"{kind} '{text[:50]}' is not recognized")
        arrays.append(pa.array([None if text is None else convert(text) for text in column], type_))
    return pa.Table.from_arrays(arrays, [name for name, _ in columns])


def query(options: dict) -> dict:
    with signed_in(options) as connection:
        cursor = connection.cursor()
        rows = cursor.execute(options["query"]).fetchall()
        return {
            "columns": [{"name": column.name, "isNumber": column.type_code == 0} for column in cursor.description],
            "rows": rows}


def answer(request: dict) -> dict:
    options = checked(request["options"])
    if request["action"] == "copy":
        return copy(options, request["mode"], Path(request["file"]))
    if request["action"] == "query":
        return query(options)
    with signed_in(options) as connection:
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
    subprocess.run(["javac", "-nowarn", "-cp", classpath, "-d", classes, *sorted(sources.glob("*.java"))],
                   check=True,
                   stdout=sys.stderr)
    subprocess.run(["jar", "--create", "--file", result, "-C", classes, "."], check=True, stdout=sys.stderr)
    return result
