#!/usr/bin/env python3
"""Breaks a set-up of AWS and Snowflake in one way after the other, and sees that `reelhouse debug` names each break and its remedy.

    stand_ins.py -- python3 Tests/StandIns/broken_setups.py .build/release/reelhouse

S3, STS, Glue and Secrets Manager are moto's, with signatures and policies checked; Snowflake is `snowflake_server.py`. Every case
begins with a sound set-up, which is looked at once, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import boto3
from botocore.config import Config
from snowflake_setup import ROLE as SNOWFLAKE_ROLE
from snowflake_setup import SCHEMAS, grants, write_private

ENDPOINT = os.environ["REELHOUSE_TEST_AWS"]
ADMIN = {"key": os.environ["REELHOUSE_TEST_AWS_KEY"], "secret": os.environ["REELHOUSE_TEST_AWS_SECRET"]}
ROLE = os.environ["REELHOUSE_TEST_AWS_ROLE"]
REGION = "us-east-1"
JOB, CRAWLER, DATABASE, SECRET = "publish", "films", "films_db", "films_key"


def snowflake(name: str) -> str:
    return os.environ[f"REELHOUSE_TEST_SNOWFLAKE{name}"]


def control(change: dict) -> None:
    request = urllib.request.Request(
        snowflake("_CONTROL"), json.dumps(change).encode(), {"Content-Type": "application/json"}, method="POST")
    urllib.request.urlopen(request).close()


def client(service: str, key: str = ADMIN["key"], secret: str = ADMIN["secret"]):
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=REGION, aws_access_key_id=key,
                        aws_secret_access_key=secret, config=Config(retries={"max_attempts": 1}))


class SetUp:
    """A project, and what its remote needs, under names that no other case has."""

    def __init__(self, binary: Path, folder: Path, number: int) -> None:
        self.binary, self.folder = binary, folder / f"case-{number}"
        self.bucket = f"films-{number}"
        self.suffix = f"_{number}"
        self.variables = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "AWS_ENDPOINT_URL": ENDPOINT, "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ADMIN["key"], "AWS_SECRET_ACCESS_KEY": ADMIN["secret"], "NO_COLOR": "1"}
        self.s3, self.glue, self.secrets = client("s3"), client("glue"), client("secretsmanager")
        (self.folder / "models").mkdir(parents=True)
        (self.folder / "dbt_project.yml").write_text("name: films\nversion: '1.0'\nprofile: films\n")
        (self.folder / "reelhouse.yml").write_text(json.dumps({"remotes": {"prod": {
            "url": f"s3://{self.bucket}/x", "region": REGION, "snowflake": "prod",
            "glue": {"database": self.name(DATABASE), "crawler": self.name(CRAWLER), "job": self.name(JOB)}}}}))
        address = urllib.parse.urlsplit(snowflake(""))
        self.warehouse, self.database = f"WH{self.suffix}", snowflake("_DATABASE")
        self.write_profile(
            type="snowflake", account=snowflake("_ACCOUNT"), user=snowflake("_USER"), role=snowflake("_ROLE"),
            private_key_path=snowflake("_KEY"), warehouse=self.warehouse, database=self.database, schema="MAIN",
            host=address.hostname, port=address.port, protocol="http")
        control({"warehouses": {self.warehouse: {"state": "SUSPENDED"}}})
        self.grant(grants())
        self.s3.create_bucket(Bucket=self.bucket)
        self.glue.create_database(DatabaseInput={"Name": self.name(DATABASE)})
        self.glue.create_table(DatabaseName=self.name(DATABASE), TableInput={"Name": "films"})
        self.make_crawler()
        self.make_job()
        self.secrets.create_secret(Name=self.name(SECRET), SecretString="{}")

    def write_profile(self, **changes) -> None:
        """The output of type snowflake, with some settings changed; those that are None are left out."""
        self.output = {key: value for key, value in {**getattr(self, "output", {}), **changes}.items() if value is not None}
        (self.folder / "profiles.yml").write_text(json.dumps({"films": {
            "target": "local", "outputs": {"local": {"type": "reelhouse"}, "prod": self.output}}}))

    def grant(self, given: dict) -> None:
        """Gives the roles what they have by Terraform, and this case's warehouse."""
        given[SNOWFLAKE_ROLE].append({"privilege": "USAGE", "on": "WAREHOUSE", "name": self.warehouse})
        control({"grants": given})

    def revoke(self, privilege: str, kind: str, name: str) -> None:
        kept = grants()
        kept[SNOWFLAKE_ROLE] = [
            one for one in kept[SNOWFLAKE_ROLE] if (one["privilege"], one["on"], one["name"]) != (privilege, kind, name)]
        self.grant(kept)

    def name(self, base: str) -> str:
        return base + self.suffix

    def make_crawler(self, **changes) -> None:
        if self.name(CRAWLER) in self.glue.list_crawlers()["CrawlerNames"]:
            self.glue.delete_crawler(Name=self.name(CRAWLER))
        self.glue.create_crawler(**{
            "Name": self.name(CRAWLER), "Role": ROLE,
            "Targets": {"CatalogTargets": [{"DatabaseName": self.name(DATABASE), "Tables": ["films"]}]},
            "SchemaChangePolicy": {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}, **changes})

    def make_job(self, script: str | None = None, **changes) -> None:
        if self.name(JOB) in self.glue.list_jobs()["JobNames"]:
            self.glue.delete_job(JobName=self.name(JOB))
        self.glue.create_job(**{
            "Name": self.name(JOB), "Role": ROLE, "GlueVersion": "5.0",
            "Command": {"Name": "glueetl", "ScriptLocation": script or f"s3://{self.bucket}/x/scripts/{self.name(JOB)}.py"},
            "DefaultArguments": {"--snowflake_secret": self.name(SECRET)}, **changes})

    def become(self, policy: dict) -> None:
        """Asks as a user who has this policy alone."""
        iam, user = client("iam"), f"user{self.suffix}"
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="some", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        self.variables |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def debug(self) -> tuple[int, dict, str]:
        done = subprocess.run(
            [self.binary, "debug", "--project-dir", self.folder, "--remote", "prod", "-o", "json"], env=self.variables,
            capture_output=True, text=True, timeout=120)
        if not done.stdout.startswith("{"):
            raise AssertionError(f"no report: {done}")
        return done.returncode, json.loads(done.stdout), done.stdout + done.stderr


