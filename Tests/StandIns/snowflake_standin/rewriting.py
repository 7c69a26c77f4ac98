"""Functions that fakesnow lacks or has otherwise than Snowflake, put into DuckDB's words; and INFORMATION_SCHEMA.

- MD5_NUMBER_LOWER64, _UPPER64: big-endian, as NUMBER, so that sums of them have 38 digits. (DuckDB's are
  little-endian.)
- OCTET_LENGTH of texts and binaries. TO_CHAR with a format of days and times, or HEX, BASE64, UTF-8; a format of
  numbers is refused. TO_CHAR of a FLOAT writes `1.0` where Snowflake writes `1`, of a binary `\\x00` where it writes
  `00`: not emulated.
- BITAND, BITOR, BITXOR of NUMBER. `/` and MOD by nothing are errors. NUMBER divided by NUMBER is a FLOAT here, a
  NUMBER there.
- CURRENT_ROLE and its like are the session's.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from .errors import fault
from .names import quoted

MACROS = """
create or replace macro _standin.main.octet_length(x varchar) as strlen(x), (x blob) as octet_length(x);
"""
# Longest first, since a format is read from left to right.
TIME_FORMATS = [("YYYY", "%Y"), ("HH24", "%H"), ("HH12", "%I"), ("FF9", "%n"), ("FF6", "%f"), ("FF3", "%g"),
                ("MON", "%b"), ("MM", "%m"), ("DD", "%d"), ("DY", "%a"), ("MI", "%M"), ("SS", "%S"), ("YY", "%y"),
                ("AM", "%p"), ("PM", "%p"), ]
BINARY_FORMATS = {"HEX": "upper(hex({}))", "BASE64": "to_base64({})", "UTF-8": "decode({})", "UTF8": "decode({})"}
BITS = {exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "xor"}


def rewritten(expression: exp.Expression, session) -> exp.Expression:
    return expression.transform(lambda node: rewrite(node, session), copy=False)


def duck(text: str, **nodes: exp.Expression) -> exp.Expression:
    """An expression of DuckDB's with other expressions in the places of `:name`."""
    parsed = sqlglot.parse_one(text, read="duckdb")
    return parsed.transform(lambda node: nodes[node.name].copy() if isinstance(node, exp.Placeholder) else node)


def function_name(node: exp.Expression) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this).upper()
    return node.sql_name().upper() if isinstance(node, exp.Func) else ""


def rewrite(node: exp.Expression, session) -> exp.Expression:
    if isinstance(node, exp.Table):
        return information_schema(node, session)
    name = function_name(node)
    if name in ("MD5_NUMBER_LOWER64", "M_D5_NUMBER_LOWER64", "MD5_NUMBER_UPPER64", "M_D5_NUMBER_UPPER64"):
        side = "right" if "LOWER" in name else "left"
        return duck(
            f"cast(cast('0x' || {side}(md5(cast(:x as varchar)), 16) as ubigint) as decimal(20, 0))", x=only(node))
    if name in ("OCTET_LENGTH", "BYTE_LENGTH"):
        return duck("_standin.main.octet_length(:x)", x=only(node))
    if isinstance(node, exp.ToChar) and node.args.get("format") is not None:
        return to_char(node)
    if type(node) in BITS and not isinstance(node.parent, exp.Show):
        operation = BITS[type(node)]
        return duck(
            "cast(xor(cast(:a as hugeint), cast(:b as hugeint)) as decimal(38, 0))" if operation == "xor"
            else f"cast(cast(:a as hugeint) {operation} cast(:b as hugeint) as decimal(38, 0))",
            a=node.this, b=node.expression)
    if type(node) in (exp.Div, exp.Mod) and not is_nonzero(node.expression) and not is_guarded(node):
        divisor = duck("case when :b = 0 then error('Division by zero') else :b end", b=unwrapped(node.expression))
        node.set("expression", exp.Paren(this=divisor))
        return node
    return current(node, name, session)


def only(node: exp.Expression) -> exp.Expression:
    return node.expressions[0] if isinstance(node, exp.Anonymous) else node.this


def unwrapped(node: exp.Expression) -> exp.Expression:
    return node.this if isinstance(node, exp.Paren) else node


def is_nonzero(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.this) != 0


def is_guarded(node: exp.Expression) -> bool:
    """Whether a division has its guard already."""
    return isinstance(unwrapped(node.expression), exp.Case)


def to_char(node: exp.ToChar) -> exp.Expression:
    form = node.args["format"]
    if not isinstance(form, exp.Literal) or not form.is_string:
        raise fault(9999, "99999", "the stand-in knows formats of TO_CHAR that are written out")
    text = form.this
    if text.upper() in BINARY_FORMATS:
        return duck(BINARY_FORMATS[text.upper()].format(":x"), x=node.this)
    made, rest = "", text.replace('"', "")
    while rest:
        for word, code in TIME_FORMATS:
            if rest.upper().startswith(word):
                made, rest = made + code, rest[len(word):]
                break
        else:
            if re.match(r"[A-Za-z0-9$.,]", rest) and rest[0] not in "TZ.,":
                raise fault(9999, "99999", f"the stand-in does not know the format '{text}' of TO_CHAR")
            made, rest = made + rest[0].replace("%", "%%"), rest[1:]
    literal = made.replace("'", "''")
    return duck(f"strftime(:x, '{literal}')", x=node.this)


def current(node: exp.Expression, name: str, session) -> exp.Expression:
    values = {
        "CURRENT_ROLE": session.role, "CURRENT_WAREHOUSE": session.warehouse, "CURRENT_USER": session.user.name,
        "CURRENT_ACCOUNT": session.account.name.rpartition("-")[2],
        "CURRENT_ACCOUNT_NAME": session.account.name.rpartition("-")[2],
        "CURRENT_ORGANIZATION_NAME": session.account.name.partition("-")[0], "CURRENT_REGION": "AWS_US_EAST_1",
        "CURRENT_DATABASE": session.database, "CURRENT_SCHEMA": session.schema, "CURRENT_SESSION": session.number,
        "CURRENT_STATEMENT": None, "CURRENT_SECONDARY_ROLES": '{"roles":"","value":""}',
    }
    if name not in values or (isinstance(node, exp.Anonymous) and node.expressions):
        return node
    value = values[name]
    return exp.cast(exp.Null() if value is None else exp.Literal.string(str(value)), "varchar")


def information_schema(table: exp.Table, session) -> exp.Expression:
    """A view of INFORMATION_SCHEMA is a table of Arrow's that the session registers under a name of the session's
    own."""
    schema = (table.args.get("db").name if table.args.get("db") else session.schema or "").upper()
    if schema != "INFORMATION_SCHEMA" or not isinstance(table.this, exp.Identifier):
        return table
    database = table.catalog or session.database
    catalog = table.args.get("catalog")
    if catalog is not None and not catalog.quoted:
        database = database.upper()
    rows = session.catalog.information(database, table.name.upper())
    if rows is None:
        return table
    name = session.register(f"{database}_{table.name.upper()}", rows)
    new = sqlglot.parse_one(f"select * from temp.main.{quoted(name)}", read="duckdb").find(exp.Table)
    alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name.upper(), quoted=True))
    new.set("alias", alias)
    return new
