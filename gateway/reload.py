"""Where the graph comes from, and keeping the newest good one in service."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.errors import CompositionFailed
from gateway.pipeline import Served
from gateway.planning.snapshot import Snapshot, build_snapshot
from gateway.ports import SubgraphTransport, SubgraphUnreachable
from gateway.transport.subgraph_schema import subgraph_schema
from service_kit.identity.caller import Caller

FIRST_TRY_SECONDS = 0.5

_log = structlog.get_logger("gateway.reload")


class SupergraphSource(Protocol):
    """Gives the supergraph's text; raises while there is none."""

    async def read(self) -> str:
        """Read the newest text."""


class FileSource:
    """A supergraph in a file, which is read again when it is another one or was changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[tuple[int, int, int], str] | None = None

    async def read(self) -> str:
        """Read the file, unless it is as before."""
        return await asyncio.to_thread(self._newest)

    def _newest(self) -> str:
        found = self._path.stat()
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read is None or self._read[0] != seen:
            self._read = (seen, self._path.read_text("utf-8"))
        return self._read[1]


class SubgraphsSource:
    """A supergraph composed from what running subgraphs say of themselves."""

    def __init__(
        self,
        urls: Mapping[str, str],
        transport: SubgraphTransport,
        caller: Caller,
    ) -> None:
        self._urls = dict(urls)
        self._transport = transport
        self._caller = caller
        self._composed: tuple[tuple[SubgraphDefinition, ...], str | CompositionFailed] | None = None

    async def read(self) -> str:
        """Ask every subgraph for its text and compose them, unless all are as before.

        Raises CompositionFailed, which names every subgraph that gives no text.
        """
        texts = await self._texts()
        if self._composed is None or self._composed[0] != texts:
            self._composed = (texts, await asyncio.to_thread(_composed, texts))
        composed = self._composed[1]
        if isinstance(composed, CompositionFailed):
            raise composed.with_traceback(None)
        return composed

    async def _texts(self) -> tuple[SubgraphDefinition, ...]:
        asked = (self._text(name) for name in self._urls)
        texts = await asyncio.gather(*asked, return_exceptions=True)
        failures = [each for each in texts if isinstance(each, BaseException)]
        for each in failures:
            if not isinstance(each, CompositionFailed | SubgraphUnreachable):
                raise each
        if failures:
            raise CompositionFailed("; ".join(map(str, failures)))
        return tuple(each for each in texts if isinstance(each, SubgraphDefinition))

    async def _text(self, name: str) -> SubgraphDefinition:
        sdl = await subgraph_schema(self._transport, name, self._caller)
        return SubgraphDefinition(name, self._urls[name], sdl)


def _composed(definitions: Sequence[SubgraphDefinition]) -> str | CompositionFailed:
    try:
        return compose(definitions)
    except CompositionFailed as error:
        return error


class Reloader:
    """Holds what is served and replaces it, whole, when its source has something new and good."""

    def __init__(
        self,
        source: SupergraphSource,
        make: Callable[[Snapshot], Served],
        when_new: Callable[[Snapshot], None],
    ) -> None:
        self._source = source
        self._make = make
        self._when_new = when_new
        self._text: str | None = None
        self._refused: tuple[str, Exception] | None = None
        self._served: Served | None = None
        self._tried = asyncio.Event()

    @property
    def served(self) -> Served | None:
        """Give what is served; None until the first good supergraph."""
        return self._served

    async def refresh(self) -> bool:
        """Read the source once and serve what is new; tells whether it was. May raise anything."""
        text = await self._source.read()
        if text == self._text:
            return False
        snapshot = await self._built(text)
        served = self._make(snapshot)
        self._when_new(snapshot)
        self._served, self._text = served, text
        _log.info("supergraph_loaded", subgraphs=sorted(snapshot.supergraph.subgraphs))
        return True

    async def _built(self, text: str) -> Snapshot:
        """Build what a text says, but do not try again what could not be built."""
        if self._refused is not None and self._refused[0] == text:
            raise self._refused[1].with_traceback(None)
        try:
            return await asyncio.to_thread(build_snapshot, text)
        except Exception as error:
            self._refused = (text, error)
            raise

    async def run(self, every: timedelta) -> None:
        """Refresh for ever; a failure is told once and leaves the last good one in service."""
        told: str | None = None
        while True:
            try:
                await self.refresh()
                told = None
            except Exception as error:  # noqa: BLE001  # the last good one must stay in service
                if str(error) != told:
                    told = str(error)
                    _log.warning("supergraph_not_loaded", reason=told, error=type(error).__name__)
            self._tried.set()
            # A cancellation can be lost to a subgraph's error that comes at the same moment.
            if _is_cancelled():
                return
            waiting = self._served is None
            await asyncio.sleep(FIRST_TRY_SECONDS if waiting else every.total_seconds())

    async def first_try(self, at_most: timedelta) -> None:
        """Wait until the source has been read once, well or badly, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most.total_seconds()):
                await self._tried.wait()

    async def probe(self) -> None:
        """Raise unless there is something to serve."""
        if self._served is None:
            raise NothingToServe("No supergraph has been loaded yet.")


class NothingToServe(Exception):
    """The gateway has not seen a good supergraph yet."""


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