def allow(*actions: str) -> dict:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def no_credentials(it: SetUp) -> None:
    del it.variables["AWS_ACCESS_KEY_ID"], it.variables["AWS_SECRET_ACCESS_KEY"]


def folder_targets(it: SetUp) -> None:
    it.make_crawler(Targets={"S3Targets": [{"Path": f"s3://{it.bucket}/x/data/"}]}, DatabaseName=it.name(DATABASE))


def other_database(it: SetUp) -> None:
    it.make_crawler(Targets={"CatalogTargets": [{"DatabaseName": "crawled", "Tables": ["films"]}]})


def changing_crawler(it: SetUp) -> None:
    it.make_crawler(SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"})


def doomed_secret(it: SetUp) -> None:
    it.secrets.delete_secret(SecretId=it.name(SECRET), RecoveryWindowInDays=7)


def empty_secret(it: SetUp) -> None:
    it.secrets.delete_secret(SecretId=it.name(SECRET), ForceDeleteWithoutRecovery=True)
    it.secrets.create_secret(Name=it.name(SECRET))


def other_key(it: SetUp) -> None:
    path = it.folder / "other.p8"
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path], check=True,
                   capture_output=True)
    path.chmod(0o600)
    it.write_profile(private_key_path=str(path))


def open_key(it: SetUp) -> None:
    path = write_private(it.folder / "open.p8", Path(snowflake("_KEY")).read_bytes())
    path.chmod(0o644)
    it.write_profile(private_key_path=str(path))


def stopped_warehouse(it: SetUp) -> None:
    control({"warehouses": {it.warehouse: {"state": "SUSPENDED", "auto_resume": False}}})


def missing_schema(it: SetUp) -> None:
    database = f"LETTERBOXD_TEST{it.suffix}"
    control({"databases": {database: [name for name in SCHEMAS if name != "MAIN__NEXT"]}})
    it.write_profile(database=database)


