"""Snowflake's SQL API, `/api/v2/statements`, as its reference describes it.

Each request is a session of its own: what it leaves open is rolled back at its end, and nothing of USE or ALTER
SESSION outlives it. A statement that is not done after `wait_seconds` (Snowflake's are 45) is answered by 202 and
asked for by its handle. A request whose `requestId` was seen before is answered as the first one was, or will be, and
nothing runs again.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
import uuid

import sqlglot
from sqlglot import TokenType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .account import SignInError
from .errors import canceled, fault, timed_out
from .results import cells, literal, row_type
from .session import BEGIN

PARAMETERS = {
    "BINARY_OUTPUT_FORMAT", "CLIENT_RESULT_CHUNK_SIZE", "DATE_OUTPUT_FORMAT", "MULTI_STATEMENT_COUNT", "QUERY_TAG",
    "ROWS_PER_RESULTSET", "STATEMENT_TIMEOUT_IN_SECONDS", "TIME_OUTPUT_FORMAT", "TIMESTAMP_LTZ_OUTPUT_FORMAT",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT", "TIMESTAMP_OUTPUT_FORMAT", "TIMESTAMP_TZ_OUTPUT_FORMAT", "TIMEZONE",
    "USE_CACHED_RESULT",
}
# Only within several statements: they say something to those behind them.
CONTEXT = ("USE ", "ALTER SESSION", "SET ", "UNSET ", "COMMIT", "ROLLBACK", "CREATE TEMP")
FAILED_CHILD = (
    'JavaScript execution error: Uncaught Execution of multiple statements failed on statement "{}" (at line {}, position {}).\n'
    "{} in SYSTEM$MULTISTMT at '    throw `Execution of multiple statements failed on statement {{0}} (at line {{1}}, position {{2}})."
    "`.replace('{{1}}', LINES[i])' position 4\nstackstrace: \nSYSTEM$MULTISTMT line: 10")


class Refused(Exception):
    """A request that is answered at once."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message}


def pieces(text: str) -> list[tuple[str, int, int]]:
    """The statements of a text, with line and position. A semicolon in a literal or a comment ends nothing."""
    try:
        tokens = sqlglot.tokenize(text, read="snowflake")
    except Exception:  # it is no SQL: let the one statement say so
        return [(text, 1, 0)]
    found, start = [], None
    for token in [*tokens, None]:
        if token is None or token.token_type == TokenType.SEMICOLON:
            if start is not None:
                end = len(text) if token is None else token.start
                before = text[: start.start]
                line = before.count("\n") + 1
                found.append((text[start.start:end].strip(), line, start.start - (before.rfind("\n") + 1)))
            start = None
        elif start is None:
            start = token
    return found


class Statement:
    """A request's statement, or one of several: from its start until somebody has its result."""

    def __init__(self, user, text: str) -> None:
        self.handle, self.user, self.text = str(uuid.uuid4()), user, text
        self.created = int(time.time() * 1000)
        self.is_done = threading.Event()
        self.table = self.error = self.session = None
        self.children: list[Statement] = []
        self.nullable, self.partition_rows, self.is_timed_out = True, 0, False
        self.parts: list = []

    def succeed(self, table) -> None:
        self.table = table
        rows = self.partition_rows
        self.parts = [table.slice(start, rows) for start in range(0, table.num_rows, rows)] or [table]
        self.is_done.set()

    def fail(self, error) -> None:
        self.error = error
        self.is_done.set()


