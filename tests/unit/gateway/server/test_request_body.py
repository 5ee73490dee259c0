import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive

from gateway.server.refusals import HttpRefusal
from gateway.server.request_body import read_body
from service_kit.runtime.deadline import Deadline


def request(*messages: Message) -> Receive:
    waiting = list(messages)

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


async def refused(asked: Receive, **bounds: Any) -> int:
    within = Deadline(bounds.get("seconds", 60))
    with pytest.raises(HttpRefusal) as refusal:
        await read_body(asked, "", bounds.get("most", 10), within)
    return refusal.value.status_code


async def test_a_body_that_stops_coming_is_given_up() -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}

    assert await refused(request(part), seconds=0.001) == 408


async def test_a_body_that_is_cut_off_is_a_bad_request() -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}

    assert await refused(request(part, {"type": "http.disconnect"})) == 400


async def test_a_body_of_exactly_the_bound_is_read() -> None:
    part = {"type": "http.request", "body": b"0123456789", "more_body": False}

    assert await read_body(request(part), "", 10, Deadline(60)) == b"0123456789"