# What is broken, the link that has to be named, the code, a part of the remedy.
CASES: list[tuple[str, Callable[[SetUp], object], str, str, str]] = [
    ("no credentials", no_credentials, "identity", "RH1803", "aws configure"),
    ("a wrong key", lambda it: it.variables.update(AWS_SECRET_ACCESS_KEY="wrong"), "identity", "RH1804", "secret"),
    ("no bucket", lambda it: it.s3.delete_bucket(Bucket=it.bucket), "bucket", "RH1808", "aws s3 mb s3://films-"),
    ("a bucket that may not be listed", lambda it: it.become(allow("sts:*", "glue:*")), "bucket", "RH1809",
     "s3:ListBucket"),
    # moto asks for s3:HeadBucket where S3 asks for s3:ListBucket.
    ("objects that may not be written", lambda it: it.become(allow("sts:*", "glue:*", "s3:ListBucket", "s3:HeadBucket", "s3:GetObject")),
     "writing", "RH1809", "docs/policies/push.json"),
    ("no database", lambda it: it.glue.delete_database(Name=it.name(DATABASE)), "Glue database", "RH1808",
     "terraform"),
    ("no permission for Glue", lambda it: it.become(allow("sts:*", "s3:*")), "Glue database", "RH1809",
     "docs/policies/push.json"),
    ("no crawler", lambda it: it.glue.delete_crawler(Name=it.name(CRAWLER)), "Glue crawler", "RH1808", "terraform"),
    ("a crawler of folders", folder_targets, "Glue crawler", "RH1721", "tables of the catalog"),
    ("a crawler of another database", other_database, "Glue crawler", "RH1721", "that database's tables"),
    ("a crawler that changes the catalog", changing_crawler, "Glue crawler", "RH1721", "aws glue update-crawler"),
    ("no job", lambda it: it.glue.delete_job(JobName=it.name(JOB)), "Glue job", "RH1808", "terraform"),
    ("a script elsewhere", lambda it: it.make_job(script="s3://elsewhere/job.py"), "Glue job", "RH1721", "bucket_name"),
    ("an old Glue", lambda it: it.make_job(GlueVersion="3.0"), "Glue job", "RH1721", "5.0"),
    ("a job without a secret", lambda it: it.make_job(DefaultArguments={}), "Glue job", "RH1721", "--snowflake_secret"),
    ("no secret", lambda it: it.secrets.delete_secret(SecretId=it.name(SECRET), ForceDeleteWithoutRecovery=True), "secret",
     "RH1808", "--write-secret"),
    ("a secret that is going to be deleted", doomed_secret, "secret", "RH1721", "restore-secret"),
    ("a secret without a value", empty_secret, "secret", "RH1721", "--write-secret"),
    ("no output of the profile", lambda it: (it.folder / "profiles.yml").unlink(), "settings", "RH2008", "profiles.yml"),
    ("a password", lambda it: it.write_profile(private_key_path=None, password="pw"), "settings", "RH1802", "key"),
    ("another key", other_key, "login", "RH1804", "RSA_PUBLIC_KEY_FP"),
    ("a key that all may read", open_key, "settings", "RH1803", "chmod"),
    ("a role that was not granted", lambda it: it.write_profile(role="NOBODY"), "login", "RH1809", "`role` of the output"),
    ("no warehouse", lambda it: it.write_profile(warehouse="NONE"), "warehouse", "RH1721", "grant usage on warehouse"),
    ("a warehouse that stays suspended", stopped_warehouse, "warehouse", "RH1721", "auto_resume"),
    ("no database", lambda it: it.write_profile(database="NONE"), "database", "RH1721", "grant usage on database"),
    ("no schema", missing_schema, "schema MAIN__NEXT", "RH1721", "grant usage on schema"),
    ("a grant that is missing", lambda it: it.revoke("CREATE TABLE", "SCHEMA", "LETTERBOXD.MAIN"), "schema MAIN", "RH1721",
     "grant create table on schema"),
]


def secret_fault(it: SetUp) -> str | None:
    """What is wrong with the secret that `--write-secret` writes, or nothing."""
    it.write_profile(private_key_path=snowflake("_ENCRYPTED_KEY"), private_key_passphrase=snowflake("_PASSPHRASE"))
    done = subprocess.run(
        [it.binary, "debug", "--project-dir", it.folder, "--remote", "prod", "--write-secret"], env=it.variables,
        capture_output=True, text=True, timeout=60)
    written = json.loads(it.secrets.get_secret_value(SecretId=it.name(SECRET))["SecretString"])
    if done.returncode != 0 or not written:
        return f"{done}"
    expected = {key: it.output[key] for key in ("account", "user", "role", "warehouse")}
    key = written.pop("private_key")
    if written != expected or not key.startswith("-----BEGIN PRIVATE KEY-----\n"):
        return f"wrote {sorted(written.items())}, {key[:30]!r}"
    same = [subprocess.run(["openssl", "pkey", "-pubout"], input=text, capture_output=True, check=True).stdout
            for text in (key.encode(), Path(snowflake("_KEY")).read_bytes())]
    if same[0] != same[1]:
        return "wrote another key"
    return "the key is shown" if key.split("\n")[1] in done.stdout + done.stderr else None


def fault(status: int, report: dict, link: str, code: str, remedy: str) -> str | None:
    """What is wrong with a report, or nothing."""
    if status != 1 or report["sound"]:
        return f"exit code {status}, sound: {report['sound']}"
    broken = [check for check in report["checks"] if check["status"] == "error"]
    found = [check for check in broken if check["name"] == link]
    if not found:
        return f"named {[check['name'] for check in broken]}"
    told = found[0]["diagnostics"][0]
    if told["code"] != code:
        return f"code {told['code']}: {told['message']}"
    if not any(remedy in hint for hint in told["hints"]):
        return f"hints {told['hints']}"
    return None


def main() -> int:
    binary = Path(sys.argv[1]).resolve()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="reelhouse-setups-") as scratch:
        sound = SetUp(binary, Path(scratch), 0)
        status, report, text = sound.debug()
        if status != 0 or not report["sound"] or any(check["status"] != "ok" for check in report["checks"][4:]):
            print(f"a sound set-up: {text}")
            failures += 1
        if wrong := secret_fault(sound):
            print(f"--write-secret: {wrong}")
            failures += 1
        for number, (title, break_it, link, code, remedy) in enumerate(CASES, 1):
            it = SetUp(binary, Path(scratch), number)
            break_it(it)
            status, report, text = it.debug()
            wrong = fault(status, report, link, code, remedy)
            if ADMIN["secret"] in text:
                wrong = "a secret is shown"
            if wrong:
                failures += 1
                print(f"{title}: {wrong}")
    print(f"{len(CASES)} broken set-ups, {failures} not named as they should be")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
