"""A small client of the SQL API for the tests, which asks for everything that a real one would."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding


@dataclass
class Answer:
    status: int
    body: dict
    headers: dict

    @property
    def rows(self) -> list:
        assert self.status == 200, (self.status, self.body)
        return self.body["data"]


def segment(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def jwt(key_path, account: str, user: str, **changes) -> str:
    """A key-pair token. `changes` spoil it: claims by name, `alg`, or `signer`, another key."""
    key = serialization.load_pem_private_key(open(key_path, "rb").read(), None)
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    print_ = "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()
    now = int(time.time())
    claims = {"iss": f"{account}.{user}.{print_}", "sub": f"{account}.{user}", "iat": now, "exp": now + 3600}
    claims |= {name: value for name, value in changes.items() if name in ("iss", "sub", "iat", "exp")}
    head = {"alg": changes.get("alg", "RS256"), "typ": "JWT"}
    text = ".".join(segment(json.dumps(one).encode()) for one in (head, claims))
    signature = (changes.get("signer") or key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{segment(signature)}"


class Client:
    def __init__(self, url: str, token: str, kind: str | None, **fields) -> None:
        self.url, self.token, self.kind, self.fields = url, token, kind, fields

    def request(self, method: str, path: str, body: dict | None = None, **headers) -> Answer:
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Accept": "application/json",
            "User-Agent": "reelhouse-tests/1", **headers}
        if self.kind:
            headers["X-Snowflake-Authorization-Token-Type"] = self.kind
        request = urllib.request.Request(
            self.url + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, content, got = answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            status, content, got = error.code, error.read(), dict(error.headers)
        if got.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(status, json.loads(content), got)

    def submit(self, statement: str, count: int | None = None, query: str = "", **more) -> Answer:
        body = {"statement": statement, **self.fields, **more}
        if count is not None:
            body["parameters"] = {**body.get("parameters", {}), "MULTI_STATEMENT_COUNT": str(count)}
        query = query or f"requestId={uuid.uuid4()}"
        return self.request("POST", f"/api/v2/statements?{query}", body)

    def status(self, handle: str, partition: int | None = None) -> Answer:
        suffix = "" if partition is None else f"?partition={partition}"
        return self.request("GET", f"/api/v2/statements/{handle}{suffix}")

    def rows(self, statement: str, **more) -> list:
        """All rows of one statement, of all partitions."""
        answer = self.submit(statement, **more)
        rows = answer.rows
        for number in range(1, len(answer.body["resultSetMetaData"]["partitionInfo"])):
            rows = rows + self.status(answer.body["statementHandle"], number).rows
        return rows

    def all_rows(self, statements: str) -> list[list]:
        """The rows of each of several statements in one request."""
        answer = self.submit(statements, 0)
        assert answer.status == 200, answer.body
        return [self.status(handle).rows for handle in answer.body["statementHandles"]]

    def error(self, statement: str, **more) -> tuple[str, str]:
        answer = self.submit(statement, **more)
        assert answer.status in (408, 422), (answer.status, answer.body)
        return answer.body["code"], answer.body["message"]
