"""A listener whose connection breaks while it is pushed to takes nothing from the others."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import TooSlow
from gateway.execution.answer import Answer
from gateway.subscriptions.flow import Flow
from gateway.subscriptions.listener import Interest
from gateway.subscriptions.occurrence import Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.wish import Wish
from service_kit.runtime.clock import SettableClock
from tests.support.listeners import listener_for
from tests.support.memory_log import MemoryLog

CLOCK = SettableClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
WISH = Wish(Interest("changed", {}, None), None, snapshot=False, heartbeat=5.0, named={})


class Client:
    """A client that events are pushed to, until `breaks`."""

    def __init__(self, reader: StreamReader) -> None:
        self.pushed: list[Any] = []
        self.breaks = False
        listener = listener_for(WISH.interest, push=self._push)
        self.flow = Flow(reader, WISH, listener, CLOCK).items()

    def _push(self, answer: Answer) -> bool:
        if self.breaks:
            raise RuntimeError("the handler is closed")
        assert isinstance(answer.data, dict)
        self.pushed.append(answer.data["seq"])
        return True

    async def begins(self) -> "asyncio.Task[Occurrence]":
        """Take the first heartbeat, and wait for what cannot be pushed."""
        await anext(self.flow)
        waiting = asyncio.ensure_future(anext(self.flow))
        await asyncio.sleep(0)
        return waiting


async def read(reader: StreamReader, events: int) -> None:
    """Let the reader come so far, and whatever it hands out be handed out."""
    async with asyncio.timeout(5):
        while reader.figures.events_read < events:  # noqa: ASYNC110
            await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_push_that_fails_ends_that_subscription_and_the_others_get_every_event() -> None:
    log = MemoryLog(1)
    reader = StreamReader(log, "things", 1, CLOCK)
    clients = [Client(reader) for _ in range(3)]
    first, broken, last = clients
    async with aclosing(first.flow), aclosing(broken.flow), aclosing(last.flow):
        waiting = [await client.begins() for client in clients]
        log.append(0, "a", 1, {"thing": "a"})
        await read(reader, 1)
        broken.breaks = True
        log.append(0, "a", 2, {"thing": "a"})
        await read(reader, 2)
        broken.breaks = False
        log.append(0, "a", 3, {"thing": "a"})
        await read(reader, 3)

        with pytest.raises(TooSlow) as ended:
            await waiting[1]
        for each in waiting:
            each.cancel()
        await asyncio.wait(waiting)

    assert first.pushed == last.pushed == [1, 2, 3]
    assert broken.pushed == [1]
    assert ended.value.cursor is not None


async def test_an_item_that_cannot_be_handed_out_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = MemoryLog(1)
    reader = StreamReader(log, "things", 1, CLOCK)
    client = Client(reader)
    async with aclosing(client.flow):
        waiting = await client.begins()
        with monkeypatch.context() as patched:
            patched.setattr("gateway.subscriptions.group.islice", lambda *_: 1 // 0)
            log.append(0, "a", 1, {"thing": "a"})
            await read(reader, 1)

        with pytest.raises(TooSlow):
            await waiting

    assert client.pushed == []
