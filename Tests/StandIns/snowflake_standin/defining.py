"""Statements that define: CREATE, DROP, ALTER, COMMENT, GRANT. What DuckDB does not keep of them goes to the
catalog."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from .catalog import Relation
from .errors import fault, insufficient, not_there
from .names import parts, plain, quoted
from .privileges import is_administrator

SCHEMA = re.compile(
    r"\s*create\s+(or\s+replace\s+)?(transient\s+)?schema\s+(if\s+not\s+exists\s+)?(?P<path>(?:\"(?:[^\"]|\"\")*\"|[\w$.])+)"
    r"(?P<options>.*)", re.I | re.S)
DROP_SCHEMA = re.compile(
    r"\s*drop\s+schema\s+(if\s+exists\s+)?(?P<path>(?:\"(?:[^\"]|\"\")*\"|[\w$.])+)\s*(cascade|restrict)?\s*", re.I)
COMMENT = re.compile(
    r"\s*comment\s+(if\s+exists\s+)?on\s+(table|view|column|schema|database)\s+(?P<path>(?:\"(?:[^\"]|\"\")*\"|[^\s\"])+)\s+is\s+"
    r"'(?P<text>(?:[^'\\]|''|\\.)*)'\s*", re.I | re.S)
ALTER_COMMENT = re.compile(
    r"\s*alter\s+(?:table|view)\s+(?P<path>(?:\"(?:[^\"]|\"\")*\"|[^\s\"])+)\s+(?:set\s+comment\s*=\s*|(?:modify|alter)\s+(?:column\s+)?"
    r"(?P<column>\"(?:[^\"]|\"\")*\"|\w+)\s+comment\s+)'(?P<text>(?:[^'\\]|''|\\.)*)'\s*", re.I | re.S)
GRANT = re.compile(r"\s*(grant|revoke)\s+(.+?)\s+on\s+(\w+)\s+(.+?)\s+(?:to|from)\s+role\s+(\S+)\s*", re.I | re.S)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}


def unescaped(text: str) -> str:
    """What is between the quotes of a literal."""
    return re.sub(
        r"''|\\(.)", lambda found: "'" if found[0] == "''" else ESCAPES.get(found[1], found[1]), text, flags=re.S)


# Schemas


def schema_path(session, text: str) -> tuple[str, str]:
    names = parts(text)
    if len(names) == 1 and session.database is None:
        raise fault(
            90105, "22000",
            "Cannot perform CREATE SCHEMA. This session does not have a current database. Call 'USE DATABASE', or use a qualified name."
        )
    database, name = names if len(names) == 2 else (session.database, names[0])
    if database not in session.catalog.databases():
        raise not_there("Database", database)
    return database, name


def schema(session, cursor, command: str) -> str | None:
    """CREATE and DROP SCHEMA. Returns what is said; None for another statement."""
    if match := SCHEMA.fullmatch(command):
        database, name = schema_path(session, match["path"])
        if not session.account.allows(session.role, "CREATE SCHEMA", "DATABASE", database):
            raise insufficient("database", database)
        return session.defining(lambda: make_schema(session, database, name, match))
    if match := DROP_SCHEMA.fullmatch(command):
        database, name = schema_path(session, match["path"])
        if not session.catalog.has_schema(database, name):
            if match[1]:
                return "Drop statement executed successfully (" + name + " already dropped)."
            raise not_there("Schema", f"{database}.{name}")
        known = session.catalog.schemas.get((database, name))
        if not is_administrator(session) and (known is None or known.owner != session.role):
            raise insufficient("schema", name)
        session.defining(lambda: clear_schema(session, database, name))
        return f"{name} successfully dropped."
    return None


def make_schema(session, database: str, name: str, match) -> str:
    catalog = session.catalog
    if catalog.has_schema(database, name):
        if match[3]:
            return f"{name} already exists, statement succeeded."
        if not match[1]:
            raise fault(2002, "42710", f"SQL compilation error:\nObject '{name}' already exists.")
        clear_schema(session, database, name)
    if name != "MAIN":
        session.duck.execute(f"create schema {quoted(database, name)}")
    comment = re.search(r"\bcomment\s*=\s*'((?:[^'\\]|''|\\.)*)'", match["options"], re.I | re.S)
    catalog.schemas[database, name] = Relation(
        session.role, unescaped(comment[1]) if comment else None, bool(match[2]))
    session.enter(database, name)
    return f"Schema {name} successfully created."


def clear_schema(session, database: str, name: str) -> None:
    if name == "MAIN":
        for one, relation, kind, _ in session.catalog.rows(database):
            if one == "MAIN":
                session.duck.execute(f"drop {kind} {quoted(database, 'main', relation)}")
    else:
        session.duck.execute(f"drop schema {quoted(database, name)} cascade")
    session.catalog.forget_schema(database, name)


# Comments and grants


def comment(session, command: str) -> bool:
    """COMMENT ON …, and ALTER … that sets one."""
    if match := COMMENT.fullmatch(command):
        kind, names = match[2].lower(), parts_of(match["path"])
        session.commit()
        if kind == "schema":
            database, name = names if len(names) == 2 else (session.database, names[0])
            if not session.catalog.has_schema(database, name):
                raise not_there("Schema", f"{database}.{name}")
            session.catalog.schemas.setdefault((database, name), Relation("SYSADMIN")).comment = unescaped(match["text"])
        elif kind != "database":
            relation = names[:-1] if kind == "column" else names
            set_comment(
                session, relation, names[-1] if kind == "column" else None, unescaped(match["text"]), bool(match[1]))
        return True
    if match := ALTER_COMMENT.fullmatch(command):
        session.commit()
        column = plain(match["column"]) if match["column"] else None
        set_comment(session, parts_of(match["path"]), column, unescaped(match["text"]), False)
        return True
    return False


def parts_of(text: str) -> list[str]:
    return [plain(part) for part in re.findall(r'"(?:[^"]|"")*"|[^."\s]+', text)]


def set_comment(session, names: list[str], column: str | None, text: str, if_there: bool) -> None:
    path = session.path(names)
    if session.catalog.kind_of(*path) is None:
        if if_there:
            return
        raise not_there("Object", ".".join(path))
    known = session.catalog.relations.setdefault(path, Relation("SYSADMIN"))
    if not is_administrator(session) and known.owner != session.role:
        raise insufficient("table", path[2])
    if column is None:
        known.comment = text
    elif (path[1], path[2], column) not in {one[:3] for one in session.catalog.columns(path[0])}:
        raise fault(904, "42000", f"SQL compilation error: error line 1 at position 0\ninvalid identifier '{column}'")
    else:
        known.comments[column] = text


def grant(session, command: str) -> bool:
    """GRANT and REVOKE of privileges on one object: they change the list of grants, which DROP and CREATE OR REPLACE
    do too."""
    match = GRANT.fullmatch(command)
    if not match:
        return False
    session.commit()
    if session.account.grants is not None:
        kind, names = match[3].upper(), parts(match[4])
        name = ".".join(session.path(names) if kind in ("TABLE", "VIEW") else names)
        listed = session.account.grants.setdefault(plain(match[5]), [])
        for privilege in match[2].upper().split(","):
            one = {"privilege": privilege.strip(), "on": kind, "name": name}
            if match[1].lower() == "grant":
                listed.append(one)
            elif one in listed:
                listed.remove(one)
    return True


def forget_grants(session, path: tuple) -> None:
    for listed in (session.account.grants or {}).values():
        listed[:] = [one for one in listed if one["name"] != ".".join(path) or one["on"] not in ("TABLE", "VIEW")]


# Tables and views


def define(session, cursor, expression: exp.Expression, command: str, params) -> None:
    if isinstance(expression, exp.Create) and expression.kind in ("TABLE", "VIEW"):
        create(session, cursor, expression, command, params)
    elif isinstance(expression, exp.Alter) and expression.args.get("kind") == "TABLE":
        alter(session, cursor, expression, params)
    elif isinstance(expression, exp.Create) and expression.kind == "DATABASE":
        name = expression.this.name if expression.this.this.quoted else expression.this.name.upper()
        session.pass_on(cursor, expression, params)
        session.server.furnish(name, ["PUBLIC"])
        session.enter(name, "PUBLIC")
    elif isinstance(expression, exp.Drop) and expression.args.get("kind") == "DATABASE":
        drop_database(session, cursor, expression)
    else:
        dropped = expression.find(exp.Table) if isinstance(expression, exp.Drop) else None
        session.pass_on(cursor, expression.copy(), params)
        if dropped is not None and expression.args.get("kind") in ("TABLE", "VIEW"):
            session.catalog.forget(session.path_of(dropped))
            forget_grants(session, session.path_of(dropped))


def drop_database(session, cursor, expression: exp.Drop) -> None:
    table = expression.find(exp.Table)
    name = table.name if table.this.quoted else table.name.upper()
    if not is_administrator(session):
        raise insufficient("database", name)
    if name not in session.catalog.databases():
        if not expression.args.get("exists"):
            raise not_there("Database", name)
        return session.answer(cursor)
    if session.database == name:
        session.leave()
    session.duck.execute(f"detach {quoted(name)}")
    for schema in [schema for database, schema in session.catalog.schemas if database == name]:
        session.catalog.forget_schema(name, schema)
    session.answer(cursor, f"select '{name} successfully dropped.'::varchar as \"status\"")


def create(session, cursor, expression: exp.Create, command: str, params) -> None:
    target = expression.this.this if isinstance(expression.this, exp.Schema) else expression.this
    path = session.path_of(target)
    was_there = session.catalog.kind_of(*path) is not None
    if not session.catalog.has_schema(*path[:2]):
        raise not_there("Schema", ".".join(path[:2]))
    relation = described(session, expression, command)
    if expression.kind == "VIEW":
        qualify(session, expression)
    session.pass_on(cursor, bare(expression), params)
    if was_there and not expression.args.get("replace"):
        # IF NOT EXISTS: what is there stays as it is.
        return
    forget_grants(session, path)
    session.catalog.put(path, relation)


def described(session, expression: exp.Create, command: str) -> Relation:
    """What DuckDB would not keep."""
    relation = Relation(session.role, text=command if expression.kind == "VIEW" else None)
    properties = expression.args.get("properties")
    for one in properties.expressions if properties else []:
        if isinstance(one, exp.SchemaCommentProperty):
            relation.comment = one.this.name
        relation.is_transient |= isinstance(one, exp.TransientProperty)
    for column in expression.this.expressions if isinstance(expression.this, exp.Schema) else []:
        if not isinstance(column, exp.ColumnDef):
            continue
        name = column.this.name if column.this.quoted else column.this.name.upper()
        if kind := declared(column.args.get("kind")):
            relation.types[name] = kind
        for constraint in column.args.get("constraints") or []:
            if isinstance(constraint.args.get("kind"), exp.CommentColumnConstraint):
                relation.comments[name] = constraint.args["kind"].this.name
    return relation


def declared(kind: exp.DataType | None) -> str | None:
    """A type whose precision DuckDB loses, as Snowflake writes it."""
    if kind is None:
        return None
    number = next((one.name for one in kind.expressions), None)
    names = {
        exp.DataType.Type.TIMESTAMPNTZ: ("TIMESTAMP_NTZ", "9"), exp.DataType.Type.TIMESTAMP: ("TIMESTAMP_NTZ", "9"),
        exp.DataType.Type.TIMESTAMPTZ: ("TIMESTAMP_TZ", "9"), exp.DataType.Type.TIMESTAMPLTZ: ("TIMESTAMP_LTZ", "9"),
        exp.DataType.Type.TIME: ("TIME", "9"), exp.DataType.Type.VARCHAR: ("VARCHAR", "16777216"),
        exp.DataType.Type.TEXT: ("VARCHAR", "16777216"), exp.DataType.Type.BINARY: ("BINARY", "8388608"),
        exp.DataType.Type.VARBINARY: ("BINARY", "8388608"),
    }
    if kind.this not in names:
        return None
    name, otherwise = names[kind.this]
    return f"{name}({number or otherwise})"


def bare(expression: exp.Create) -> exp.Create:
    """Without the comments and properties that DuckDB does not know."""
    expression = expression.copy()
    if clone := expression.args.get("clone"):
        # fakesnow would forget OR REPLACE.
        expression.set("clone", None)
        expression.set("expression", exp.select("*").from_(clone.this))
    if properties := expression.args.get("properties"):
        kept = [one for one in properties.expressions if isinstance(one, exp.TemporaryProperty)]
        expression.set("properties", exp.Properties(expressions=kept) if kept else None)
    columns = expression.this.expressions if isinstance(expression.this, exp.Schema) else []
    for index, column in enumerate(columns):
        if isinstance(column, exp.ColumnDef):
            column.set("constraints", [
                one for one in column.args.get("constraints") or []
                if not isinstance(one.args.get("kind"), exp.CommentColumnConstraint)])
            if expression.kind == "VIEW":
                column.replace(column.this.copy())
    return expression


def qualify(session, expression: exp.Create) -> None:
    """Names in a view mean what they mean where it is made, whoever reads it."""
    for scope in traverse_scope(expression.expression):
        for table in scope.sources.values():
            if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
                for name, value in zip(("catalog", "db"), session.path_of(table)):
                    table.set(name, exp.to_identifier(value, quoted=True))


def alter(session, cursor, expression: exp.Alter, params) -> None:
    path = session.path_of(expression.this)
    actions = expression.args.get("actions") or []
    if actions and isinstance(actions[0], exp.SwapTable):
        return swap(session, cursor, path, session.path_of(actions[0].this))
    session.pass_on(cursor, expression.copy(), params)
    if actions and isinstance(actions[0], exp.AlterRename):
        target = session.path_of(actions[0].this)
        session.catalog.move(path, target)


def swap(session, cursor, one: tuple, other: tuple) -> None:
    """SWAP WITH, within a schema: three names in one transaction of DuckDB's."""
    if one[:2] != other[:2]:
        raise fault(9999, "99999", "the stand-in swaps tables of one schema")
    session.duck.begin()
    try:
        for old, new in ((one, "_standin_swapped"), (other, one[2]), ((*one[:2], "_standin_swapped"), other[2])):
            session.duck.execute(f"alter table {quoted(*old)} rename to {quoted(new)}")
    except Exception:
        session.duck.rollback()
        raise
    session.duck.commit()
    catalog = session.catalog
    catalog.move(one, (*one[:2], "_standin_swapped"))
    catalog.move(other, one)
    catalog.move((*one[:2], "_standin_swapped"), other)
    session.answer(cursor)
