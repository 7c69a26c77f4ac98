"""Identifiers: in upper case unless they are quoted."""

from __future__ import annotations

import re

PART = r'"(?:[^"]|"")*"|[A-Za-z_][\w$]*'
PATH = re.compile(rf"\s*({PART})(?:\s*\.\s*({PART}))?(?:\s*\.\s*({PART}))?")


def plain(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part.upper()


def parts(text: str) -> list[str]:
    """The names of a path such as `db."Schema".t`, which the whole text must be."""
    match = PATH.fullmatch(text.rstrip())
    if not match:
        from .errors import fault

        raise fault(1003, "42000", f"SQL compilation error:\nsyntax error line 1 at position 0 unexpected '{text[:30]}'.")
    return [plain(part) for part in match.groups() if part is not None]


def tokens_of(text: str) -> list[str]:
    """The names of the path that a text begins with."""
    match = PATH.match(text)
    return parts(match[0]) if match else parts(text)


def quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def matches(pattern: str, value: str) -> bool:
    """LIKE as SHOW has it: without case, `%` and `_` for any characters, a backslash before one that is meant."""
    expression, position = "", 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\" and position + 1 < len(pattern):
            position += 1
            expression += re.escape(pattern[position])
        else:
            expression += {"%": ".*", "_": "."}.get(character) or re.escape(character)
        position += 1
    return re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL) is not None
