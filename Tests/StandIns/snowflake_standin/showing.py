"""SHOW and DESCRIBE: rows of the catalog under the column names that Snowflake gives them."""

from __future__ import annotations

import re

import pyarrow as pa

from .errors import fault, not_there
from .names import matches, parts, tokens_of

SHOW = re.compile(
    r"\s*show\s+(?:terse\s+)?(tables|views|objects|schemas|columns|warehouses|databases|grants|roles|stages)\b(.*)",
    re.I | re.S)
DESCRIBE = re.compile(r"\s*desc(?:ribe)?\s+(table|view)\s+(.*)", re.I | re.S)


def answer(session, text: str) -> pa.Table | None:
    """The answer to a SHOW or DESCRIBE; None for any other statement."""
    if match := DESCRIBE.fullmatch(text):
        return describe(session, match[1].upper(), match[2])
    if match := SHOW.fullmatch(text):
        kind, rest = match[1].lower(), match[2]
        if kind == "grants":
            return grants(session, rest)
        like, scope = clauses(rest)
        table = SHOWN[kind](session, scope)
        if like is not None:
            name = "column_name" if kind == "columns" else "name"
            keep = [matches(like, value) for value in table.column(name).to_pylist()]
            table = table.filter(pa.array(keep, pa.bool_()))
        return table
    return None


def clauses(rest: str) -> tuple[str | None, tuple[str, list[str]] | None]:
    """LIKE's pattern and IN's kind and names."""
    like = re.search(r"\blike\s+'((?:[^']|'')*)'", rest, re.I)
    rest = rest[:like.start()] + rest[like.end():] if like else rest
    rest = re.sub(r"\b(starts\s+with\s+'[^']*'|limit\s+\d+(\s+from\s+'[^']*')?)", "", rest, flags=re.I)
    scope = re.search(r"\bin\s+(?:(account|database|schema|table|view)\b)?\s*(.*)", rest, re.I | re.S)
    found = None
    if scope:
        found = ((scope[1] or "").upper(), parts(scope[2].strip()) if scope[2].strip() else [])
    return (like[1].replace("''", "'") if like else None), found


def places(session, scope) -> list[tuple[str, str | None]]:
    """(database, schema or all) that a SHOW is about."""
    if scope is None:
        if session.database is None:
            return [(name, None) for name in session.catalog.databases()]
        return [(session.database, session.schema)]
    kind, names = scope
    if kind == "ACCOUNT":
        return [(name, None) for name in session.catalog.databases()]
    if kind == "DATABASE" or (not kind and len(names) == 1 and names[0] in session.catalog.databases()):
        database = names[0] if names else session.database
        if database not in session.catalog.databases():
            raise not_there("Database", database)
        return [(database, None)]
    database, schema = names if len(names) == 2 else (session.database, names[0] if names else session.schema)
    if database not in session.catalog.databases() or not session.catalog.has_schema(database, schema):
        raise not_there("Schema", f"{database}.{schema}")
    return [(database, schema)]


def table_of(fields: str, rows: list[tuple]) -> pa.Table:
    """Texts, but for fields with `#`, which are numbers, and `@`, which are times."""
    kinds = {"#": pa.int64(), "@": pa.timestamp("us", "UTC")}
    schema = pa.schema([(name.rstrip("#@").replace("~", " "), kinds.get(name[-1], pa.string()))
                        for name in fields.split()])
    arrays = [pa.array([row[index] for row in rows], field.type) for index, field in enumerate(schema)]
    return pa.Table.from_arrays(arrays, schema=schema)


def relations(session, scope, kinds) -> list[tuple]:
    found = []
    for database, schema in places(session, scope):
        for one, name, kind, text in session.catalog.rows(database):
            if kind in kinds and schema in (None, one):
                found.append((database, one, name, kind, text, session.catalog.known(database, one, name)))
    return found


def show_tables(session, scope) -> pa.Table:
    rows = [
        (known.created, name, "TRANSIENT" if known.is_transient else "TABLE", database, schema, known.comment or "", "",
         session.catalog.row_count(database, schema, name), 0, known.owner, "1", "ROLE")
        for database, schema, name, _, _, known in relations(session, scope, ["TABLE"])]
    return table_of(
        "created_on@ name kind database_name schema_name comment cluster_by rows# bytes# owner retention_time owner_role_type",
        rows)


def show_objects(session, scope) -> pa.Table:
    rows = [
        (known.created, name, database, schema, kind, known.comment or "", "",
         session.catalog.row_count(database, schema, name) if kind == "TABLE" else 0, 0, known.owner, "1", "ROLE")
        for database, schema, name, kind, _, known in relations(session, scope, ["TABLE", "VIEW"])]
    return table_of(
        "created_on@ name database_name schema_name kind comment cluster_by rows# bytes# owner retention_time owner_role_type",
        rows)


def show_views(session, scope) -> pa.Table:
    rows = [(
        known.created, name, "", database, schema, known.owner, known.comment or "", known.text
        or text, "false", "false", "ROLE")
            for database, schema, name, _, text, known in relations(session, scope, ["VIEW"])]
    return table_of(
        "created_on@ name reserved database_name schema_name owner comment text is_secure is_materialized owner_role_type",
        rows)


