#!/usr/bin/env python3
"""Snowflake that stands in, on 127.0.0.1: its SQL API, and what its connectors talk to, over one engine (fakesnow on
DuckDB).

    snowflake_server.py PORT CONFIGURATION.json

    {"account": "ORGANIZATION-ACCOUNT",
     "users": {"SVC": {"public_keys": ["svc.pem"], "roles": ["SVC_ROLE"], "default_warehouse": "WH"}},
     "tokens": {"PROGRAMMATIC_ACCESS_TOKEN": {"token": "SVC"}, "OAUTH": {"token": "SVC"}},
     "warehouses": {"WH": {"state": "STARTED", "auto_resume": true}},
     "databases": {"LETTERBOXD": ["RAW", "STAGED", "MAIN"]},
     "grants": {"SVC_ROLE": [{"privilege": "CREATE TABLE", "on": "SCHEMA", "name": "LETTERBOXD.RAW"},
                             {"privilege": "SELECT", "on": "FUTURE TABLES", "name": "LETTERBOXD.RAW"}]},
     "stages": {"LETTERBOXD.RAW.REMOTE": {"url": "s3://bucket/prefix/", "endpoint": "http://127.0.0.1:…", "key": "…", "secret": "…"}},
     "user_stage": "/a/folder", "wait_seconds": 45, "partition_rows": 10000, "lock_timeout": 120, "token_life": 3600}

Only account and users must be there; without grants everybody may do everything. `/control` breaks things: `faults.py`.
"""

from __future__ import annotations

import gzip
import json
import logging
import sys
import warnings
from pathlib import Path

import fakesnow.rowtype
import fakesnow.server as connector
import fakesnow.transforms
import uvicorn
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.instance import FakeSnow
from sqlglot import exp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).resolve().parent))

from snowflake_standin.account import Account, SignInError  # noqa: E402
from snowflake_standin.api import StatementsAPI  # noqa: E402
from snowflake_standin.catalog import Catalog, Relation  # noqa: E402
from snowflake_standin.faults import Faults, FaultyApplication  # noqa: E402
from snowflake_standin.rewriting import MACROS  # noqa: E402
from snowflake_standin.session import Session, WriteLock  # noqa: E402

execute_of_fakesnow = FakeSnowflakeCursor.execute
aggregate_of_fakesnow = fakesnow.transforms.numeric_agg_implicit_cast


def execute(self, command: str, params=None, *arguments, **options):
    """Every statement of a session that has signed in goes through the session; fakesnow's own go as before."""
    session = getattr(self._conn, "standin", None)
    if session is None:
        return execute_of_fakesnow(self, command, params, *arguments, **options)
    session.run(self, command, params, options)
    return self


def aggregate(expression):
    """Sums and averages of what they are of: fakesnow would make doubles of it first, and sums of words inexact."""
    argument = expression.this.copy() if isinstance(expression.this, exp.Expression) else None
    result = aggregate_of_fakesnow(expression)
    inner = result.this if isinstance(result, exp.Alias) else result
    if isinstance(inner.this, exp.TryCast) and not isinstance(argument, exp.TryCast):
        inner.set("this", argument)
    return result


FakeSnowflakeCursor.execute = execute
fakesnow.transforms.numeric_agg_implicit_cast = aggregate
fakesnow.rowtype.duckdb_to_sf_type |= {"SMALLINT": "fixed", "TINYINT": "fixed", "UINTEGER": "fixed", "FLOAT": "real"}


class Server:
    def __init__(self, configuration: dict) -> None:
        self.account = Account(configuration)
        self.engine = FakeSnow(create_database_on_connect=False, create_schema_on_connect=False)
        self.engine.duck_conn.execute("attach ':memory:' as _standin")
        self.engine.duck_conn.execute(MACROS)
        self.catalog = Catalog(self.engine.duck_conn)
        self.lock = WriteLock()
        self.faults = Faults(self)
        self.api = StatementsAPI(self)
        connector.shared_fs = self.engine
        for database, schemas in configuration.get("databases", {}).items():
            self.make(database, schemas)

    def make(self, database: str, schemas: list[str]) -> None:
        if database not in self.catalog.databases():
            connection = self.engine.connect()
            connection.cursor().execute(f"create database {database}")
            connection.close()
        self.furnish(database, schemas)

    def furnish(self, database: str, schemas: list[str]) -> None:
        for schema in schemas:
            if schema != "MAIN":
                self.catalog.cursor().execute(f'create schema if not exists "{database}"."{schema}"')
            self.catalog.schemas[database, schema] = Relation("SYSADMIN", is_transient=schema.endswith("__NEXT"))

    def session(self, user, role: str, warehouse: str | None, connection=None) -> Session:
        return Session(self, connection or self.engine.connect(), user, role, warehouse)

    # What connectors ask for

    async def sign_in(self, request: Request) -> JSONResponse:
        """A connector's sign-in: by key pair or token, as the SQL API has them. Passwords are refused."""
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        data = json.loads(body)["data"]
        kinds = {
            "SNOWFLAKE_JWT": "KEYPAIR_JWT", "OAUTH": "OAUTH", "PROGRAMMATIC_ACCESS_TOKEN": "PROGRAMMATIC_ACCESS_TOKEN"
        }
        try:
            kind = kinds.get(data.get("AUTHENTICATOR", ""))
            if kind is None:
                raise SignInError("390100", "Incorrect username or password was specified.")
            user = self.account.signed_in(kind, data.get("TOKEN", ""))
            role = self.account.role(user, request.query_params.get("roleName"))
        except SignInError as error:
            return refusal(error.code, error.message)
        except KeyError as error:
            return refusal("390189", f"Role {error} specified in the connect string does not exist or not authorized.")
        answer = await connector.login_request(request)
        token = json.loads(answer.body)["data"]["token"]
        connection = connector.sessions[token]
        warehouse = request.query_params.get("warehouse") or user.default_warehouse
        session = self.session(user, role, warehouse and warehouse.upper(), connection)
        # fakesnow takes the schema MAIN for the one that every database of DuckDB has; so it is.
        if connection.database and connection.schema:
            session.enter(connection.database, connection.schema)
        return answer

    async def session_request(self, request: Request) -> JSONResponse:
        if request.query_params.get("delete"):
            connection = connector.sessions.get(connector.to_token(request))
            if connection is not None and getattr(connection, "standin", None):
                connection.standin.close()
        return await connector.session(request)

    def application(self):
        api = self.api
        routes = [
            Route("/api/v2/statements", api.submit, methods=["POST"]),
            Route("/api/v2/statements/{handle}", api.status, methods=["GET"]),
            Route("/api/v2/statements/{handle}/cancel", api.cancel, methods=["POST"]),
            Route("/control", self.faults.control, methods=["GET", "POST"]),
            Route("/session/v1/login-request", self.sign_in, methods=["POST"]),
            Route("/session", self.session_request, methods=["POST"]),
            *connector.routes,
        ]
        return FaultyApplication(Starlette(routes=routes), self.faults)


def refusal(code: str, message: str) -> JSONResponse:
    return JSONResponse({"data": {"authnMethod": ""}, "code": code, "message": message, "success": False})


def main() -> None:
    warnings.simplefilter("ignore")
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    server = Server(json.loads(Path(sys.argv[2]).read_text()))
    uvicorn.run(server.application(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
