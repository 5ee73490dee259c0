"""One listener: what it wants, what it may see, and what waits for it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.subscriptions.buffers import Buffer
from gateway.subscriptions.cursor import Positions
from gateway.subscriptions.happening import Happening, Section
from gateway.subscriptions.occurrence import Occurrence
from gateway.supergraph.model import EventSource
from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class Interest:
    """Which events of a field a listener wants: every filter must meet one of its values.

    `grants` None sees every event; else an event's audience must hold one of them.
    """

    field: str
    filters: Mapping[str, frozenset[str]]
    grants: frozenset[str] | None

    def covers(self, happening: Happening, section: Section) -> bool:
        """Whether an event is wanted, and may be seen."""
        if self.grants is not None and self.grants.isdisjoint(happening.audience):
            return False
        return all(
            not values.isdisjoint(section.keys.get(name, ()))
            for name, values in self.filters.items()
        )


def grants_that_count(source: EventSource, caller: Caller) -> frozenset[str] | None:
    """Give the caller's grants, or None for a caller who sees every event of the source."""
    return None if caller.has_role(*source.unrestricted) else caller.grants


class Listener:
    """A place where a reader leaves items, and where one consumer takes them.

    `floor` are positions the consumer has seen already, ahead of the reader; None when the reader
    has passed them; `identity` is that of the log they are in, None once it is known to be the
    reader's. Once `is_cut_off` nothing more comes: what waits is the last of it.
    """

    def __init__(self, interest: Interest, buffer: Buffer) -> None:
        self.interest = interest
        self.floor: Positions | None = None
        self.identity: str | None = None
        self.is_cut_off = False
        self._buffer = buffer
        self._waiting: asyncio.Future[bool] | None = None

    def put(self, item: Occurrence) -> None:
        """Leave an item; a full buffer cuts the listener off."""
        if self.is_cut_off:
            return
        if not self._buffer.put(item):
            self.is_cut_off = True
        self.wake()

    def take(self) -> Occurrence | None:
        """Give what waits longest; None if nothing does."""
        return self._buffer.take()

    async def wait(self, seconds: float) -> bool:
        """Wait until woken; False when the time is up first."""
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(seconds, self._set, False)  # noqa: FBT003  # not woken
        try:
            return await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def wake(self) -> None:
        """Have the consumer look."""
        self._set(True)  # noqa: FBT003  # woken

    def _set(self, woken: bool) -> None:  # noqa: FBT001
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(woken)
