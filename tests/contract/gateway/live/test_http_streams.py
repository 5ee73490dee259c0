"""Streams over plain HTTP: server-sent events, multipart, and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
import pytest

from tests.support.live import sse_events
from tests.support.live_gateway import WATCH, World, listeners, until_listeners, user_token

APOLLO = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'
PLACES = "{ places { id } }"


def headers_for(accept: str, **token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {user_token(**token)}", "Accept": accept}


def watching(order: str) -> dict[str, Any]:
    return {"query": WATCH, "variables": {"id": order}}


async def parts_of(response: aiohttp.ClientResponse) -> AsyncIterator[Any]:
    """Give the JSON of each part once the boundary after it is there, as Apollo Client does."""
    waiting = b""
    async for chunk in response.content.iter_any():
        *parts, waiting = (waiting + chunk).split(b"\r\n--graphql")
        for part in filter(None, parts):
            head, _, body = part.partition(b"\r\n\r\n")
            assert head == b"\r\nContent-Type: application/json; charset=utf-8"
            yield orjson.loads(body)
    assert waiting == b"--\r\n", "premature end"


async def test_apollo_client_gets_its_multipart_subscription(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with session.post(world.url, json=watching("7"), headers=headers_for(APOLLO)) as response:
        parts = parts_of(response)
        assert await anext(parts) == {}
        begun = await anext(parts)
        await world.change("7")
        seen = await anext(parts)

    assert response.headers["Content-Type"].startswith("multipart/mixed;")
    assert begun["payload"]["data"]["changed"]["delivery"] == "HEARTBEAT"
    assert seen["payload"]["data"]["changed"]["seq"] == 1


async def test_the_last_part_of_a_multipart_stream_is_followed_by_the_final_boundary(
    world: World, session: aiohttp.ClientSession
) -> None:
    headers = headers_for(APOLLO, roles=("customer",))
    async with session.post(world.url, json=watching("7"), headers=headers) as response:
        parts = [part async for part in parts_of(response)]

    assert parts[0] == {}
    assert [part["payload"]["errors"][0]["extensions"]["code"] for part in parts[1:]] == [
        "FORBIDDEN"
    ]


async def test_a_quiet_stream_shows_that_it_is_alive(
    world: World, session: aiohttp.ClientSession
) -> None:
    lively = await world.another_gateway(session, stream_heartbeat=timedelta(milliseconds=30))
    headers = headers_for("text/event-stream")
    async with session.post(
        f"{lively.url}/graphql", json=watching("7"), headers=headers
    ) as response:
        kinds: list[str] = []
        async for kind, _ in sse_events(response):
            kinds.append(kind)
            if "next" in kinds and kinds[-3:] == ["heartbeat"] * 3:
                break

    assert kinds[0] == "heartbeat"  # however many more came before the first answer
    assert set(kinds) == {"heartbeat", "next"}


@pytest.mark.parametrize("accept", ["application/json", "*/*", "multipart/mixed"])
async def test_a_subscription_asked_for_as_plain_json_is_told_how_to_ask(
    world: World, session: aiohttp.ClientSession, accept: str
) -> None:
    headers = headers_for(f"{accept}, application/json")
    async with session.post(world.url, json=watching("7"), headers=headers) as response:
        told = (await response.json())["errors"][0]

    assert told["extensions"]["code"] == "BAD_REQUEST"
    for way in ("graphql-transport-ws", "text/event-stream", "multipart/mixed"):
        assert way in told["message"]


async def test_an_accept_that_merely_names_a_stream_does_not_turn_a_query_into_one(
    world: World, session: aiohttp.ClientSession
) -> None:
    accept = "application/json, text/event-stream"
    async with session.post(
        world.url, json={"query": PLACES}, headers=headers_for(accept)
    ) as response:
        assert await response.json() == {"data": {"places": None}}


async def test_who_accepts_a_stream_alone_gets_a_query_as_a_short_one(
    world: World, session: aiohttp.ClientSession
) -> None:
    headers = headers_for("text/event-stream")
    async with session.post(world.url, json={"query": PLACES}, headers=headers) as response:
        events = [event async for event in sse_events(response)]

    assert events[1:] == [("next", {"data": {"places": None}}), ("complete", None)]


async def test_a_stream_that_is_refused_ends_with_the_reason(
    world: World, session: aiohttp.ClientSession
) -> None:
    headers = headers_for("text/event-stream", roles=("customer",))
    async with session.post(world.url, json=watching("7"), headers=headers) as response:
        events = [event async for event in sse_events(response)]

    (_, (kind, refused), last) = events
    assert (kind, last) == ("next", ("complete", None))
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_when_the_token_expires_the_stream_ends_with_the_cursor(
    world: World, session: aiohttp.ClientSession
) -> None:
    headers = headers_for("text/event-stream")
    async with session.post(world.url, json=watching("7"), headers=headers) as response:
        events = sse_events(response)
        await anext(events)
        _, begun = await anext(events)
        world.clock.advance(timedelta(hours=2))
        await world.change("7")
        rest = [event async for event in events]

    (kind, told), last = rest
    assert (kind, last) == ("next", ("complete", None))
    extensions = told["errors"][0]["extensions"]
    assert extensions["code"] == "UNAUTHENTICATED"
    assert extensions["cursor"] == begun["data"]["changed"]["cursor"]


async def test_a_gateway_that_is_told_to_stop_breaks_streams_off_without_completing_them(
    world: World, session: aiohttp.ClientSession
) -> None:
    headers = headers_for("text/event-stream")
    async with session.post(world.url, json=watching("7"), headers=headers) as response:
        events = sse_events(response)
        await anext(events)
        await anext(events)
        stopping = asyncio.create_task(world.gateway.stop())
        rest = [kind async for kind, _ in events]
        await stopping

    assert "complete" not in rest


async def test_when_a_client_goes_its_listener_goes_too(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with session.post(
        world.url, json=watching("7"), headers=headers_for("text/event-stream")
    ) as response:
        events = sse_events(response)
        await anext(events)
        await anext(events)
        before = await listeners(world, session)
        response.close()

    await until_listeners(world, session, 0)
    assert before == 1
