"""A session: who, as which role, on which warehouse, in which transaction. Statements of the SQL API and of
connectors pass here.

Transactions are Snowflake's (READ COMMITTED, one writer of a table at a time) on DuckDB's snapshots: until a
transaction first writes, each of its statements sees what is committed; the first one that writes waits until no
other session writes, anywhere, begins DuckDB's transaction, and keeps the others waiting until its end. A statement
that defines something commits first. Otherwise than in Snowflake, a statement that fails ends the transaction.
"""

from __future__ import annotations

import itertools
import re
import threading
import time

import sqlglot
from sqlglot import exp

from . import copying, defining, showing
from .errors import canceled, fault, no_warehouse, not_there, translated
from .names import parts
from .privileges import check
from .rewriting import rewritten

DONE = "select 'Statement executed successfully.'::varchar as \"status\""
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.TruncateTable)
BEGIN = re.compile(r"\s*(begin(\s+(work|transaction))?(\s+name\s+\S+)?|start\s+transaction(\s+name\s+\S+)?)\s*", re.I)
WAIT = re.compile(r"\s*(?:select|call)\s+system\$wait\s*\(\s*([\d.]+)\s*(?:,\s*'SECONDS'\s*)?\)\s*", re.I)
numbers = itertools.count(1)


class WriteLock:
    """One session writes at a time."""

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self.owner = None

    def take(self, session) -> None:
        end = time.monotonic() + session.lock_timeout
        with self.condition:
            while self.owner not in (None, session):
                if session.is_canceled:
                    raise canceled()
                if time.monotonic() > end:
                    raise fault(
                        625, "57014",
                        f"Statement '{self.owner.handle}' has locked table in transaction {self.owner.number} and "
                        "this lock has not yet been released.")
                self.condition.wait(0.05)
            self.owner = session

    def release(self, session) -> None:
        with self.condition:
            if self.owner is session:
                self.owner = None
                self.condition.notify_all()


