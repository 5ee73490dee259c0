"""Listeners whose items are answered as they are, at once or when a test says so."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

from gateway.execution.answer import Answer
from gateway.subscriptions.buffers import buffer_for
from gateway.subscriptions.listener import Interest, Listener
from gateway.subscriptions.occurrence import Occurrence
from gateway.supergraph.model import EventSourceKind

NEVER = datetime(2100, 1, 1, tzinfo=UTC)


class AsTheyAre:
    """Answers an item with what it is; if that takes time it can be held up."""

    key = "as they are"

    def __init__(self, *, takes_time: bool = False) -> None:
        self.takes_time = takes_time
        self.begun: list[Occurrence] = []
        self._free = asyncio.Event()
        self._free.set()

    def hold(self, *, held: bool) -> None:
        """Answer nothing for now, or go on."""
        if held:
            self._free.clear()
        else:
            self._free.set()

    def begin(self, item: Occurrence) -> asyncio.Task[Answer] | None:
        """Begin, if it takes time."""
        if not self.takes_time:
            return None
        known = item.resolved.get(self.key)
        if known is None:
            self.begun.append(item)
            known = item.resolved[self.key] = asyncio.create_task(self._resolve(item))
        found: asyncio.Task[Answer] = known
        return found

    async def answer(self, item: Occurrence) -> Answer:
        """Give the answer."""
        task = self.begin(item)
        return await (self._resolve(item) if task is None else asyncio.shield(task))

    async def _resolve(self, item: Occurrence) -> Answer:
        if self.takes_time:
            await self._free.wait()
        return Answer(shown(item))


def shown(item: Occurrence) -> dict[str, Any]:
    """Give what a client sees of an item."""
    return {
        "entity": None if item.happening is None else item.happening.entity,
        "seq": item.seq,
        "seqFrom": item.seq_from,
        "cursor": item.cursor,
        "delivery": item.delivery.value,
    }


def listener_for(
    interest: Interest,
    kind: EventSourceKind = EventSourceKind.LOSSLESS,
    waiting: int = 10,
    resolver: AsTheyAre | None = None,
    **options: Any,
) -> Listener:
    """Give a listener that may have so many items waiting."""
    buffer = partial(buffer_for, kind, waiting)
    options.setdefault("expires_at", NEVER)
    return Listener(interest, buffer, resolver or AsTheyAre(), **options)
