"""Which of a client's headers reach the subgraphs: those on a list, and none without one."""

from collections.abc import Iterable, Mapping
from typing import Any

_OURS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""What describes one connection or one body, or is written by the gateway itself."""


def forwarded_names(names: Iterable[str]) -> tuple[str, ...]:
    """Give the names in lower case; raises ValueError for those that cannot be passed on."""
    lower = tuple(dict.fromkeys(name.strip().lower() for name in names))
    refused = sorted(name for name in lower if name in _OURS or name.startswith("sec-") or not name)
    if refused:
        raise ValueError(f"These headers cannot be forwarded: {', '.join(map(repr, refused))}.")
    return lower


def forwarded(names: Iterable[str], headers: Mapping[Any, Any]) -> dict[str, str]:
    """Give what is there of the named headers; their names may be written in any case.

    The first of several headers of a name counts, by whatever way a request comes.
    """
    wanted = set(names)
    found: dict[str, str] = {}
    for key, value in headers.items():
        name = str(key).lower()
        if name in wanted and name not in found and _is_one_line(str(value)):
            found[name] = str(value)
    return found


def _is_one_line(value: str) -> bool:
    """A header of `connection_init` is any text: one with line breaks could write others."""
    return not any(character in value for character in "\r\n\0")
