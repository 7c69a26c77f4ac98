"""The Glue job of `reelhouse push`: writes tables of a pushed build to Snowflake's schemas of the next build.

    --manifest_uri        s3://bucket/prefix/builds/<id>.json
    --manifest_sha256     of the manifest's bytes, in hex; not compared where it is not given
    --build_id            the build that the manifest must be of
    --push_id             of the push that started the run, for its log
    --tables              main.movies_by_year,raw.movies; a list in JSON where a name has a comma
    --snowflake_secret    a secret of Secrets Manager: JSON with account, user, private_key, and if wanted
                          warehouse, role
    --snowflake_database  the database of the mirror
    --region              of the secret and the bucket; else what the environment says

Reads exactly the objects that the manifest names. Before anything is written, the SHA-256 of every object, the columns of
every file and the rows of every table are compared with the manifest. A table goes to <LAYER>__NEXT, transient and made
anew; what is published is never touched. A table that is there already, whole and of the same objects, is left as it is:
so a run goes on where one before it failed, also when it is of a newer build.

Runs on Glue 5 (Spark 3.5), with DataFrames alone; `docs/glue-job.md` says more.
"""

import hashlib
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

# Of this script: another number with every change that goes into a release. A push replaces older scripts only.
SCRIPT_VERSION = 1
FORMAT_VERSION = 1
MANIFEST_BYTE_LIMIT = 64 << 20
CHUNK_BYTES = 1 << 20
DOWNLOADS = 8
LAYERS = ("raw", "staged", "main")
PARAMETERS = ("manifest_uri", "build_id", "push_id", "tables", "snowflake_secret", "snowflake_database")
OPTIONAL_PARAMETERS = ("manifest_sha256", "region")
UNTOUCHED = "the mirror is untouched, and the next push goes on from here"
# What Spark's web page and event log hide, the options of a write among it.
REDACTED_OPTIONS = "(?i)url|secret|password|token|pem|private|key"


@dataclass(frozen=True)
class MappedType:
    """A type of the manifest in Spark and in Snowflake, as `ColumnMapping.swift` has it."""

    spark: str
    snowflake: str


TYPES = {
    "integer": MappedType("bigint", "NUMBER(19,0)"),
    "real": MappedType("double", "FLOAT"),
    "text": MappedType("string", "VARCHAR"),
    "date": MappedType("date", "DATE"),
    "boolean": MappedType("boolean", "BOOLEAN"),
    "timestamp": MappedType("timestamp_ntz", "TIMESTAMP_NTZ(6)"),
    "binary": MappedType("binary", "BINARY"),
}


class MirrorError(Exception):
    """Why a build cannot be mirrored: which table or object, what was expected and what was found."""


# The manifest: all that the job knows of its format.


@dataclass(frozen=True)
class StoredObject:
    key: str
    byte_count: int
    sha256: str
    row_count: int


@dataclass(frozen=True)
class Column:
    name: str
    type: MappedType


@dataclass(frozen=True)
class Table:
    layer: str
    name: str
    row_count: int
    columns: tuple
    objects: tuple

    def __str__(self):
        return f"{self.layer}.{self.name}"

    @property
    def schema(self):
        """The schema of Snowflake that it is written to."""
        return f"{self.layer.upper()}__NEXT"

    @property
    def place(self):
        """Schema and name in Snowflake."""
        return self.schema, snowflake_name(self.name)

    @property
    def mark(self):
        """The comment of a table that holds all of these rows and columns."""
        facts = [[column.name, column.type.snowflake] for column in self.columns]
        facts.append([[one.sha256, one.row_count] for one in self.objects])
        return f"reelhouse 1 {hashlib.sha256(json.dumps(facts).encode()).hexdigest()}"