class Session:
    def __init__(self, server, connection, user, role: str, warehouse: str | None) -> None:
        self.server, self.connection = server, connection
        self.account, self.catalog, self.lock = server.account, server.catalog, server.lock
        self.user, self.role, self.warehouse = user, role, warehouse
        self.number = next(numbers)
        self.lock_timeout = self.account.lock_timeout
        self.tag, self.handle = "", None
        self.is_autocommit = connection._autocommit
        connection._autocommit = True
        connection.standin = self
        self.in_transaction = self.is_writing = self.is_canceled = False

    @property
    def duck(self):
        return self.connection._duck_conn

    @property
    def database(self) -> str | None:
        return self.connection.database

    @property
    def schema(self) -> str | None:
        return self.connection.schema

    def path(self, names: list[str]) -> tuple[str, str, str]:
        """Database, schema and name of a relation."""
        full = [*[self.database, self.schema][: 3 - len(names)], *names]
        if full[0] is None or full[1] is None:
            raise fault(
                90105, "22000",
                "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or "
                "use a qualified name.")
        return tuple(full)

    def path_of(self, table: exp.Table) -> tuple[str, str, str]:
        return self.path([
            one.name if one.quoted else one.name.upper()
            for one in (table.args.get("catalog"), table.args.get("db"), table.this) if isinstance(one, exp.Identifier)])

    def register(self, name: str, rows) -> str:
        name = f"_standin_{name}"
        self.duck.register(name, rows)
        return name

    # Statements

    def run(self, cursor, command: str, params, options: dict) -> None:
        self.server.faults.ran(self, command)
        try:
            self._run(cursor, command, params, options)
        except Exception as error:
            if self.is_writing:
                self.roll_back()
            if self.is_canceled:
                raise canceled() from None
            raise translated(error) from error

    def _run(self, cursor, command: str, params, options: dict) -> None:
        if options.get("binding_params"):
            params = options["binding_params"]
        else:
            command, params = cursor._rewrite_with_params(command, params)
        command = cursor._inline_variables(command).strip().rstrip(";")
        if BEGIN.fullmatch(command):
            self.in_transaction = True
            return self.answer(cursor)
        if match := WAIT.fullmatch(command):
            return self.wait(cursor, float(match[1]))
        if (rows := showing.answer(self, command)) is not None:
            name = self.register("result", rows)
            return self.answer(cursor, f'select * from temp.main."{name}"')
        if self.context(command) or defining.grant(self, command) or defining.comment(self, command):
            return self.answer(cursor)
        if (said := defining.schema(self, cursor, command)) is not None:
            return self.answer(cursor, f"select '{said}'::varchar as \"status\"")
        if re.match(r"\s*copy\s+into\b", command, re.I):
            rows = self.writing(lambda: copying.copy(self, cursor, command))
            name = self.register("result", rows)
            return self.answer(cursor, f'select * from temp.main."{name}"')
        expression = sqlglot.parse_one(command, read="snowflake")
        if isinstance(expression, exp.Commit):
            self.commit()
            return self.answer(cursor)
        if isinstance(expression, exp.Rollback):
            self.roll_back()
            return self.answer(cursor)
        check(self, expression)
        if isinstance(expression, exp.Merge):
            self.writing(lambda: self.merge(cursor, expression, params))
        elif isinstance(expression, WRITES):
            self.writing(lambda: self.pass_on(cursor, expression, params))
        elif isinstance(expression, (exp.Create, exp.Drop, exp.Alter)):
            self.defining(lambda: defining.define(self, cursor, expression, command, params))
        else:
            self.pass_on(cursor, expression, params)

    def pass_on(self, cursor, expression: exp.Expression, params) -> None:
        """To fakesnow, as its own `execute` does it, but for what is rewritten before."""
        params = list(params) if isinstance(params, tuple) else params
        cursor.check_db_and_schema(expression)
        expression = rewritten(expression, self)
        for statement in cursor._transform_explode(expression):
            transformed = cursor._transform(statement, params)
            cursor._execute(transformed, params if transformed.find(exp.Placeholder) else None)

    def merge(self, cursor, expression: exp.Merge, params) -> None:
        """By DuckDB's own MERGE; fakesnow's would need a second database in the transaction."""
        kinds = {exp.Insert: ("INSERT", "inserted"), exp.Update: ("UPDATE", "updated")}
        wanted = [kinds.get(type(when.args.get("then")), ("DELETE", "deleted")) for when in expression.find_all(exp.When)]
        cursor.check_db_and_schema(expression)
        text = cursor._transform(rewritten(expression, self), params).sql(dialect="duckdb")
        found = [action for (action,) in self.duck.execute(f"{text} returning merge_action", params).fetchall()]
        counts = ", ".join(f"{found.count(word)} as \"number of rows {name}\"" for word, name in dict.fromkeys(wanted))
        self.answer(cursor, f"select {counts}")

    def wait(self, cursor, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.is_canceled:
                raise canceled()
            time.sleep(min(0.05, max(0, end - time.monotonic())))
        self.answer(cursor, f"select 'waited {seconds:g} seconds'::varchar as \"SYSTEM$WAIT({seconds:g})\"")

    def answer(self, cursor, text: str = DONE) -> None:
        cursor._execute(sqlglot.parse_one(text, read="duckdb"))

    def context(self, command: str) -> bool:
        """USE, and ALTER SESSION."""
        if match := re.fullmatch(r"\s*use\s+(role|warehouse|secondary\s+roles)\s+(.+)", command, re.I | re.S):
            kind = match[1].lower()
            if kind == "role":
                (name,) = parts(match[2])
                if name not in [*self.user.roles, "PUBLIC"]:
                    raise fault(
                        3013, "42501",
                        f"SQL access control error:\nRequested role '{name}' is not assigned to the executing user. "
                        "Specify another role to activate.")
                self.role = name
            elif kind == "warehouse":
                (name,) = parts(match[2])
                if name not in self.account.warehouses or not self.account.allows(self.role, "USAGE", "WAREHOUSE", name):
                    raise fault(
                        2043, "02000",
                        "SQL compilation error:\nObject does not exist, or operation cannot be performed.")
                self.warehouse = name
            return True
        if match := re.fullmatch(r"\s*use\s+(?:(database|schema)\s+)?(.+)", command, re.I | re.S):
            names = parts(match[2])
            is_database = (match[1] or "database" if len(names) == 1 else "schema").lower() == "database"
            self.enter(names[0] if is_database or len(names) == 2 else self.database, None if is_database else names[-1])
            return True
        if match := re.fullmatch(r"\s*alter\s+session\s+(set|unset)\s+(.+)", command, re.I | re.S):
            for name, value in re.findall(r"(\w+)(?:\s*=\s*('(?:[^']|'')*'|\w+))?", match[2]):
                if name.upper() == "QUERY_TAG":
                    self.tag = value.strip("'") if match[1].lower() == "set" else ""
                elif name.upper() == "LOCK_TIMEOUT":
                    self.lock_timeout = int(value) if match[1].lower() == "set" else self.account.lock_timeout
                elif name.upper() == "AUTOCOMMIT":
                    self.is_autocommit = value.lower() != "false"
            return True
        return False

    def enter(self, database: str, schema: str | None) -> None:
        if database not in self.catalog.databases() or not self.account.privileges(self.role, "DATABASE", database):
            raise not_there("Database", database)
        names = self.catalog.schema_names(database)
        if schema is not None and not self.catalog.has_schema(database, schema):
            raise not_there("Schema", f"{database}.{schema}")
        if schema is None and "PUBLIC" in names:
            schema = "PUBLIC"
        inner = {"INFORMATION_SCHEMA": "_fs_information_schema", None: "main"}.get(schema, schema)
        self.duck.execute(f"set schema='{database}.{inner}'")
        connection = self.connection
        connection.database, connection.database_set = database, True
        connection._schema, connection.schema_set = schema, schema is not None
        if schema == "INFORMATION_SCHEMA":
            connection._schema = "_FS_INFORMATION_SCHEMA"

    def leave(self) -> None:
        """The database is gone."""
        self.duck.execute("use memory.main")
        self.connection.database = self.connection._schema = None
        self.connection.database_set = self.connection.schema_set = False

    # Transactions

    def writing(self, action):
        """Does what changes rows: in the transaction that is open, else in one of its own."""
        if not self.is_autocommit:
            self.in_transaction = True
        self.lock.take(self)
        if not self.is_writing:
            try:
                self.duck.begin()
            except BaseException:
                self.lock.release(self)
                raise
            self.is_writing = True
        result = action()
        if not self.in_transaction:
            self.end("commit")
        return result

    def defining(self, action):
        """Does what defines something: what was open is committed first, and this by itself."""
        self.commit()
        self.lock.take(self)
        try:
            return action()
        finally:
            self.lock.release(self)

    def commit(self) -> None:
        self.end("commit")

    def roll_back(self) -> None:
        self.end("rollback")

    def end(self, how: str) -> None:
        was_writing, self.in_transaction, self.is_writing = self.is_writing, False, False
        try:
            if was_writing:
                getattr(self.duck, how)()
        finally:
            self.lock.release(self)

    def need_warehouse(self) -> None:
        if not self.account.is_active(self.warehouse, self.role):
            raise no_warehouse()

    def cancel(self) -> None:
        self.is_canceled = True
        self.duck.interrupt()

    def close(self) -> None:
        """What is open is rolled back, as when a connection is lost."""
        try:
            self.roll_back()
        except Exception:  # it is gone either way
            pass
        self.duck.close()
