"""Cursors: how far a client has come in every partition of a log, as opaque text.

Whoever serves a log, a gateway or the service itself, writes and reads the same text.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TypeAlias

import orjson

Positions: TypeAlias = tuple[int, ...]
"""The position of each partition: everything up to it has been seen."""

_VERSION = 1
_MOST_CHARACTERS = 4096


class NotACursor(Exception):
    """The text is no cursor of the log."""

    def __init__(self) -> None:
        super().__init__("`since` is not a cursor of this subscription.")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Positions, and the identity of the log that they are in; None is not known."""

    positions: Positions
    identity: str | None = None


def write_cursor(stream: str, cursor: Cursor) -> str:
    """Give a cursor's text."""
    content: dict[str, object] = {"v": _VERSION, "s": stream, "p": cursor.positions}
    if cursor.identity is not None:
        content["l"] = cursor.identity
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def read_cursor(text: str, stream: str, partitions: int) -> Cursor:
    """Read a cursor of a stream; raises NotACursor."""
    if len(text) > _MOST_CHARACTERS:
        raise NotACursor
    try:
        content = orjson.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise NotACursor from error
    if not isinstance(content, dict) or (content.get("v"), content.get("s")) != (_VERSION, stream):
        raise NotACursor
    positions, identity = content.get("p"), content.get("l")
    if not isinstance(positions, list) or len(positions) != partitions:
        raise NotACursor
    if not all(type(position) is int and position >= 0 for position in positions):
        raise NotACursor
    if not isinstance(identity, str | None):
        raise NotACursor
    return Cursor(tuple(positions), identity)
