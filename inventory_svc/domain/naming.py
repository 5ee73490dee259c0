"""What a code that comes from outside (SKU, location, channel) may look like."""

from collections.abc import Iterable, Iterator

from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal

LONGEST_CODE = 64
SEPARATOR = "|"
"""Joins the parts of a position's identifier, so no part may contain it."""


def required_code(value: str, *path: str) -> str:
    """Give the code without surrounding blanks; refuse INVALID_INPUT when it cannot be one."""
    code = value.strip()
    if not code:
        raise invalid("A code is required.", *path)
    if len(code) > LONGEST_CODE:
        raise invalid(f"A code has at most {LONGEST_CODE} characters.", *path)
    if SEPARATOR in code or not code.isprintable():
        raise invalid(f"A code holds printable characters other than {SEPARATOR}.", *path)
    return code


def code_problems(values: Iterable[str], name: str) -> Iterator[Refusal]:
    """Say which of a list of codes cannot be one, once for the list."""
    try:
        for value in sorted(values):
            required_code(value, name)
    except Refusal as refusal:
        yield refusal