class StatementsAPI:
    def __init__(self, server) -> None:
        self.server, self.account = server, server.account
        self.statements: dict[str, Statement] = {}
        self.requests: dict[tuple, Statement] = {}
        self.changed = threading.Lock()

    # The three operations

    async def submit(self, request: Request) -> Response:
        try:
            user = self.signed_in(request)
            body = await self.body(request)
            statement = self.statement(request, user, body)
        except SignInError as error:
            return JSONResponse({"code": error.code, "message": error.message}, 401)
        except Refused as error:
            return JSONResponse(error.body, error.status)
        wait = 0 if request.query_params.get("async") == "true" else self.account.wait_seconds
        await asyncio.to_thread(statement.is_done.wait, wait)
        return self.answer(statement, request, was_asked=request.query_params.get("async") == "true")

    async def status(self, request: Request) -> Response:
        try:
            user = self.signed_in(request)
            statement = self.found(request, user)
        except SignInError as error:
            return JSONResponse({"code": error.code, "message": error.message}, 401)
        except Refused as error:
            return JSONResponse(error.body, error.status)
        return self.answer(statement, request, partition=request.query_params.get("partition"))

    async def cancel(self, request: Request) -> Response:
        try:
            user = self.signed_in(request)
            statement = self.found(request, user)
        except SignInError as error:
            return JSONResponse({"code": error.code, "message": error.message}, 401)
        except Refused as error:
            return JSONResponse(error.body, error.status)
        if statement.session is not None and not statement.is_done.is_set():
            statement.session.cancel()
            await asyncio.to_thread(statement.is_done.wait, 10)
        if statement.error is None:
            # It was too late.
            return JSONResponse({
                "code": "000605", "sqlState": "02000",
                "message": "Identified SQL statement is not currently executing.", **self.links(statement)
            }, 422)
        return JSONResponse(
            {"code": "000604", "sqlState": "57014", "message": "SQL execution canceled", **self.links(statement)})

    # Requests

    def signed_in(self, request: Request):
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if not request.headers.get("user-agent"):
            raise Refused(400, "391902", "The header User-Agent is missing.")
        accepted = request.headers.get("accept", "*/*")
        if not any(one in accepted for one in ("*/*", "application/json", "application/*")):
            raise Refused(406, "391903", f"Unsupported Accept header {accepted} is specified.")
        if kind.lower() != "bearer" or not token:
            raise SignInError("390101", "Authorization header not found in the request data.")
        return self.account.signed_in(request.headers.get("x-snowflake-authorization-token-type"), token.strip())

    async def body(self, request: Request) -> dict:
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise Refused(415, "391904", "The header Content-Type must be application/json.")
        try:
            body = json.loads(await request.body())
            if not isinstance(body["statement"], str):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise Refused(400, "391901", "The request body is no object with a statement.") from None
        return body

    def found(self, request: Request, user) -> Statement:
        statement = self.statements.get(request.path_params["handle"])
        if statement is None or statement.user is not user:
            raise Refused(404, "000709", f"Statement {request.path_params['handle']} not found")
        return statement

    def statement(self, request: Request, user, body: dict) -> Statement:
        """The statement of a request: a new one, which is started, or that of the same `requestId`."""
        number = request.query_params.get("requestId")
        if number is not None:
            try:
                uuid.UUID(number)
            except ValueError:
                raise Refused(400, "391905", f"requestId {number} is no UUID.") from None
        with self.changed:
            if number is not None and (user.name, number) in self.requests:
                return self.requests[user.name, number]
            statement = Statement(user, body["statement"])
            statement.nullable = request.query_params.get("nullable", "true") != "false"
            statement.partition_rows = self.account.partition_rows
            self.statements[statement.handle] = statement
            if number is not None:
                self.requests[user.name, number] = statement
        threading.Thread(target=self.execute, args=(statement, body), daemon=True).start()
        return statement

    # Execution

    def execute(self, statement: Statement, body: dict) -> None:
        timer = None
        try:
            session = statement.session = self.session(statement.user, body)
        except Exception as error:  # whatever it is, it is what the request is answered
            statement.fail(error)
            return
        try:
            session.handle = statement.handle
            parameters = self.parameters(session, body)
            seconds = int(body.get("timeout") or parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") or 0)
            if seconds:
                timer = threading.Timer(seconds, self.time_out, [statement])
                timer.start()
            table = self.run_all(statement, session, body, int(parameters.get("MULTI_STATEMENT_COUNT", 1)))
            session.close()
            statement.succeed(table)
        except Exception as error:  # the same
            # Closed first: whoever is told of the end sees what is rolled back.
            session.close()
            statement.fail(timed_out(seconds) if statement.is_timed_out else error)
        finally:
            if timer:
                timer.cancel()

    @staticmethod
    def time_out(statement: Statement) -> None:
        statement.is_timed_out = True
        statement.session.cancel()

    def session(self, user, body: dict):
        """A session as the fields of the request say. Names are as they are written, like between quotes."""
        try:
            role = self.account.role(user, body.get("role"))
        except KeyError:
            raise fault(
                390189, "08004",
                f"Role '{body['role']}' specified in the connect string does not exist or not authorized. Contact your "
                "local system administrator, or attempt to login with another role, e.g. PUBLIC.") from None
        warehouse = body.get("warehouse") or user.default_warehouse
        if body.get("warehouse") and body["warehouse"] not in self.account.warehouses:
            raise fault(390201, "08004", "The requested warehouse does not exist or not authorized.")
        session = self.server.session(user, role, warehouse)
        try:
            if database := body.get("database"):
                session.enter(database, body.get("schema"))
            elif user.default_namespace:
                session.enter(*user.default_namespace.split("."))
        except Exception:
            session.close()
            raise fault(390201, "08004", "The requested database or schema does not exist or not authorized.") from None
        return session

    @staticmethod
    def parameters(session, body: dict) -> dict:
        given = {name.upper(): value for name, value in (body.get("parameters") or {}).items()}
        for name in given:
            if name not in PARAMETERS:
                raise fault(1007, "22023", f"SQL compilation error:\ninvalid value [{name}] for parameter")
        session.tag = str(given.get("QUERY_TAG", ""))
        return given

    def run_all(self, statement: Statement, session, body: dict, wanted: int):
        found = pieces(statement.text)
        if wanted not in (0, len(found)):
            raise fault(
                8, "0A000", f"Actual statement count {len(found)} did not match the desired statement count {wanted}.")
        bindings = body.get("bindings") or {}
        if len(found) == 1 and wanted != 0:
            text = found[0][0]
            if text.upper().startswith(CONTEXT) or BEGIN.fullmatch(text):
                raise fault(391911, "0A000", f"Unsupported statement type '{text.split()[0].upper()}'.")
            return self.run(session, bound(text, bindings))
        if bindings:
            raise fault(391912, "0A000", "Bind variables are not supported in a request with several statements.")
        session.need_warehouse()
        for text, line, position in found:
            child = Statement(statement.user, text)
            child.partition_rows, child.nullable = statement.partition_rows, statement.nullable
            statement.children.append(child)
            self.statements[child.handle] = child
            try:
                child.succeed(self.run(session, text))
            except Exception as error:
                child.fail(error)
                if session.is_canceled:
                    raise
                short = text[:30] + "..." if len(text) > 30 else text
                raise fault(100132, "P0000", FAILED_CHILD.format(short, line, position, error.msg)) from error
        import pyarrow as pa

        return pa.table({"multiple statement execution": ["Multiple statements executed successfully."]})

    @staticmethod
    def run(session, text: str):
        if session.is_canceled:
            raise canceled()
        cursor = session.connection.cursor()
        cursor.execute(text, server=True)
        return cursor._arrow_table

    # Answers

    def answer(
            self,
            statement: Statement,
            request: Request,
            was_asked: bool = False,
            partition: str | None = None) -> Response:
        if not statement.is_done.is_set():
            message = (
                "Asynchronous execution in progress. Use provided query id to perform query monitoring and management."
                if was_asked else
                "SQL execution in progress. Use provided query id to perform query monitoring and management.")
            return JSONResponse(
                {"code": "333334" if was_asked else "333333", "message": message, **self.links(statement)}, 202)
        if statement.error is not None:
            return self.failure(statement)
        number = int(partition or 0) if (partition or "0").isdigit() else -1
        if not 0 <= number < len(statement.parts):
            return JSONResponse(
                {"code": "391906", "message": f"There is no partition {partition}.", **self.links(statement)}, 400)
        data = cells(statement.parts[number], statement.nullable)
        if partition is not None and number > 0:
            # Partitions behind the first are always compressed.
            content = gzip.compress(json.dumps({"data": data}).encode(), 1)
            return Response(content, 200, {"Content-Encoding": "gzip"}, "application/json")
        body = {
            "resultSetMetaData": {
                "numRows": statement.table.num_rows, "format": "jsonv2",
                "partitionInfo": [{"rowCount": part.num_rows, "uncompressedSize": part.nbytes}
                                  for part in statement.parts], "rowType": row_type(statement.table.schema)
            }, "data": data, "code": "090001", "sqlState": "00000", "message": "Statement executed successfully.",
            "createdOn": statement.created, **self.links(statement)
        }
        if statement.children:
            body["statementHandles"] = [child.handle for child in statement.children]
        if stats := statistics(statement.table):
            body["stats"] = stats
        return JSONResponse(body)

    def failure(self, statement: Statement) -> Response:
        error = statement.error
        status = 408 if error.errno == 630 else 422
        return JSONResponse({
            "code": f"{error.errno:06d}", "sqlState": error.sqlstate, "message": error.msg,
            "createdOn": statement.created, **self.links(statement)
        }, status)

    @staticmethod
    def links(statement: Statement) -> dict:
        return {"statementHandle": statement.handle, "statementStatusUrl": f"/api/v2/statements/{statement.handle}"}


PLACEHOLDERS = (TokenType.PLACEHOLDER, TokenType.QDCOLON)


def bound(text: str, bindings: dict) -> str:
    """A statement with its question marks replaced by the bound values, by number."""
    # `?::` is one token to sqlglot.
    marks = [token for token in sqlglot.tokenize(text, read="snowflake") if token.token_type in PLACEHOLDERS]
    if not bindings and not marks:
        return text
    if sorted(map(int, bindings)) != list(range(1, len(marks) + 1)):
        raise fault(2049, "42601", "SQL compilation error: error line 1 at position 0\nBind variable ? not set.")
    for number, token in reversed(list(enumerate(marks, 1))):
        try:
            value = literal(bindings[str(number)])
        except (ValueError, ArithmeticError, KeyError) as error:
            raise fault(391913, "22023", f"The value of bind variable {number} is not of its type: {error}") from None
        text = f"{text[:token.start]}({value}){text[token.start + 1:]}"
    return text


STATISTICS = {
    "number of rows inserted": "numRowsInserted", "number of rows updated": "numRowsUpdated",
    "number of rows deleted": "numRowsDeleted", "number of multi-joined rows updated": "numDuplicateRowsUpdated",
}


def statistics(table) -> dict:
    if table.num_rows != 1 or not set(table.column_names) <= set(STATISTICS):
        return {}
    none = {"numRowsInserted": 0, "numRowsUpdated": 0, "numRowsDeleted": 0, "numDuplicateRowsUpdated": 0}
    return none | {STATISTICS[name]: int(table.column(name)[0].as_py()) for name in table.column_names}
