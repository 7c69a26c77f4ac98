"""What a role may do, roughly: by the kind of a statement and the objects that it names. Owners may do everything.

Without a list of grants everybody may do everything. Privileges are asked for as Snowflake asks: USAGE of database,
schema and warehouse; SELECT, INSERT, UPDATE, DELETE, TRUNCATE of tables and views, by grants on them or on the
schema's FUTURE ones; CREATE … of a schema; ownership to replace, change or drop. An object of which a role has no
privilege at all does not exist for it.
"""

from __future__ import annotations

from sqlglot import exp

from .account import ADMINISTRATORS
from .errors import insufficient, not_there

NEEDED = {exp.Insert: "INSERT", exp.Update: "UPDATE", exp.Delete: "DELETE", exp.TruncateTable: "TRUNCATE"}


def check(session, expression: exp.Expression) -> None:
    """Before anything is done: the warehouse, and the privileges."""
    if isinstance(expression, exp.Create) and expression.kind == "DATABASE" and not is_administrator(session):
        raise insufficient("account", session.account.name)
    targets = written(expression)
    reads = read(expression, [table for table, _ in targets])
    is_query = isinstance(expression, (exp.Query, exp.Insert, exp.Update, exp.Delete, exp.Merge)) or (
        isinstance(expression, exp.Create) and expression.expression is not None and expression.kind == "TABLE")
    if is_query and (targets or reads):
        session.need_warehouse()
    for table in reads:
        if isinstance(table.this, exp.Identifier) and "INFORMATION_SCHEMA" != table.db.upper():
            need(session, session.path_of(table), ["SELECT"])
    for table, privileges in targets:
        path = session.path_of(table)
        if privileges == ["CREATE"]:
            create(session, expression, path)
        else:
            need(session, path, privileges)


def written(expression: exp.Expression) -> list[tuple[exp.Table, list[str]]]:
    """The tables that a statement changes, with the privileges for it."""
    if isinstance(expression, exp.TruncateTable):
        return [(table, ["TRUNCATE"]) for table in expression.expressions]
    if isinstance(expression, exp.Drop):
        kind = expression.args.get("kind")
        return [(expression.find(exp.Table), ["OWNERSHIP"])] if kind in ("TABLE", "VIEW") else []
    if isinstance(expression, exp.Alter):
        return [(expression.find(exp.Table), ["OWNERSHIP"])] if expression.args.get("kind") in ("TABLE", "VIEW") else []
    target = expression.this
    if isinstance(target, exp.Schema):
        target = target.this
    if not isinstance(target, exp.Table):
        return []
    if isinstance(expression, exp.Create):
        return [(target, ["CREATE"])] if expression.kind in ("TABLE", "VIEW") else []
    if isinstance(expression, exp.Merge):
        kinds = {type(when.args.get("then")) for when in expression.find_all(exp.When)}
        words = {exp.Insert: "INSERT", exp.Update: "UPDATE"}
        return [(target, [words.get(kind, "DELETE") for kind in kinds])]
    privilege = NEEDED.get(type(expression))
    return [(target, [privilege])] if privilege else []


def read(expression: exp.Expression, targets: list[exp.Table]) -> list[exp.Table]:
    if isinstance(expression, (exp.Drop, exp.Alter, exp.Show, exp.Use, exp.Describe)):
        return []
    if isinstance(expression, exp.Create) and expression.kind not in ("TABLE", "VIEW"):
        return []
    names = {cte.alias_or_name.upper() for cte in expression.find_all(exp.CTE)}
    return [
        table for table in expression.find_all(exp.Table)
        if not any(table is target for target in targets) and not (not table.db and table.name.upper() in names)]


def granted(session, path: tuple, kind: str) -> set[str]:
    account, role = session.account, session.role
    database, schema, _ = path
    if session.catalog.known(*path).owner == role:
        return {"OWNERSHIP"}
    return account.privileges(role, kind, ".".join(path)) | account.privileges(
        role, f"FUTURE {kind}S", f"{database}.{schema}")


def usable(session, database: str, schema: str) -> None:
    if not session.account.privileges(session.role, "DATABASE", database):
        raise not_there("Database", database)
    if not session.account.privileges(session.role, "SCHEMA", f"{database}.{schema}"):
        raise not_there("Schema", f"{database}.{schema}")


def is_administrator(session) -> bool:
    return session.account.grants is None or session.role in ADMINISTRATORS


def need(session, path: tuple, privileges: list[str]) -> None:
    database, schema, name = path
    if is_administrator(session):
        return
    usable(session, database, schema)
    kind = session.catalog.kind_of(*path)
    if kind is None:
        return
    has = granted(session, path, kind)
    if not has:
        raise not_there("Object", ".".join(path))
    if "OWNERSHIP" not in has and "ALL" not in has and set(privileges) - has:
        raise insufficient(kind.lower(), name)


def create(session, expression: exp.Create, path: tuple) -> None:
    database, schema, name = path
    if is_administrator(session):
        return
    usable(session, database, schema)
    there = session.catalog.kind_of(*path)
    if there and expression.args.get("replace"):
        need(session, path, ["OWNERSHIP"])
    if not session.account.allows(session.role, f"CREATE {expression.kind}", "SCHEMA", f"{database}.{schema}"):
        raise insufficient("schema", schema)
