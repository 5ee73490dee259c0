"""Where the text of a subgraph comes from, and getting it."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gateway.composition.reader import SubgraphDefinition
from gateway.errors import CompositionFailed
from gateway.ports import SubgraphUnreachable
from gateway.transport.http import HttpLimits, HttpTransport
from gateway.transport.subgraph_schema import subgraph_schema

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_FILE_AT_ADDRESS = re.compile(r"(?P<file>.+?)@(?P<url>https?://.*)", re.IGNORECASE)
_HEADER = re.compile(
    r"(?:(?P<subgraph>[^=:]+)=)?(?P<name>[A-Za-z0-9!#$%&'*+.^_`|~-]+):(?P<value>.*)"
)


@dataclass(frozen=True, slots=True)
class SubgraphSource:
    """One subgraph to compose: its text is in `file`, or is `sdl`, or is asked for at `asked_at`.

    `url` is where the gateway will reach it.
    """

    name: str
    url: str = ""
    file: Path | None = None
    sdl: str | None = None
    asked_at: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """A header for one running subgraph, or for all."""

    name: str
    value: str
    subgraph: str | None = None


class SourceUnavailable(Exception):
    """Some texts cannot be had; one line for each of them."""


def source_named(text: str) -> SubgraphSource:
    """Read NAME=FILE, NAME=FILE@URL or NAME=URL; raises ValueError."""
    name, _, rest = text.partition("=")
    if not name or not rest:
        raise ValueError(f"{text!r} is not NAME=FILE, NAME=FILE@URL or NAME=URL.")
    if _ADDRESS.match(rest):
        return SubgraphSource(name, url=rest, asked_at=rest)
    if both := _FILE_AT_ADDRESS.fullmatch(rest):
        return SubgraphSource(name, url=both["url"], file=Path(both["file"]))
    return SubgraphSource(name, file=Path(rest))


def header_named(text: str) -> Header:
    """Read `Name: value`, or `SUBGRAPH=Name: value`; raises ValueError."""
    found = _HEADER.fullmatch(text)
    if found is None:
        # The text may hold a secret, so it is not repeated.
        raise ValueError("A header is 'Name: value', or 'SUBGRAPH=Name: value'.")
    return Header(found["name"], found["value"].strip(), found["subgraph"])


def definitions_of(
    sources: Sequence[SubgraphSource], headers: Iterable[Header], deadline: timedelta
) -> list[SubgraphDefinition]:
    """Get every text; raises SourceUnavailable with a line for each that cannot be had."""
    return asyncio.run(_all_definitions(sources, list(headers), deadline))


async def _all_definitions(
    sources: Sequence[SubgraphSource], headers: Sequence[Header], deadline: timedelta
) -> list[SubgraphDefinition]:
    addresses = {one.name: one.asked_at for one in sources if one.asked_at is not None}
    async with HttpTransport(addresses, limits=HttpLimits(deadline=deadline)) as transport:
        results = await asyncio.gather(
            *(_definition(one, transport, headers) for one in sources), return_exceptions=True
        )
    definitions: list[SubgraphDefinition] = []
    failures: list[str] = []
    for result in results:
        if isinstance(result, SubgraphDefinition):
            definitions.append(result)
        elif isinstance(result, SourceUnavailable):
            failures.append(str(result))
        else:
            raise result
    if failures:
        raise SourceUnavailable("\n".join(failures))
    return definitions


async def _definition(
    source: SubgraphSource, transport: HttpTransport, headers: Sequence[Header]
) -> SubgraphDefinition:
    if source.asked_at is not None:
        text = await _asked(source, source.asked_at, transport, headers)
        return SubgraphDefinition(source.name, source.url, text)
    if source.file is None:
        return SubgraphDefinition(source.name, source.url, source.sdl or "")
    try:
        text = await asyncio.to_thread(source.file.read_text, "utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceUnavailable(f"{source.name}: {source.file}: {reason}") from error
    except UnicodeDecodeError as error:
        raise SourceUnavailable(f"{source.name}: {source.file}: not UTF-8 text") from error
    return SubgraphDefinition(source.name, source.url, text, str(source.file))


async def _asked(
    source: SubgraphSource, address: str, transport: HttpTransport, headers: Sequence[Header]
) -> str:
    meant = {one.name: one.value for one in headers if one.subgraph in {None, source.name}}
    try:
        return await subgraph_schema(transport, source.name, headers={**source.headers, **meant})
    except CompositionFailed as error:
        raise SourceUnavailable(f"{error.message} (asked at {address})") from error
    except SubgraphUnreachable as error:
        reason = str(error).removeprefix(f"{source.name}: ")
        raise SourceUnavailable(f"{source.name} cannot be asked at {address}: {reason}") from error
