"""Cursors: how far a client has come in every partition of a log, as opaque text."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeAlias

import orjson

from gateway.errors import InvalidCursor

Positions: TypeAlias = tuple[int, ...]
"""The position of each partition: everything up to it has been seen."""

_VERSION = 1
_MOST_CHARACTERS = 4096


def write_cursor(stream: str, positions: Positions) -> str:
    """Give a cursor's text."""
    content = orjson.dumps({"v": _VERSION, "s": stream, "p": positions})
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def read_cursor(text: str, stream: str, partitions: int) -> Positions:
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
    positions = content.get("p")
    if not isinstance(positions, list) or len(positions) != partitions:
        raise refused
    if not all(type(one) is int and one >= 0 for one in positions):
        raise refused
    return tuple(positions)
