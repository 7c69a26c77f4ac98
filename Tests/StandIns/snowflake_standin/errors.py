"""Errors as Snowflake words them: a number, an SQLSTATE and a text."""

from __future__ import annotations

import re

import duckdb
from snowflake.connector.errors import Error, ProgrammingError


def fault(code: int, state: str, message: str) -> ProgrammingError:
    return ProgrammingError(msg=message, errno=code, sqlstate=state, done_format_msg=True)


def not_there(kind: str, name: str) -> ProgrammingError:
    state = "42S02" if kind == "Object" else "02000"
    return fault(2003, state, f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.")


def insufficient(kind: str, name: str) -> ProgrammingError:
    return fault(
        3001, "42501", f"SQL access control error:\nInsufficient privileges to operate on {kind} '{name}'.")


def no_warehouse() -> ProgrammingError:
    return fault(
        606, "57P03",
        "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command."
    )


def canceled() -> ProgrammingError:
    return fault(604, "57014", "SQL execution canceled")


def timed_out(seconds: float) -> ProgrammingError:
    return fault(
        630, "57014",
        f"Statement reached its statement or warehouse timeout of {seconds:.0f} second(s) and was canceled.")


COMPILATION = "SQL compilation error:\n"

# What DuckDB says, and what Snowflake says of the same. The groups of the pattern fill the text.
TRANSLATIONS = [
    (
        r'Table with name "?(.+?)"? does not exist because schema "(.+?)" does not exist', 2003, "02000",
        COMPILATION + "Schema '{1}' does not exist or not authorized."),
    (
        r"(?:Table|View) with name \"?(.+?)\"? does not exist", 2003, "42S02",
        COMPILATION + "Object '{0}' does not exist or not authorized."),
    (
        r'Schema with name "?(.+?)"? does not exist', 2003, "02000",
        COMPILATION + "Schema '{0}' does not exist or not authorized."),
    (
        r'Catalog "(.+?)" does not exist', 2003, "02000",
        COMPILATION + "Database '{0}' does not exist or not authorized."),
    (
        r'(?:Table|View|Schema) with name "?(.+?)"? already exists', 2002, "42710",
        COMPILATION + "Object '{0}' already exists."),
    (r"Existing object (\S+) is of type", 2002, "42710", COMPILATION + "Object '{0}' already exists."),
    (
        r'Referenced (?:column|table) "(.+?)" not found', 904, "42000",
        "SQL compilation error: error line 1 at position 0\ninvalid identifier '{0}'"),
    (
        r'does not have a column (?:named|with name) "(.+?)"', 904, "42000",
        "SQL compilation error: error line 1 at position 0\ninvalid identifier '{0}'"),
    (r"Function with name (\S+) does not exist", 2140, "42601", COMPILATION + "Unknown function {0}"),
    (
        r'has (\d+) columns? but (\d+) values? were supplied', 2020, "21S01",
        COMPILATION + "Insert value list does not match column list expecting {0} but got {1}"),
    (
        r'Could not convert string "(.*?)" to (?:DECIMAL|INT|BIGINT|HUGEINT|DOUBLE)', 100038, "22018",
        "Numeric value '{0}' is not recognized"),
    (r"""Could not convert string ["'](.*?)["'] to BOOL""", 100037, "22018", "Boolean value '{0}' is not recognized"),
    (
        r'invalid date field format: "(.*?)"|date field value out of range: "(.*?)"', 100040, "22007",
        "Date '{0}' is not recognized"),
    (
        r'invalid timestamp field format: "(.*?)"|timestamp field value out of range: "(.*?)"', 100035, "22007",
        "Timestamp '{0}' is not recognized"),
    (r"Could not cast value (\S+) to DECIMAL", 100039, "22003", "Numeric value '{0}' is out of range"),
    (
        r'Casting value "(.*?)" to type .* failed: value is out of range', 100039, "22003",
        "Numeric value '{0}' is out of range"),
    (r"with value (\S+) can't be cast", 100039, "22003", "Numeric value '{0}' is out of range"),
    (r"Overflow|out of range", 100046, "22003", "Number out of representable range"),
    (r"Division by zero", 100051, "22012", "Division by zero"),
    (r"NOT NULL constraint failed: \S+\.(\S+)", 100072, "22000", "NULL result in a non-nullable column"),
    (r"INTERRUPT|Interrupted", 604, "57014", "SQL execution canceled"),
    (
        r"Unexpected token|syntax error|Invalid expression|Required keyword|Expecting", 1003, "42000",
        COMPILATION + "syntax error line 1 at position 0 unexpected."),
]


def translated(error: Exception) -> Error:
    """An error of DuckDB, sqlglot or fakesnow as Snowflake's; one that is Snowflake's already as it is."""
    text = getattr(error, "raw_msg", None) or str(error)
    first = text.split("\n\nLINE ")[0]
    if isinstance(error, Error) and not isinstance(error.__cause__, duckdb.Error) and error.errno not in (None, -1,
                                                                                                          1003, 9999):
        return fault(error.errno, error.sqlstate or "n/a", re.sub(r"^\d{6} \(\w+\): ", "", text))
    for pattern, code, state, message in TRANSLATIONS:
        if match := re.search(pattern, first):
            groups = [group for group in match.groups() if group is not None]
            return fault(code, state, message.format(*groups))
    if isinstance(error, Error) and error.errno not in (None, -1):
        return fault(error.errno, error.sqlstate or "n/a", first)
    return fault(603, "XX000", f"SQL execution internal error:\n{type(error).__name__}: {first}")
