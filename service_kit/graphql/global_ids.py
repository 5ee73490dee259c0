"""Opaque ids that are unique over the whole graph: base64url of "Type:key", unpadded."""

import base64
import binascii
from collections.abc import Sequence

from service_kit.commands.refusal import INVALID_INPUT, Refusal


def to_global_id(type_name: str, key: str) -> str:
    """Give the global id of the entity `key` of a GraphQL type."""
    text = f"{type_name}:{key}".encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode("ascii")


def from_global_id(text: str, expected_type: str, path: Sequence[str] = ("id",)) -> str:
    """Give the key inside a global id; refuse INVALID_INPUT if it names no such entity."""
    type_name, separator, key = _decoded(text).partition(":")
    if not separator or not key or type_name != expected_type:
        raise Refusal(
            INVALID_INPUT,
            f"This id names no {expected_type}.",
            path=path,
            params={"expectedType": expected_type},
        )
    return key


def _decoded(text: str) -> str:
    """Give the text inside, or nothing if it is not the one way to write it."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        decoded = raw.decode()
    except (binascii.Error, ValueError):
        return ""
    rewritten = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    return decoded if rewritten == text else ""
