"""What the client accepts: the media type of the answer, by quality and specificity."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
_OFFERED = (JSON, GRAPHQL_RESPONSE)


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range of an Accept header; `rank` is how much it says."""

    kind: str
    quality: float
    rank: int
    subscription_spec: str = ""


@lru_cache(maxsize=256)
def media_type(accept: str | None) -> str | None:
    """Choose the media type of an answer; None if nothing we have is accepted.

    No header, and a wildcard, mean application/json, as older clients expect.
    """
    if not accept or not accept.strip():
        return JSON
    ranges = _ranges(accept)
    best = max(_OFFERED, key=lambda offered: _preference(offered, ranges))
    return best if _quality(best, ranges) > 0 else None


def vary(more: Iterable[str]) -> tuple[bytes, bytes]:
    """Write the header that tells caches by what answers differ: by these headers too."""
    names = ("accept", "authorization", "accept-language", *more)
    return b"vary", ", ".join(dict.fromkeys(names)).encode()


class StreamForm(StrEnum):
    """The forms in which a stream of answers goes over HTTP."""

    SSE = "text/event-stream"
    MULTIPART = "multipart/mixed"


@lru_cache(maxsize=256)
def stream_form(accept: str | None) -> StreamForm | None:
    """Choose the form of a stream; None if none is named, for a wildcard asks for no stream."""
    wanted = {one.kind: one.quality for one in _ranges(accept or "") if _may_stream(one)}
    best = max(wanted, key=wanted.__getitem__, default=None)
    return None if best is None else StreamForm(best)


def _may_stream(one: "_Range") -> bool:
    if one.quality <= 0:
        return False
    if one.kind == StreamForm.MULTIPART:
        return "1.0" in one.subscription_spec
    return one.kind == StreamForm.SSE


@lru_cache(maxsize=256)
def prefers_page(accept: str | None) -> bool:
    """Whether the client is a browser that wants a page: it names text/html."""
    return any(one.kind == HTML and one.quality > 0 for one in _ranges(accept or ""))


def _preference(offered: str, ranges: list[_Range]) -> tuple[float, int, bool]:
    match = _match(offered, ranges)
    if match is None:
        return (0.0, 0, False)
    return (match.quality, match.rank, offered == GRAPHQL_RESPONSE and match.rank > 1)


def _quality(offered: str, ranges: list[_Range]) -> float:
    match = _match(offered, ranges)
    return 0.0 if match is None else match.quality


def _match(offered: str, ranges: list[_Range]) -> _Range | None:
    """Find the most specific range that covers an offer."""
    family = offered.split("/", maxsplit=1)[0]
    covering = [one for one in ranges if one.kind in (offered, f"{family}/*", "*/*")]
    return max(covering, key=lambda one: one.rank, default=None)


def _ranges(accept: str) -> list[_Range]:
    return [one for part in accept.split(",") if (one := _range(part)) is not None]


def _range(text: str) -> _Range | None:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    if kind == "*":
        kind = "*/*"
    if "/" not in kind or not _is_utf8(parameters):
        return None
    rank = 0 if kind == "*/*" else 1 if kind.endswith("/*") else 2
    spec = next((one for one in parameters if one.startswith("subscriptionspec=")), "")
    return _Range(kind, _quality_of(parameters), rank, spec)


def _is_utf8(parameters: list[str]) -> bool:
    charsets = [one.partition("=")[2].strip('"') for one in parameters if one.startswith("charset")]
    return all(charset in ("utf-8", "utf8") for charset in charsets)


def _quality_of(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
