"""What a gateway holds is bounded, whatever its clients do."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.support.live import connected, sse_events
from tests.support.live_gateway import WATCH, World, until_listeners, user_token

EVENTS = """subscription($since: String) {
  orderChanged(orderId: "7", heartbeatSeconds: 5, since: $since) { seq cursor type delivery } }"""


async def test_one_connection_too_many_is_told_to_try_again_until_another_one_goes(
    world: World, session: aiohttp.ClientSession
) -> None:
    small = await world.another_gateway(session, open_connections=2)
    url = f"{small.url}/graphql"
    headers = {"Authorization": f"Bearer {user_token()}", "Accept": "text/event-stream"}
    body = {"query": WATCH, "variables": {"id": "7"}}
    async with session.post(url, json=body, headers=headers) as stream, connected(session, url):
        await anext(sse_events(stream))
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with connected(session, url):
                pass
        async with session.post(url, json=body, headers=headers) as other:
            told = await other.json()

    assert refused.value.status == 503
    assert refused.value.headers is not None
    assert refused.value.headers["Retry-After"] == "1"
    assert (other.status, told["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
    async with connected(session, url) as socket, connected(session, url):
        await socket.begin()


async def test_a_client_that_does_not_read_takes_no_more_room_than_its_connection_has(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    tight = await world.another_gateway(session, events_waiting=1000)
    lazy = await opened("operator", url=f"{tight.url}/graphql")
    await lazy.subscribe(EVENTS)
    await lazy.data()

    for _ in range(150):
        await world.change("7", "x" * 100_000)
    async with asyncio.timeout(20):
        while (waiting := await waiting_items(tight.url, session)) == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    seen = [(await lazy.data())["orderChanged"] for _ in range(150)]

    assert waiting > 0  # they waited as items, not as bytes written to a socket nobody reads
    events = [one["seq"] for one in seen if one["delivery"] == "EVENT"]
    assert events == list(range(1, len(events) + 1))


async def waiting_items(url: str, session: aiohttp.ClientSession) -> float:
    """Tell how many items wait to be delivered."""
    async with session.get(f"{url}/metrics") as response:
        text = await response.text()
    found = (line for line in text.splitlines() if line.startswith("gateway_live_waiting{"))
    return float(next(found).split()[1])


async def test_what_was_delivered_and_how_late_is_counted(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    sockets = [await opened("operator") for _ in range(3)]
    for socket in sockets:
        await socket.subscribe(WATCH, id="7")
        await socket.data()
    await until_listeners(world, session, 3)
    await world.change("7")
    for socket in sockets:
        await socket.data()

    async with session.get(f"{world.gateway.url}/metrics") as response:
        lines = (await response.text()).splitlines()
    figures = dict(line.rsplit(" ", 1) for line in lines if line.startswith("gateway_live_"))

    assert figures['gateway_live_deliveries_total{stream="orders"}'] == "3.0"
    assert figures['gateway_live_lag_seconds_count{stream="orders"}'] == "3.0"
    assert figures['gateway_live_resolving_seconds_count{stream="orders"}'] == "1.0"
    assert figures['gateway_live_cut_off_total{stream="orders"}'] == "0.0"