class Manifest:
    """`builds/<id>.json`, as somebody wrote it: nothing is believed but what was checked."""

    HEX = re.compile(r"[0-9a-f]{64}")
    KEY = re.compile(r"data/([a-z]+)/[A-Za-z0-9_-][A-Za-z0-9._-]{0,249}/([0-9a-f]{64})/part-[0-9]{5,9}\.parquet")

    def __init__(self, content, build_id):
        try:
            self.json = json.loads(content)
            version = self.json["formatVersion"]
            if not isinstance(version, int) or version < 1:
                raise ValueError(f"its format version is {version!r}")
            if version > FORMAT_VERSION:
                raise MirrorError(
                    f"the manifest has format {version}; this job reads up to {FORMAT_VERSION}: "
                    "push with the newer reelhouse once more, which brings its own script")
            if self.json["build"]["id"] != build_id:
                raise ValueError(f"it is that of the build {self.json['build']['id']!r}, not of '{build_id}'")
            self.entries, taken = {}, set()
            for entry in self.json["tables"]:
                name = f"{entry['layer']}.{entry['name']}"
                # Neither SQLite nor Snowflake tells names apart by case.
                if ascii_upper(name) in taken:
                    raise ValueError(f"it has {name!r} twice")
                taken.add(ascii_upper(name))
                self.entries[name] = entry
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self.refusal(error) from None

    def tables(self, names):
        """The tables of these names, checked."""
        missing = [name for name in names if name not in self.entries]
        if missing:
            raise MirrorError(f"the manifest has no table {', '.join(missing)}; it has {', '.join(sorted(self.entries))}")
        try:
            return [self.table(name, self.entries[name]) for name in names]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self.refusal(error) from None

    def table(self, name, entry):
        if entry["kind"] != "table":
            raise MirrorError(f"{name} is no table but of the kind '{entry['kind']}', which is not mirrored by this job")
        if entry["layer"] not in LAYERS or not is_name(entry["name"]):
            raise ValueError(f"{name!r} is no name of a table")
        names = [column["name"] for column in entry["columns"]]
        if not names or not all(map(is_name, names)) or len(set(map(ascii_upper, names))) != len(names):
            raise ValueError(f"the columns of {name} are not possible")
        unknown = [column for column in entry["columns"] if column["type"] not in TYPES]
        if unknown:
            raise ValueError(f"{name}.{unknown[0]['name']} has the unknown type {unknown[0]['type']!r}")
        objects = tuple(self.stored_object(name, entry["layer"], one) for one in entry["objects"])
        if not objects or sum(one.row_count for one in objects) != count(entry["rowCount"], name):
            raise ValueError(f"{name} has {entry['rowCount']} rows, and its {len(objects)} objects have others")
        columns = tuple(Column(column["name"], TYPES[column["type"]]) for column in entry["columns"])
        return Table(entry["layer"], entry["name"], entry["rowCount"], columns, objects)

    def stored_object(self, name, layer, entry):
        if not self.HEX.fullmatch(entry["sha256"]):
            raise ValueError(f"an object of {name} has no SHA-256")
        match = self.KEY.fullmatch(entry["key"])
        if not match or match.groups() != (layer, entry["sha256"]):
            raise ValueError(f"an object of {name} has the key {entry['key'][:200]!r}")
        return StoredObject(entry["key"], count(entry["byteCount"], name), entry["sha256"], count(entry["rowCount"], name))

    @staticmethod
    def refusal(error):
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        return MirrorError(f"the manifest is refused: {why}; reelhouse writes no such manifest")


def count(value, name):
    if type(value) is not int or not 0 <= value < 1 << 48:
        raise ValueError(f"{name} has an impossible size or number of rows, {value!r}")
    return value


def is_name(text):
    return isinstance(text, str) and 0 < len(text.encode()) <= 1000 and "\0" not in text


# The remote