def show_schemas(session, scope) -> pa.Table:
    rows = []
    for database, _ in places(session, scope if scope else ("DATABASE", [session.database] if session.database else [])):
        for name in session.catalog.schema_names(database):
            known = session.catalog.schemas.get((database, name))
            options = "TRANSIENT" if known and known.is_transient else ""
            rows.append((
                known.created if known else None, name, "N", "Y" if name == session.schema else "N", database,
                known.owner if known else "SYSADMIN", (known.comment or "") if known else "", options, "1", "ROLE"))
    return table_of(
        "created_on@ name is_default is_current database_name owner comment options retention_time owner_role_type", rows)


def show_columns(session, scope) -> pa.Table:
    only = None
    if scope and scope[0] in ("TABLE", "VIEW"):
        database, schema, only = session.path(scope[1])
        if session.catalog.kind_of(database, schema, only) is None:
            raise not_there("Object", f"{database}.{schema}.{only}")
        where = [(database, schema)]
    else:
        where = places(session, scope)
    rows = []
    for database, schema in where:
        for one, table, name, _, kind, nullable, default, comment in session.catalog.columns(database):
            if schema in (None, one) and only in (None, table):
                rows.append((
                    table, one, name, f'{{"type":"{kind}","nullable":{str(nullable).lower()}}}', str(nullable).lower(),
                    default or "", "COLUMN", "", comment or "", database, ""))
    return table_of(
        "table_name schema_name column_name data_type null? default kind expression comment database_name autoincrement",
        rows)


def show_warehouses(session, scope) -> pa.Table:
    account = session.account
    rows = [
        (name, one.get("state", "STARTED"), "STANDARD", "X-Small", "Y" if name == session.warehouse else "N", "60",
         str(one.get("auto_resume", True)).lower(), "SYSADMIN", "")
        for name, one in sorted(account.warehouses.items()) if account.privileges(session.role, "WAREHOUSE", name)]
    return table_of("name state type size is_current auto_suspend auto_resume owner comment", rows)


def show_databases(session, scope) -> pa.Table:
    rows = [
        (name, "N", "Y" if name == session.database else "N", "", "SYSADMIN", "", "", "1", "STANDARD")
        for name in session.catalog.databases() if session.account.privileges(session.role, "DATABASE", name)]
    return table_of("name is_default is_current origin owner comment options retention_time kind", rows)


def show_roles(session, scope) -> pa.Table:
    rows = [(role, "Y" if role == session.user.default_role else "N", "Y" if role == session.role else "N")
            for role in session.user.roles]
    return table_of("name is_default is_current", rows)


def show_stages(session, scope) -> pa.Table:
    rows = []
    for path, stage in sorted(session.account.stages.items()):
        database, schema, name = parts(path)
        rows.append((name, database, schema, stage["url"], "EXTERNAL", "SYSADMIN", "", "AWS"))
    return table_of("name database_name schema_name url type owner comment cloud", rows)


SHOWN = {
    "tables": show_tables, "views": show_views, "objects": show_objects, "schemas": show_schemas, "columns": show_columns,
    "warehouses": show_warehouses, "databases": show_databases, "roles": show_roles, "stages": show_stages,
}


def grants(session, rest: str) -> pa.Table:
    """SHOW GRANTS [TO ROLE r | TO USER u | ON kind name]. Without a list of grants there are none to show."""
    listed = session.account.grants or {}
    to = re.fullmatch(r"\s*to\s+(role|user)\s+(.+?)\s*", rest, re.I | re.S)
    on = re.fullmatch(r"\s*on\s+(\w+)\s+(.+?)\s*", rest, re.I | re.S)
    if not rest.strip() or (to and to[1].lower() == "user"):
        name = parts(to[2])[0] if to else session.user.name
        user = session.account.users.get(name)
        if user is None:
            raise not_there("User", name)
        return table_of("created_on@ role granted_to grantee_name granted_by", [
            (None, role, "USER", name, "SECURITYADMIN") for role in user.roles])
    if to:
        role = parts(to[2])[0]
        found = [(role, one) for one in listed.get(role, [])]
    elif on:
        names = parts(on[2])
        name = ".".join(session.path(names) if on[1].upper() in ("TABLE", "VIEW") else names)
        found = [(role, one) for role, many in listed.items() for one in many
                 if (one["on"], one["name"]) == (on[1].upper(), name)]
    else:
        raise fault(1003, "42000", "SQL compilation error:\nsyntax error line 1 at position 0 unexpected 'GRANTS'.")
    return table_of(
        "created_on@ privilege granted_on name granted_to grantee_name grant_option granted_by",
        [(None, one["privilege"], one["on"].replace(" ", "_"), one["name"], "ROLE", role, "false", "SYSADMIN")
         for role, one in found])


def describe(session, kind: str, rest: str) -> pa.Table:
    database, schema, name = session.path(tokens_of(rest))
    if session.catalog.kind_of(database, schema, name) is None:
        raise not_there("Table" if kind == "TABLE" else "View", f"{database}.{schema}.{name}")
    rows = [
        (column, type_, "COLUMN", "Y" if nullable else "N", default, "N", "N", None, None, comment, None)
        for one, table, column, _, type_, nullable, default, comment in session.catalog.columns(database)
        if (one, table) == (schema, name)]
    return table_of("name type kind null? default primary~key unique~key check expression comment policy~name", rows)
