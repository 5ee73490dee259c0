"""Listeners that are to be given the same answers: each is resolved once and handed to all."""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from itertools import islice

import structlog

from gateway.execution.answer import Answer
from gateway.subscriptions.cursor import Positions
from gateway.subscriptions.figures import StreamFigures
from gateway.subscriptions.listener import Listener, Moment, Resolving
from gateway.subscriptions.occurrence import Occurrence
from service_kit.runtime.clock import Clock

_log = structlog.get_logger("gateway.subscriptions")

AT_ONCE = 8
"""How many events of a group are being resolved by subgraphs at a time."""


def key_of(listener: Listener) -> Hashable:
    """Give what listeners that are given the same answers have in common."""
    return listener.interest.identity, listener.resolver.key


class Group:
    """Listeners with one interest, one selection and one set of rights, at one point of the log.

    Items wait, are resolved (some at a time) and are handed out, all in the order they came in;
    `on_ready` is told when there is something to hand out. `floor` are positions that the members
    have seen already, ahead of the reader; `identity` is that of the log they are in, None once it
    is known to be the reader's. Once `is_full` all members have been cut off.
    """

    __slots__ = (
        "_answer",
        "_clock",
        "_figures",
        "_left",
        "_members",
        "_on_ready",
        "_under_way",
        "_waiting",
        "floor",
        "identity",
        "interest",
        "is_full",
        "is_queued",
        "key",
    )

    def __init__(
        self,
        first: Listener,
        floor: Positions | None,
        identity: str | None,
        figures: StreamFigures,
        clock: Clock,
        on_ready: Callable[["Group"], None],
    ) -> None:
        self.key = key_of(first)
        self.interest = first.interest
        self.floor = floor
        self.identity = identity
        self.is_queued = False
        self.is_full = False
        self._figures = figures
        self._clock = clock
        self._on_ready = on_ready
        self._waiting = first.make_buffer()
        self._members: dict[Listener, None] = {}
        self._under_way: list[tuple[Occurrence, asyncio.Task[Answer | None] | None]] = []
        self._left: Iterator[Listener] | None = None
        self._answer: Answer | None = None

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Listener]:
        return iter(tuple(self._members))

    @property
    def waiting(self) -> int:
        """How many items wait, here and for the members."""
        mine = len(self._waiting) + len(self._under_way)
        return mine + sum(one.waiting for one in self._members)

    @property
    def is_idle(self) -> bool:
        """Whether the members were given everything: only then may others join them."""
        return not self._under_way and not self.is_full

    @property
    def is_ready(self) -> bool:
        """Whether there is something to hand out now."""
        if not self._under_way:
            return False
        task = self._under_way[0][1]
        return task is None or task.done()

    def add(self, listener: Listener) -> None:
        """Add a member."""
        self._members[listener] = None

    def remove(self, listener: Listener) -> None:
        """Give a member nothing more."""
        del self._members[listener]

    def put(self, item: Occurrence) -> None:
        """Take an item; if too many wait, cut all members off instead."""
        if self.is_full:
            return
        if self._waiting.put(item):
            self._begin()
            return
        self.cut_off()

    def cut_off(self) -> None:
        """Give nobody anything any more: each client goes on from its own cursor."""
        self.is_full = True
        self._left = self._answer = None
        self._under_way.clear()
        while self._waiting.take() is not None:
            pass
        self._figures.cut_off += len(self._members)
        for listener in self._members:
            listener.cut_off()

    def _begin(self) -> None:
        resolver = self._resolver()
        most = 1 if resolver is None or not resolver.takes_time else AT_ONCE
        while len(self._under_way) < most and (item := self._waiting.take()) is not None:
            self._under_way.append((item, self._begun(item, resolver)))
        self._look()

    def _begun(
        self, item: Occurrence, resolver: Resolving | None
    ) -> "asyncio.Task[Answer | None] | None":
        task = None if resolver is None else resolver.begin(item)
        if task is not None:
            task.add_done_callback(self._figures.timing())
            task.add_done_callback(self._look)
        return task

    def _begins_again(self) -> bool:
        """Have another member ask, without anybody waiting, if the token of who asked expired."""
        item, task = self._under_way[0]
        if task is None or task.cancelled() or task.exception() or task.result() is not None:
            return False
        resolver = self._resolver()
        if resolver is None:
            return False
        self._under_way[0] = (item, self._begun(item, resolver))
        return not self.is_ready

    def _look(self, _: object = None) -> None:
        if self.is_ready:
            self._on_ready(self)

    def _resolver(self) -> Resolving | None:
        """Give the resolver of a member whose token is good; None if there is none."""
        now = self._clock.now()
        return next((one.resolver for one in self._members if now < one.expires_at), None)

    async def hand_out(self, most: int, at: Moment) -> int:
        """Hand the oldest item to so many members at most; fewer when everybody has it.

        Nobody is given anything while it has to be resolved once more.
        """
        item, _ = self._under_way[0]
        if self._left is None:
            if self._begins_again():
                return 0
            self._answer = await self._answered(item)
            self._left = iter(self)
        given = 0
        for listener in islice(self._left, most):
            given += 1
            if listener in self._members and not _given(listener, item, self._answer, at):
                self._figures.cut_off += 1
        self._figures.delivered(item.happening, given, at.now)
        if given < most:
            self.end()
        return given

    def end(self) -> None:
        """Be done with the oldest item."""
        self._under_way.pop(0)
        self._left = self._answer = None
        self._begin()

    async def _answered(self, item: Occurrence) -> Answer | None:
        """Give the answer; None if that fails, which each listener will find out for itself."""
        resolver = self._resolver()
        if resolver is None:
            return None
        try:
            return await resolver.answer(item)
        except Exception:  # noqa: BLE001  # it fails again where there is a client to be told
            return None


def _given(listener: Listener, item: Occurrence, answer: Answer | None, at: Moment) -> bool:
    """Give an item to one; whatever is wrong with its connection, the others get theirs."""
    try:
        return listener.give(item, answer, at)
    except Exception:  # noqa: BLE001  # nothing may be missing unnoticed: this one begins again
        _log.exception("event_not_given")
        listener.cut_off()
        return False
