"""The account that stands in: who may sign in, by what, with which roles and warehouses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

LONGEST_LIFE_SECONDS = 3600
CLOCK_SKEW_SECONDS = 60
ADMINISTRATORS = ("SYSADMIN", "ACCOUNTADMIN")
TOKEN_TYPES = ("KEYPAIR_JWT", "OAUTH", "PROGRAMMATIC_ACCESS_TOKEN")


class SignInError(Exception):
    """A request that is answered by 401, with Snowflake's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def fingerprint(public_key) -> str:
    der = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass
class User:
    name: str
    keys: dict = field(default_factory=dict)
    roles: list = field(default_factory=list)
    default_role: str = "PUBLIC"
    default_warehouse: str | None = None
    default_namespace: str | None = None


class Account:
    """What a configuration says (see `snowflake_server.py`), and what of it changes while the server runs."""

    def __init__(self, configuration: dict) -> None:
        self.configuration = configuration
        self.name = configuration["account"].upper()
        self.users = {name.upper(): self._user(name.upper(), one) for name, one in configuration["users"].items()}
        self.tokens = configuration.get("tokens", {})
        self.warehouses = {name: dict(one) for name, one in configuration.get("warehouses", {}).items()}
        self.grants = configuration.get("grants")
        self.stages = configuration.get("stages", {})
        self.alike = configuration.get("alike")
        self.user_stage = configuration.get("user_stage")
        self.wait_seconds = configuration.get("wait_seconds", 45)
        self.partition_rows = configuration.get("partition_rows", 10_000)
        self.lock_timeout = configuration.get("lock_timeout", 120)
        # Shorter than Snowflake's hour, so that a test can see a token expire.
        self.token_life = configuration.get("token_life", LONGEST_LIFE_SECONDS)
        self.changed = threading.RLock()

    @staticmethod
    def _user(name: str, one: dict) -> User:
        keys = {}
        for path in one.get("public_keys", []):
            key = serialization.load_pem_public_key(Path(path).read_bytes())
            keys[fingerprint(key)] = key
        roles = [role.upper() for role in one.get("roles", [])]
        return User(
            name, keys, roles, one.get("default_role", roles[0] if roles else "PUBLIC").upper(),
            one.get("default_warehouse"), one.get("default_namespace"))

    # Tokens

    def signed_in(self, kind: str | None, token: str) -> User:
        """The user of a token. A type that is not said is OAUTH, as in Snowflake."""
        kind = kind or "OAUTH"
        if kind not in TOKEN_TYPES:
            raise SignInError("390303", "Invalid OAuth access token. ")
        if kind == "KEYPAIR_JWT":
            return self.user_of_jwt(token)
        name = self.tokens.get(kind, {}).get(token)
        if name is None or name.upper() not in self.users:
            if kind == "OAUTH":
                raise SignInError("390303", "Invalid OAuth access token. ")
            raise SignInError("394400", "Programmatic access token is invalid.")
        return self.users[name.upper()]

    def user_of_jwt(self, token: str) -> User:
        def invalid(why: str) -> SignInError:
            # Snowflake tells an id, by which an administrator finds the reason; here the reason is beside it.
            return SignInError("390144", f"JWT token is invalid. [{uuid.uuid4()}] ({why})")

        try:
            head, claims, signature = token.split(".")
            header, claim = json.loads(decoded(head)), json.loads(decoded(claims))
            raw = decoded(signature)
        except (ValueError, binascii.Error):
            raise invalid("it is no JWT") from None
        if header.get("alg") != "RS256":
            raise invalid(f"it is signed by {header.get('alg')}, not RS256")
        account, _, name = str(claim.get("sub", "")).rpartition(".")
        user = self.users.get(name)
        if account != self.name or user is None:
            raise invalid("sub is not ACCOUNT.USER in upper case, or nobody of this account")
        prefix = f"{account}.{name}."
        key = user.keys.get(str(claim.get("iss", "")).removeprefix(prefix)) if str(
            claim.get("iss")).startswith(prefix) else None
        if key is None:
            raise invalid("iss is not ACCOUNT.USER.SHA256:… of a key of the user")
        try:
            key.verify(raw, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise invalid("the signature is not of that key") from None
        issued, expires, now = claim.get("iat"), claim.get("exp"), time.time()
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise invalid("iat and exp are seconds since 1970")
        if issued > now + CLOCK_SKEW_SECONDS:
            raise invalid("it is of the future")
        # A longer life than an hour is cut, not refused.
        if now >= min(expires, issued + self.token_life):
            raise invalid("it has expired")
        return user

    # Roles and warehouses

    def role(self, user: User, wanted: str | None) -> str:
        if not wanted:
            return user.default_role
        if wanted not in [*user.roles, "PUBLIC"]:
            raise KeyError(wanted)
        return wanted

    def is_active(self, warehouse: str | None, role: str) -> bool:
        """Whether statements can run on the warehouse: it is there, the role may use it, it runs or resumes by
        itself."""
        one = self.warehouses.get(warehouse or "")
        if one is None or not self.allows(role, "USAGE", "WAREHOUSE", warehouse):
            return False
        if one.get("state", "STARTED") == "SUSPENDED":
            if not one.get("auto_resume", True):
                return False
            one["state"] = "STARTED"
        return True

    # Privileges

    def privileges(self, role: str, kind: str, name: str) -> set[str]:
        """What a role was granted on an object. Without a list of grants, everything."""
        if self.grants is None or role in ADMINISTRATORS:
            return {"ALL"}
        names = (name, self.alias(name))
        return {one["privilege"] for one in self.grants.get(role, []) if one["on"] == kind and one["name"] in names}

    def alias(self, name: str) -> str:
        """The name in the database whose grants those that begin alike have too."""
        database, dot, rest = name.partition(".")
        if self.alike and database.startswith(self.alike["prefix"]):
            return self.alike["as"] + dot + rest
        return name

    def stage(self, name: str) -> dict | None:
        return self.stages.get(name) or self.stages.get(self.alias(name))

    def allows(self, role: str, privilege: str, kind: str, name: str) -> bool:
        return bool(self.privileges(role, kind, name) & {"ALL", "OWNERSHIP", privilege})
