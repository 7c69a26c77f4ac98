"""Snowflake that stands in, set up as Terraform sets up the real one: user, key, roles, warehouse, database, grants.

Databases whose names begin with LETTERBOXD_TEST have the grants of LETTERBOXD, so that each test may have its own:
`/control` makes them.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ACCOUNT, USER, ROLE, READER = "REELHOUSE-STANDIN", "SVC_LETTERBOXD", "SVC_LETTERBOXD_ROLE", "LETTERBOXD_READER"
WAREHOUSE, DATABASE = "LETTERBOXD_WH", "LETTERBOXD"
SCHEMAS = ["RAW", "STAGED", "MAIN", "RAW__NEXT", "STAGED__NEXT", "MAIN__NEXT"]


def grants() -> dict:
    """Those of `terraform/modules/snowflake/grants.tf`; `test_snowflake_setup.py` compares."""

    def on(kind: str, name: str, *privileges: str) -> list[dict]:
        return [{"privilege": privilege, "on": kind, "name": name} for privilege in privileges]

    service = {
        "RAW": ["USAGE", "CREATE TABLE"],
        "STAGED": ["USAGE", "CREATE TABLE", "CREATE VIEW"],
        "MAIN": ["USAGE", "CREATE TABLE", "CREATE VIEW"],
        "RAW__NEXT": ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"],
        "STAGED__NEXT": ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"],
        "MAIN__NEXT": ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"],
    }
    both = [*on("WAREHOUSE", WAREHOUSE, "USAGE"), *on("DATABASE", DATABASE, "USAGE")]
    of_service, of_reader = list(both), list(both)
    for schema, privileges in service.items():
        of_service += on("SCHEMA", f"{DATABASE}.{schema}", *privileges)
    for layer in ("RAW", "STAGED", "MAIN"):
        of_service += on("FUTURE TABLES", f"{DATABASE}.{layer}", "SELECT", "INSERT", "DELETE")
        of_service += on("FUTURE VIEWS", f"{DATABASE}.{layer}", "SELECT")
        of_reader += on("SCHEMA", f"{DATABASE}.{layer}", "USAGE")
        of_reader += on("FUTURE TABLES", f"{DATABASE}.{layer}", "SELECT")
        of_reader += on("FUTURE VIEWS", f"{DATABASE}.{layer}", "SELECT")
    of_service += on("STAGE", f"{DATABASE}.RAW__NEXT.REMOTE", "USAGE")
    return {ROLE: of_service, READER: of_reader}


def write_private(path: Path, content: bytes) -> Path:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    return path


@dataclass
class Snowflake:
    """Where it listens, and what signs in to it."""

    port: int
    folder: Path
    key: Path
    encrypted_key: Path
    passphrase: str
    token: str
    oauth_token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def control_url(self) -> str:
        return f"{self.url}/control"

    @property
    def user_stage(self) -> Path:
        return self.folder / "user-stage"

    def control(self, **changes) -> dict:
        request = urllib.request.Request(self.control_url, json.dumps(changes).encode() if changes else None)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def variables(self) -> dict[str, str]:
        values = {
            "": self.url, "_ACCOUNT": ACCOUNT, "_USER": USER, "_KEY": str(self.key),
            "_ENCRYPTED_KEY": str(self.encrypted_key), "_PASSPHRASE": self.passphrase, "_TOKEN": self.token,
            "_OAUTH_TOKEN": self.oauth_token, "_ROLE": ROLE, "_READER_ROLE": READER, "_ADMIN_ROLE": "SYSADMIN",
            "_WAREHOUSE": WAREHOUSE, "_DATABASE": DATABASE, "_SCHEMA": "MAIN", "_CONTROL": self.control_url,
            "_USER_STAGE": str(self.user_stage),
        }
        return {f"REELHOUSE_TEST_SNOWFLAKE{name}": value for name, value in values.items()}

    def connect(self, **more):
        """By Snowflake's own connector for Python."""
        import snowflake.connector

        os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"
        options = {
            "host": "127.0.0.1", "port": self.port, "protocol": "http", "account": ACCOUNT, "user": USER,
            "private_key_file": str(self.key), "session_parameters": {"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False}}
        return snowflake.connector.connect(**options | more)


def start_snowflake(servers, port: int, stage: dict | None = None, **settings) -> Snowflake:
    """Starts it among `servers`, with a key of its own. `stage` is the external one that Terraform makes for COPY."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    folder = servers.folder / "snowflake"
    folder.mkdir(mode=0o700)
    (folder / "user-stage").mkdir()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    passphrase = secrets.token_hex(8)

    def pem(encryption) -> bytes:
        return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    public = write_private(folder / "public.pem", key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    found = Snowflake(
        port, folder, write_private(folder / "key.pem", pem(serialization.NoEncryption())),
        write_private(folder / "encrypted.pem", pem(serialization.BestAvailableEncryption(passphrase.encode()))),
        passphrase, secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    configuration = {
        "account": ACCOUNT, "users": {
            USER: {
                "public_keys": [str(public)], "roles": [ROLE, READER, "SYSADMIN"], "default_warehouse": WAREHOUSE,
                "default_namespace": f"{DATABASE}.MAIN"
            }
        }, "tokens": {"PROGRAMMATIC_ACCESS_TOKEN": {found.token: USER}, "OAUTH": {found.oauth_token: USER}},
        "warehouses": {WAREHOUSE: {"state": "STARTED",
                                   "auto_resume": True}}, "databases": {DATABASE: SCHEMAS}, "grants": grants(),
        "alike": {"prefix": "LETTERBOXD_TEST",
                  "as": DATABASE}, "stages": {f"{DATABASE}.RAW__NEXT.REMOTE": stage} if stage else {},
        "user_stage": str(found.user_stage), **settings
    }
    write_private(folder / "configuration.json", json.dumps(configuration, indent=1).encode())
    servers.start("snowflake", [sys.executable, HERE / "snowflake_server.py", port, folder / "configuration.json"])
    return found


def wait_for_snowflake(servers, snowflake: Snowflake) -> None:
    servers.wait("snowflake", lambda: socket.create_connection(("127.0.0.1", snowflake.port), 1).close())