@dataclass(frozen=True)
class Remote:
    """The bucket and prefix that a manifest lies in."""

    bucket: str
    prefix: str

    URI = re.compile(
        r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/((?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*)builds/([0-9TZ]{16}-[0-9a-f]{8})\.json")

    @classmethod
    def of_manifest(cls, uri, build_id):
        match = cls.URI.fullmatch(uri)
        if not match or match[3] != build_id:
            raise MirrorError(f"--manifest_uri '{uri}' is not s3://<bucket>/<prefix>/builds/{build_id}.json")
        return cls(match[1], match[2])

    def uri(self, key):
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def open(self, s3, key):
        """An object's size and the stream of its bytes."""
        try:
            answer = s3.get_object(Bucket=self.bucket, Key=self.prefix + key)
        except Exception as error:
            if getattr(error, "response", {}).get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise MirrorError(f"the object {self.uri(key)} is missing; `reelhouse push` sends it again") from None
            raise MirrorError(f"the object {self.uri(key)} cannot be read: {error}") from None
        return answer["ContentLength"], answer["Body"]

    def manifest(self, s3, build_id, sha256=None):
        key = f"builds/{build_id}.json"
        byte_count, body = self.open(s3, key)
        if byte_count > MANIFEST_BYTE_LIMIT:
            raise MirrorError(f"the manifest {self.uri(key)} has {byte_count} bytes; no manifest has")
        content = body.read()
        found = hashlib.sha256(content).hexdigest()
        if sha256 and found != sha256:
            raise MirrorError(f"the manifest {self.uri(key)} has the SHA-256 {found}, not {sha256} as the push said")
        return Manifest(content, build_id)

    def check(self, s3, table, stored):
        """Reads an object to its end, and compares its bytes with the manifest."""
        byte_count, body = self.open(s3, stored.key)
        what = f"{table}: the object {self.uri(stored.key)}"
        if byte_count != stored.byte_count:
            raise MirrorError(f"{what} has {byte_count} bytes, not {stored.byte_count} as the manifest says")
        digest = hashlib.sha256()
        try:
            for piece in body.iter_chunks(CHUNK_BYTES):
                digest.update(piece)
        except Exception as error:
            raise MirrorError(f"{what} cannot be read to its end: {error}") from None
        if digest.hexdigest() != stored.sha256:
            raise MirrorError(f"{what} has the SHA-256 {digest.hexdigest()}, not {stored.sha256} as the manifest says")


# Rows


def open_session():
    """Spark, set up to read our files as they are meant and to show no secret."""
    spark = SparkSession.builder.getOrCreate()
    for name, value in {
        "spark.sql.redaction.options.regex": REDACTED_OPTIONS,
        "spark.sql.caseSensitive": "true",
        # Timestamps have no zone; what has to pass through one passes through this.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
        # Old days are of the calendar that all days are of; Spark would refuse to guess.
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    }.items():
        spark.conf.set(name, value)
    return spark


def read_table(spark, remote, table):
    """A table's rows. Every file must have its columns, in their order and types, and all together its number of rows."""
    expected = [(column.name, column.type.spark) for column in table.columns]
    frames = [(one, spark.read.parquet(remote.uri(one.key))) for one in table.objects]
    for one, frame in frames:
        found = [(field.name, field.dataType.simpleString()) for field in frame.schema]
        if found != expected:
            raise MirrorError(
                f"{table}: the object {remote.uri(one.key)} has the columns {written(found)}, "
                f"not {written(expected)} as the manifest says")
    for one, frame in frames:
        found = frame.count()
        if found != one.row_count:
            raise MirrorError(
                f"{table}: the object {remote.uri(one.key)} has {found} rows, not {one.row_count} as the manifest says")
    return spark.read.schema(frames[0][1].schema).parquet(*(remote.uri(one.key) for one in table.objects))


def written(columns):
    return "(" + ", ".join(f"{name} {kind}" for name, kind in columns) + ")"


# Snowflake


def ascii_upper(text):
    return re.sub("[a-z]+", lambda letters: letters[0].upper(), text)


def snowflake_name(name):
    """A name of ours in Snowflake: in upper case where it is one that nobody need quote, else as it is."""
    return ascii_upper(name) if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", name) else name


def quoted(name):
    return '"' + snowflake_name(name).replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


class Access:
    """How the job signs in, out of a secret. Its texts are in no message: `hidden` takes them out."""

    FIELDS = ("account", "user", "private_key", "warehouse", "role")

    def __init__(self, name, text):
        try:
            fields = json.loads(text)
            texts = {key: str(fields.get(key) or "").strip() for key in self.FIELDS}
        except (ValueError, AttributeError):
            raise MirrorError(f"the secret '{name}' is no object of JSON") from None
        missing = [key for key in self.FIELDS[:3] if not texts[key]]
        if missing:
            raise MirrorError(f"the secret '{name}' lacks {', '.join(missing)}")
        pem = texts["private_key"].replace("\\n", "\n").strip()
        lines = [line.strip() for line in pem.splitlines() if line.strip()]
        # The connector takes the key without its first and last line.
        self.private_key = "".join(lines[1:-1])
        self.secrets = sorted({text, texts["private_key"], pem, self.private_key, *lines[1:-1]} - {""}, key=len, reverse=True)
        if lines[0] != "-----BEGIN PRIVATE KEY-----" or lines[-1] != "-----END PRIVATE KEY-----":
            raise MirrorError(
                f"private_key of the secret '{name}' is no unencrypted PEM of PKCS #8; "
                "`openssl pkcs8 -topk8 -nocrypt` makes one of a key that is encrypted or in another form")
        self.account, self.user = texts["account"], texts["user"]
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", self.account):
            raise MirrorError(f"account of the secret '{name}' is no identifier of an account, such as ORGANIZATION-ACCOUNT")
        # Without them, Snowflake takes the user's own.
        self.warehouse, self.role = texts["warehouse"], texts["role"]

    def __repr__(self):
        return "Access(***)"

    def hidden(self, text):
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return text


def read_access(secrets_manager, name):
    try:
        answer = secrets_manager.get_secret_value(SecretId=name)
    except Exception as error:
        raise MirrorError(f"the secret '{name}' cannot be read: {error}") from None
    if "SecretString" not in answer:
        raise MirrorError(f"the secret '{name}' is binary; it must be text")
    return Access(name, answer["SecretString"])


class SnowflakeConnector:
    """The seam to Snowflake: its connector for Spark. Nothing else knows how statements and rows get there."""

    # In full: on Glue, other sources may go by the short name, too.
    SOURCE = "net.snowflake.spark.snowflake"

    def __init__(self, spark, access, database):
        self.spark = spark
        options = {
            "sfURL": f"{access.account}.snowflakecomputing.com",
            "sfUser": access.user,
            "pem_private_key": access.private_key,
            "sfWarehouse": access.warehouse,
            "sfRole": access.role,
            "sfDatabase": database,
            # For what is no write: one that every database has.
            "sfSchema": "INFORMATION_SCHEMA",
        }
        self.options = {name: value for name, value in options.items() if value}

    def execute(self, statement):
        self.spark._jvm.net.snowflake.spark.snowflake.Utils.runQuery(self.options, statement)

    def rows(self, query):
        return self.spark.read.format(self.SOURCE).options(**self.options).option("query", query).load().collect()

    def write(self, frame, table):
        """Appends rows to a table that is there and empty, in one transaction."""
        options = {**self.options, "sfSchema": table.schema, "dbtable": quoted(table.name)}
        # With these two it fills the table as it is, rather than making one of its own types.
        options |= {"truncate_table": "on", "usestagingtable": "off"}
        loadable(frame).write.format(self.SOURCE).options(**options).mode("overwrite").save()


def loadable(frame):
    """A frame that the connector's CSV keeps whole.

    It writes no timestamps without a zone, makes NULL of empty binaries, and passes days through a calendar that lacks some;
    of texts it keeps all. Those that it gets here are what its COPY has formats for: 'TZHTZM YYYY-MM-DD HH24:MI:SS.FF9' and
    BASE64. Columns are by position, so their names are plain.
    """
    names = [f"c{number}" for number in range(1, len(frame.columns) + 1)]
    kinds = [field.dataType.simpleString() for field in frame.schema]

    def text(name, kind):
        if kind == "date":
            return F.col(name).cast("string")
        if kind == "timestamp_ntz":
            return F.concat(F.lit("+0000 "), F.date_format(F.col(name), "yyyy-MM-dd HH:mm:ss.SSSSSSSSS"))
        if kind == "binary":
            return F.translate(F.base64(F.col(name)), "\r\n", "")
        return F.col(name)

    return frame.toDF(*names).select(*(text(name, kind).alias(name) for name, kind in zip(names, kinds)))


@dataclass(frozen=True)
class Found:
    """What schemas of the next build hold, by schema and name."""

    marks: dict
    views: set


class Mirror:
    """The schemas of the next build in one database."""

    def __init__(self, snowflake, database):
        self.snowflake = snowflake
        self.database = database

    def path(self, *names):
        return ".".join(quoted(name) for name in (self.database, *names))

    def prepare(self, schemas):
        """Makes the schemas that are missing. Returns what is in them: the marks of tables by schema and name, and views."""
        listed = ", ".join(literal(schema) for schema in schemas)
        information = f"{quoted(self.database)}.information_schema"
        there = {row[0] for row in self.snowflake.rows(
            f"select schema_name from {information}.schemata where schema_name in ({listed})")}
        for schema in schemas:
            if schema not in there:
                self.snowflake.execute(f"create transient schema if not exists {self.path(schema)}")
        tables = self.snowflake.rows(
            f"select table_schema, table_name, comment from {information}.tables where table_schema in ({listed})")
        views = self.snowflake.rows(
            f"select table_schema, table_name from {information}.views where table_schema in ({listed})")
        return Found({(row[0], row[1]): row[2] for row in tables}, {(row[0], row[1]) for row in views})

    def row_count(self, table):
        return int(self.snowflake.rows(f"select count(*) as n from {self.path(table.schema, table.name)}")[0][0])

    def holds(self, table, found):
        """Whether a table is there already, whole."""
        return found.marks.get(table.place) == table.mark and self.row_count(table) == table.row_count

    def write(self, table, frame, found):
        """Makes a table anew. Its comment says that it is whole once it is, so not before its rows were counted."""
        path = self.path(table.schema, table.name)
        if table.place in found.views:
            self.snowflake.execute(f"drop view if exists {path}")
        columns = ", ".join(f"{quoted(column.name)} {column.type.snowflake}" for column in table.columns)
        self.snowflake.execute(f"create or replace transient table {path} ({columns})")
        if table.row_count:
            self.snowflake.write(frame, table)
        rows = self.row_count(table)
        if rows != table.row_count:
            raise MirrorError(f"{table}: Snowflake has {rows} rows of it in {path}, not {table.row_count}")
        self.snowflake.execute(f"comment on table {path} is {literal(table.mark)}")


# The job


def table_names(text):
    try:
        names = json.loads(text) if text.lstrip().startswith("[") else [name.strip() for name in text.split(",")]
    except ValueError:
        names = []
    if not names or not all(isinstance(name, str) and "." in name for name in names) or len(set(names)) != len(names):
        raise MirrorError(f"--tables '{text}' is no list of tables such as main.movies_by_year,raw.movies")
    return names


def job_options(arguments):
    from awsglue.utils import getResolvedOptions

    given = {argument.split("=", 1)[0] for argument in arguments}
    optional = [name for name in OPTIONAL_PARAMETERS if f"--{name}" in given]
    options = getResolvedOptions(arguments, [*PARAMETERS, *optional])
    database = options["snowflake_database"]
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*", database):
        raise MirrorError(f"--snowflake_database '{database}' is no name of a database")
    return options


def check_objects(remote, s3, tables):
    """Compares all objects side by side. Tells the first that is wrong, in the order of the tables."""
    with ThreadPoolExecutor(DOWNLOADS) as pool:
        checks = [pool.submit(remote.check, s3, table, one) for table in tables for one in table.objects]
        try:
            for check in checks:
                check.result()
        finally:
            pool.shutdown(cancel_futures=True)


def mirror(options, spark, remote, s3, snowflake):
    """Brings the tables over. Returns the sentence that says what was done."""
    manifest = remote.manifest(s3, options["build_id"], options.get("manifest_sha256"))
    tables = manifest.tables(table_names(options["tables"]))
    destination = Mirror(snowflake, options["snowflake_database"])
    found = destination.prepare(sorted({table.schema for table in tables}))
    missing = []
    for table in tables:
        if destination.holds(table, found):
            tell(f"{table}: {table.row_count} rows are there already")
        else:
            missing.append(table)
    check_objects(remote, s3, missing)
    frames = [(table, read_table(spark, remote, table)) for table in missing]
    tell(f"{sum(len(table.objects) for table in missing)} objects are as the manifest says")
    for table, frame in frames:
        naming(table, lambda: destination.write(table, frame, found))
        tell(f"{table}: {table.row_count} rows written to {table.schema}")
    return (
        f"build {options['build_id']}: {len(missing)} tables written, {len(tables) - len(missing)} were there already; "
        f"push {options['push_id']}")


def naming(table, action):
    """Does something for a table; what goes wrong is told with its name."""
    try:
        action()
    except MirrorError:
        raise
    except Exception as error:
        raise MirrorError(f"{table}: it cannot be written to {table.schema}: {reason(error)}") from None


def reason(error):
    """What an error says, without stack traces: of one of Java's its deepest cause, of a worker's Python its last line."""
    cause = getattr(error, "java_exception", None)
    if cause is None:
        return str(error) or type(error).__name__
    while cause.getCause() is not None:
        cause = cause.getCause()
    text = str(cause.toString()).strip()
    return text.splitlines()[-1] if "Traceback (most recent call last)" in text else text


def tell(text):
    print(text, flush=True)


def main(arguments, connect=SnowflakeConnector):
    access = None
    try:
        import boto3
        from botocore.config import Config

        options = job_options(arguments)
        remote = Remote.of_manifest(options["manifest_uri"], options["build_id"])
        region = options.get("region")
        access = read_access(boto3.client("secretsmanager", region_name=region), options["snowflake_secret"])
        spark = open_session()
        snowflake = connect(spark, access, options["snowflake_database"])
        patient = Config(retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=DOWNLOADS)
        s3 = boto3.client("s3", region_name=region, config=patient)
        tell(mirror(options, spark, remote, s3, snowflake))
    except Exception as error:
        # The driver's last line, which Glue gives as the run's ErrorMessage: one line, no secret, and no error behind it.
        text = " ".join(reason(error).split())
        text = access.hidden(text) if access else text
        raise MirrorError(f"{text[:1500]}; {UNTOUCHED}") from None


if __name__ == "__main__":
    main(sys.argv)
