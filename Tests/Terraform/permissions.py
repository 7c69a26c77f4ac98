"""Tries the policies of AWS: each role may do what its commands ask for, and nothing that they do not.

Requests are decided as IAM decides them: an Allow of the role's policy, and no Deny of the bucket's or the role's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ACCOUNT, REGION, BUCKET, PREFIX = "123456789012", "us-east-1", "letterboxd-example", "films"
TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3"}
IF_ABSENT = {"s3:if-none-match": "*", "s3:ObjectCreationOperation": "true"}
IF_SAME = {"s3:if-match": '"etag"', "s3:ObjectCreationOperation": "true"}
UNCONDITIONAL = {"s3:ObjectCreationOperation": "true"}
PART = {"s3:ObjectCreationOperation": "false"}

GLUE = f"arn:aws:glue:{REGION}:{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:letterboxd_snowflake_service_user-AbCdEf"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
CATALOG = [f"{GLUE}:catalog", f"{GLUE}:database/letterboxd_db", f"{GLUE}:table/letterboxd_db/movies"]


@dataclass(frozen=True)
class Request:
    action: str
    resources: tuple[str, ...]
    context: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        asked = {key: value for key, value in self.context.items() if key not in TLS}
        return f"{self.action} on {', '.join(self.resources)}" + (f" with {asked}" if asked else "")


def key(path: str) -> str:
    return f"arn:aws:s3:::{BUCKET}/{PREFIX}/{path}"


def s3(action: str, path: str, context: dict[str, str] | None = None) -> Request:
    return Request(f"s3:{action}", (key(path),), {**TLS, **(context or {})})


def listing(prefix: str | None = None, bucket: str = BUCKET) -> Request:
    asked = {} if prefix is None else {"s3:prefix": prefix}
    return Request("s3:ListBucket", (f"arn:aws:s3:::{bucket}",), {**TLS, **asked})


def call(action: str, *resources: str) -> Request:
    return Request(action, resources, TLS)


DATA, BUILD, REF = "data/raw/movies/0f/part-00000.parquet", "builds/b.json", "refs/prod.json"
FILE, EXACT = "files/0f/manifest.json", "exact/raw/movies/0f.parquet"
LOCK, COLLECTION, SCRIPT = "locks/push-1.json", "locks/gc.json", "scripts/publish_letterboxd_to_snowflake.py"
JOB, CRAWLER = f"{GLUE}:job/publish_letterboxd_to_snowflake", f"{GLUE}:crawler/letterboxd_crawler"
UPLOADS = Request("s3:ListBucketMultipartUploads", (f"arn:aws:s3:::{BUCKET}",), TLS)

READS = [
    listing(), listing(f"{PREFIX}/refs/"), listing(f"{PREFIX}/builds/"),
    *[s3("GetObject", path) for path in (REF, BUILD, DATA, FILE, EXACT)],
]
LOG_WRITES = ["logs:CreateLogStream", "logs:PutLogEvents"]

ALLOWED = {
    "pull": READS,
    "push": [
        *READS, listing(f"{PREFIX}/locks/push-"), UPLOADS,
        *[s3("PutObject", path, IF_ABSENT) for path in (BUILD, DATA, FILE, EXACT, REF, LOCK)],
        *[s3("PutObject", path, PART) for path in (DATA, FILE, EXACT, BUILD)],
        *[s3(action, DATA) for action in ("ListMultipartUploadParts", "AbortMultipartUpload")],
        s3("PutObject", REF, IF_SAME), s3("GetObject", LOCK), s3("GetObject", COLLECTION),
        s3("DeleteObject", LOCK), s3("DeleteObject", COLLECTION),
        s3("GetObject", SCRIPT), s3("PutObject", SCRIPT, UNCONDITIONAL),
        call("glue:GetDatabase", *CATALOG[:2]),
        *[call(f"glue:{action}", *CATALOG) for action in
          ("GetTable", "GetTables", "CreateTable", "UpdateTable", "DeleteTable", "BatchDeleteTable")],
        *[call(f"glue:{action}", CRAWLER) for action in ("GetCrawler", "StartCrawler", "StopCrawler")],
        *[call(f"glue:{action}", JOB) for action in ("GetJob", "StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")],
    ],
    "gc": [
        listing(), *[listing(f"{PREFIX}/{folder}/") for folder in ("refs", "builds", "data", "exact", "files", "locks")],
        *[s3("GetObject", path) for path in (REF, BUILD, LOCK, COLLECTION)], UPLOADS,
        s3("PutObject", COLLECTION, IF_ABSENT), s3("PutObject", COLLECTION, IF_SAME),
        *[s3("DeleteObject", path) for path in (BUILD, DATA, FILE, EXACT, LOCK, COLLECTION)],
        s3("AbortMultipartUpload", DATA), call("glue:GetTables", *CATALOG),
    ],
    "job": [
        listing(), listing(f"{PREFIX}/data/raw/movies/0f/"),
        *[s3("GetObject", path) for path in (BUILD, DATA, SCRIPT)],
        call("secretsmanager:GetSecretValue", SECRET),
        *[call(action, f"{LOGS}:/reelhouse/publish_letterboxd_to_snowflake/{stream}")
          for action in LOG_WRITES for stream in ("output:log-stream:jr_1", "error:log-stream:jr_1-driver")],
    ],
    "crawler": [
        listing(), listing(f"{PREFIX}/data/raw/movies/0f/"), s3("GetObject", DATA),
        call("glue:GetDatabase", *CATALOG[:2]),
        *[call(f"glue:{action}", *CATALOG) for action in ("GetTable", "GetTables")],
        *[call(action, f"{LOGS}:/aws-glue/crawlers:log-stream:letterboxd_crawler") for action in LOG_WRITES],
    ],
    "copy": [
        listing(f"{PREFIX}/data/raw/"), s3("GetObject", DATA), s3("GetObjectVersion", DATA),
        Request("s3:GetBucketLocation", (f"arn:aws:s3:::{BUCKET}",), TLS),
    ],
}

OTHER_TABLES = [f"{GLUE}:catalog", f"{GLUE}:database/other", f"{GLUE}:table/other/movies"]
# What no role may do, whatever it is for.
NOBODY = [
    listing("other/"), listing(f"{PREFIX}/scripts/"), listing(bucket="another-bucket"),
    Request("s3:GetObject", ("arn:aws:s3:::another-bucket/films/refs/prod.json",), TLS),
    Request("s3:GetObject", (f"arn:aws:s3:::{BUCKET}/other/refs/prod.json",), TLS),
    Request("s3:GetObject", (key(REF),), {**TLS, "aws:SecureTransport": "false"}),
    Request("s3:GetObject", (key(DATA),), {**TLS, "s3:TlsVersion": "1.1"}),
    *[s3("PutObject", path, UNCONDITIONAL) for path in (BUILD, DATA, FILE, EXACT, REF)],
    *[s3("PutObject", path, IF_SAME) for path in (BUILD, DATA, FILE, EXACT)],
    s3("DeleteObject", REF), s3("DeleteObject", SCRIPT), s3("DeleteObjectVersion", DATA), s3("PutObjectAcl", DATA),
    *[Request(f"s3:{action}", (f"arn:aws:s3:::{BUCKET}",), TLS)
      for action in ("DeleteBucket", "PutBucketPolicy", "PutLifecycleConfiguration", "PutBucketVersioning")],
    *[call(f"glue:{action}", *OTHER_TABLES) for action in ("GetTable", "UpdateTable", "DeleteTable")],
    call("glue:DeleteDatabase", *CATALOG), call("glue:UpdateDatabase", *CATALOG[:2]),
    *[call(f"glue:{action}", JOB) for action in ("UpdateJob", "DeleteJob")],
    call("glue:CreateJob", f"{GLUE}:job/another"), call("glue:StartJobRun", f"{GLUE}:job/another"),
    *[call(f"glue:{action}", CRAWLER) for action in ("UpdateCrawler", "DeleteCrawler")],
    call("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/letterboxd-job"),
    call("secretsmanager:PutSecretValue", SECRET), call("secretsmanager:GetSecretValue", SECRET.replace("_user", "")),
    call("logs:PutLogEvents", f"{LOGS}:/aws-glue/jobs/output:log-stream:x"),
]
DENIED = {
    "pull": [
        *[request for request in ALLOWED["push"] if request not in READS],
        call("secretsmanager:GetSecretValue", SECRET), s3("GetObject", SCRIPT),
    ],
    "push": [
        *[s3("DeleteObject", path) for path in (BUILD, DATA, FILE, EXACT)],
        listing(f"{PREFIX}/data/"), call("secretsmanager:GetSecretValue", SECRET),
    ],
    "gc": [
        s3("GetObject", DATA), s3("PutObject", REF, IF_SAME), s3("PutObject", BUILD, IF_ABSENT),
        s3("PutObject", DATA, IF_ABSENT), call("glue:StartJobRun", JOB), call("glue:DeleteTable", *CATALOG),
    ],
    "job": [
        s3("GetObject", REF), s3("PutObject", DATA, IF_ABSENT), s3("PutObject", SCRIPT, UNCONDITIONAL),
        s3("DeleteObject", DATA), s3("DeleteObject", LOCK), call("glue:StartJobRun", JOB),
        call("glue:GetTable", *CATALOG),
    ],
    "crawler": [
        s3("GetObject", BUILD), s3("PutObject", DATA, IF_ABSENT), call("glue:CreateTable", *CATALOG),
        call("glue:DeleteTable", *CATALOG), call("secretsmanager:GetSecretValue", SECRET),
    ],
    "copy": [s3("GetObject", BUILD), s3("GetObject", REF), s3("PutObject", DATA, IF_ABSENT), s3("DeleteObject", DATA)],
}


def matches(pattern: str, text: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, re.S) is not None


def texts(value) -> list[str]:
    return value if isinstance(value, list) else [value]


def holds(operator: str, name: str, wanted, context: dict[str, str]) -> bool:
    value = context.get(name)
    if operator.endswith("IfExists"):
        if value is None:
            return True
        operator = operator.removesuffix("IfExists")
    if operator == "Null":
        return (value is None) == (wanted == "true")
    if value is None:
        return False
    comparisons = {
        "StringLike": lambda text: matches(text, value),
        "StringEquals": lambda text: text == value,
        "Bool": lambda text: text == value,
        "NumericLessThan": lambda text: float(value) < float(text),
    }
    return any(comparisons[operator](text) for text in texts(wanted))


def applies(statement: dict, request: Request) -> bool:
    return (
        any(matches(pattern.lower(), request.action.lower()) for pattern in texts(statement["Action"]))
        and all(any(matches(pattern, resource) for pattern in texts(statement["Resource"]))
                for resource in request.resources)
        and all(holds(operator, name, wanted, request.context)
                for operator, conditions in statement.get("Condition", {}).items()
                for name, wanted in conditions.items()))


def is_allowed(request: Request, role: dict, bucket: dict) -> bool:
    statements = [*role["Statement"], *(bucket["Statement"] if request.action.startswith("s3:") else [])]
    effects = {statement["Effect"] for statement in statements if applies(statement, request)}
    return "Allow" in effects and "Deny" not in effects


def faults(policies: dict[str, dict]) -> list[str]:
    """What the policies decide otherwise than they should."""
    found = []
    bucket = policies["bucket"]
    for role, policy in policies.items():
        if role == "bucket":
            continue
        for statement in policy["Statement"]:
            for action in texts(statement["Action"]):
                if "*" in action:
                    found.append(f"{role}: the action {action} has a '*'")
            if "*" in texts(statement["Resource"]):
                found.append(f"{role}: the statement {statement['Sid']} is for every resource")
        found += [f"{role} must be allowed, and is denied: {request}" for request in ALLOWED[role]
                  if not is_allowed(request, policy, bucket)]
        found += [f"{role} must be denied, and is allowed: {request}" for request in [*NOBODY, *DENIED[role]]
                  if is_allowed(request, policy, bucket)]
        # A statement that no request needs is a permission too many.
        for statement in policy["Statement"]:
            for action in texts(statement["Action"]):
                narrow = {**statement, "Action": [action]}
                if not any(applies(narrow, request) for request in ALLOWED[role]) and action not in UNPROVEN[role]:
                    found.append(f"{role}: no request needs {action} of {statement['Sid']}")
    return found


# Actions that the service makes on a role's behalf, of which there is no list.
UNPROVEN = {
    "push": set(), "pull": set(), "gc": set(), "copy": set(),
    "job": {"logs:CreateLogGroup"},
    "crawler": {"logs:CreateLogGroup", "glue:GetPartitions", "glue:BatchGetPartition", "glue:UpdateTable"},
}


def count() -> int:
    return sum(len(ALLOWED[role]) + len(DENIED[role]) + len(NOBODY) for role in ALLOWED)
