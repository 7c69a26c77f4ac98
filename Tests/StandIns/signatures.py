#!/usr/bin/env python3
"""Requests signed by botocore, which the Swift tests sign again: `signatures.py OUTPUT.json [SEED [COUNT]]`."""

from __future__ import annotations

import datetime
import hashlib
import json
import random
import sys
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ALPHABET = "abcXYZ019-._~ /+&=?#%:;,@!$'()*[]<>\"\\^`{}|\u00fc\u00e9\u6f22\U0001f600"


def text(source: random.Random, most: int, without: str = "") -> str:
    letters = [one for one in ALPHABET if one not in without]
    return "".join(source.choice(letters) for _ in range(source.randint(1, most)))


def segments(key: str) -> str:
    """A path that has neither empty nor dotted segments, which clients may write in more than one way."""
    return "/".join("x" if one in ("", ".", "..") else one for one in key.split("/"))


def fact(source: random.Random) -> dict:
    service = source.choice(["s3", "glue", "sts", "secretsmanager"])
    # S3 takes every path as it stands.
    key = text(source, 12) if service == "s3" else segments(text(source, 12))
    # botocore reads the query out of the address again and does not see values that are empty there.
    query = [[text(source, 6), text(source, 6)] for _ in range(source.randint(0, 4))]
    headers = [[f"X-{name}", text(source, 8).strip() or "v"] for name in source.sample("abcdef", source.randint(0, 3))]
    headers = [[name, value.encode("ascii", "ignore").decode().strip() or "v"] for name, value in headers]
    result = {
        "service": service, "region": source.choice(["us-east-1", "eu-central-1", "ap-southeast-2"]),
        "method": source.choice(["GET", "PUT", "POST", "DELETE", "HEAD"]), "host": "host.example.com", "key": key,
        "query": query, "headers": headers, "body": text(source, 20) if source.random() < 0.5 else "",
        "access_key": "AK" + text(source, 8, without=ALPHABET[10:]), "secret": text(source, 30),
        "token": text(source, 20, without=" ") if source.random() < 0.5 else None,
        "seconds": source.randint(1_400_000_000, 2_000_000_000), "expires": source.randint(1, 604_800),
    }
    result["authorization"], result["presigned"] = sign(result, False), sign(result, True)
    return result


def sign(fact: dict, is_presigned: bool) -> str:
    """The signature alone."""
    credentials = Credentials(fact["access_key"], fact["secret"], fact["token"])
    query = "&".join(f"{quote(name, safe='-._~')}={quote(value, safe='-._~')}" for name, value in fact["query"])
    url = f"https://{fact['host']}/{quote(fact['key'], safe='-._~/')}" + (f"?{query}" if query else "")
    body = b"" if is_presigned else fact["body"].encode()
    request = AWSRequest(fact["method"], url, headers=dict(fact["headers"]), data=body)
    is_s3 = fact["service"] == "s3"
    if is_presigned:
        kind = botocore.auth.S3SigV4QueryAuth if is_s3 else botocore.auth.SigV4QueryAuth
        signer = kind(credentials, fact["service"], fact["region"], expires=fact["expires"])
    else:
        kind = botocore.auth.S3SigV4Auth if is_s3 else botocore.auth.SigV4Auth
        signer = kind(credentials, fact["service"], fact["region"])
        if is_s3:
            request.context["client_config"] = mock.Mock(s3={"payload_signing_enabled": True})
            request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
    now = datetime.datetime.fromtimestamp(fact["seconds"], datetime.timezone.utc).replace(tzinfo=None)
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        signer.add_auth(request)
    if is_presigned:
        return request.url.partition("X-Amz-Signature=")[2].partition("&")[0]
    return request.headers["Authorization"].partition("Signature=")[2]


def write(path: Path, seed: int, count: int) -> None:
    source = random.Random(seed)
    facts = [fact(source) for _ in range(count)]
    path.write_text(json.dumps(facts))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, int(sys.argv[3]) if len(sys.argv) > 3 else 500)
