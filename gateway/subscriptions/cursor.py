"""Cursors: how far a client has come in every partition of a log, as opaque text."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TypeAlias

import orjson

from gateway.errors import InvalidCursor

Positions: TypeAlias = tuple[int, ...]
"""The position of each partition: everything up to it has been seen."""


@dataclass(frozen=True, slots=True)
class LogName:
    """A stream, and which log it holds: positions of another identity mean nothing in it.

    None is not known, and may be any.
    """

    stream: str
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Positions, and the identity of the log that they are in."""

    positions: Positions
    identity: str | None = None


_VERSION = 1
_MOST_CHARACTERS = 4096


def write_cursor(log: LogName, positions: Positions) -> str:
    """Give a cursor's text."""
    content: dict[str, object] = {"v": _VERSION, "s": log.stream, "p": positions}
    if log.identity is not None:
        content["l"] = log.identity
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def read_cursor(text: str, stream: str, partitions: int) -> Cursor:
    """Read a cursor of a stream; raises InvalidCursor."""
    refused = InvalidCursor("`since` is not a cursor of this subscription.")
    if len(text) > _MOST_CHARACTERS:
        raise refused
    try:
        content = orjson.loads(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise refused from error
    if not isinstance(content, dict) or content.get("v") != _VERSION or content.get("s") != stream:
        raise refused
    positions, identity = content.get("p"), content.get("l")
    if not isinstance(positions, list) or len(positions) != partitions:
        raise refused
    if not all(type(one) is int and one >= 0 for one in positions):
        raise refused
    if identity is not None and not isinstance(identity, str):
        raise refused
    return Cursor(tuple(positions), identity)
