"""One listener: what it wants, what it may see, and what waits for it."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from gateway.execution.answer import Answer
from gateway.execution.snapshot_plan import ShownEntity
from gateway.subscriptions.buffers import Buffer
from gateway.subscriptions.cursor import LogName, Positions
from gateway.subscriptions.happening import Happening, Section
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.supergraph.model import EventSource
from service_kit.identity.caller import Caller

Push: TypeAlias = Callable[[Answer], bool]
"""Hands an answer to a client at once; False, and nothing handed, if that cannot be now."""


@dataclass(frozen=True, slots=True)
class Interest:
    """Which events of a field a listener wants: every filter must meet one of its values.

    `grants` None sees every event; else an event's audience must hold one of them.
    """

    field: str
    filters: Mapping[str, frozenset[str]]
    grants: frozenset[str] | None

    @property
    def identity(self) -> Hashable:
        """What is the same for two interests in the same events."""
        return self.field, frozenset(self.filters.items()), self.grants

    def covers(self, happening: Happening, section: Section) -> bool:
        """Whether an event is wanted, and may be seen."""
        if self.grants is not None and self.grants.isdisjoint(happening.audience):
            return False
        return all(
            not values.isdisjoint(section.keys.get(name, ()))
            for name, values in self.filters.items()
        )


def grants_that_count(source: EventSource, caller: Caller) -> frozenset[str] | None:
    """Give the grants that the caller's roles have, or None if they see every event."""
    if caller.has_role(*source.unrestricted):
        return None
    return caller.grants if source.grants is None else caller.grants_by(source.grants)


class Resolving(Protocol):
    """How a listener's items become answers; the same `key` gives the same answers."""

    @property
    def key(self) -> Hashable:
        """What listeners with the same answers have in common."""

    @property
    def takes_time(self) -> bool:
        """Whether events have to be resolved by somebody else."""

    def begin(self, item: Occurrence) -> "asyncio.Task[Answer | None] | None":
        """Begin to resolve an item; None if `answer` gives it without waiting."""

    async def answer(self, item: Occurrence) -> Answer | None:
        """Give the answer for an item; None if the caller's token expires before."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When items are handed out: the time of day, and the loop's own."""

    now: datetime
    ticks: float


class Listener:
    """A place where items are left for one consumer.

    `stands` is up to where, in `log`, its consumer was given everything; `shown` are entities that
    a snapshot showed it; `heard_at` is the loop's time of the last item that was pushed. Once
    `is_cut_off` nothing more comes: what waits is the last of it.
    """

    __slots__ = (
        "_buffer",
        "_push",
        "_waiting",
        "expires_at",
        "heard_at",
        "interest",
        "is_cut_off",
        "log",
        "make_buffer",
        "resolver",
        "shown",
        "stands",
    )

    def __init__(
        self,
        interest: Interest,
        make_buffer: Callable[[], Buffer],
        resolver: Resolving,
        expires_at: datetime,
        push: Push | None = None,
    ) -> None:
        self.interest = interest
        self.make_buffer = make_buffer
        self.resolver = resolver
        self.expires_at = expires_at
        self.log: LogName | None = None
        self.stands: Positions = ()
        self.shown: tuple[ShownEntity, ...] = ()
        self.heard_at = 0.0
        self.is_cut_off = False
        self._push = push
        self._buffer: Buffer | None = None
        self._waiting: asyncio.Future[bool] | None = None

    @property
    def waiting(self) -> int:
        """How many items wait for its consumer."""
        return 0 if self._buffer is None else len(self._buffer)

    def give(self, item: Occurrence, answer: Answer | None, at: Moment) -> bool:
        """Push an event's answer if the consumer waits for one and can be pushed it.

        Else leave the item in the buffer; False if that is full: then the listener is cut off.
        """
        if (
            self._push is None
            or self._waiting is None  # the consumer has something to do already
            or self._waiting.done()
            or answer is None
            or item.delivery is not Delivery.EVENT
            or at.now >= self.expires_at
        ):
            return self._put(item)
        if not item.is_in(self.shown):
            if not self._push(answer):
                return self._put(item)
            self.heard_at = at.ticks
        self.note(item)
        return True

    def note(self, item: Occurrence) -> None:
        """Stand after an item."""
        self.stand(item.log, item.positions)

    def stand(self, log: LogName, positions: Positions) -> None:
        """Stand at positions of a log: everything up to them was given, or concerned others."""
        self.log, self.stands = log, positions

    def start_over(self) -> None:
        """Have nothing waiting, as if nothing had been left here."""
        self._buffer, self.is_cut_off = None, False

    def _put(self, item: Occurrence) -> bool:
        if self.is_cut_off:
            return True
        if self._buffer is None:
            self._buffer = self.make_buffer()
        if not self._buffer.put(item):
            self.cut_off()
            return False
        self._wake(woken=True)
        return True

    def cut_off(self) -> None:
        """Give nothing more, and have the consumer look."""
        self.is_cut_off = True
        self._wake(woken=True)

    def take(self) -> Occurrence | None:
        """Give what waits longest; None if nothing does."""
        item = None if self._buffer is None else self._buffer.take()
        if item is None:
            self._buffer = None
        return item

    async def wait(self, seconds: float) -> bool:
        """Wait until there is something to take; False when the time is up first."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[bool] = loop.create_future()
        self._waiting = waiting
        timer = loop.call_later(seconds, self._wake)
        try:
            return await waiting
        finally:
            timer.cancel()
            self._waiting = None

    def _wake(self, *, woken: bool = False) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(woken)
