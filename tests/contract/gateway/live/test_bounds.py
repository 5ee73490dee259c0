"""What a gateway holds is bounded, whatever its clients do."""

import asyncio
import gc
import socket as sockets
import tracemalloc
import weakref
from datetime import timedelta
from time import perf_counter
from typing import Any

import aiohttp
import orjson
import pytest

from bench.live.frames import masked_frame
from gateway.server.websocket import SocketHandler
from service_kit.runtime.http import DroppingProtocol
from service_kit.runtime.websocket import PushingProtocol
from tests.support.live import Socket, connected, sse_events
from tests.support.live_gateway import WATCH, World, until_listeners, user_token

LEVELS = "subscription { levelChanged(heartbeatSeconds: 5) { cursor delivery } }"
SSE = {"Accept": "text/event-stream"}

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
    await until_open(small.url, session, 0)
    async with connected(session, url) as socket, connected(session, url):
        await socket.begin()


async def until_open(url: str, session: aiohttp.ClientSession, count: int) -> None:
    """Look again until a gateway says that so many connections are open."""
    async with asyncio.timeout(20):
        while await open_connections(url, session) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def open_connections(url: str, session: aiohttp.ClientSession) -> float:
    figures = await figures_of(url, session)
    return figures["gateway_open_sockets"] + figures["gateway_open_streams"]


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
    clients = [await opened("operator") for _ in range(3)]
    for socket in clients:
        await socket.subscribe(WATCH, id="7")
        await socket.data()
    await until_listeners(world, session, 3)
    await world.change("7")
    for socket in clients:
        await socket.data()

    async with session.get(f"{world.gateway.url}/metrics") as response:
        lines = (await response.text()).splitlines()
    figures = dict(line.rsplit(" ", 1) for line in lines if line.startswith("gateway_live_"))

    assert figures['gateway_live_deliveries_total{stream="orders"}'] == "3.0"
    assert figures['gateway_live_lag_seconds_count{stream="orders"}'] == "3.0"
    assert figures['gateway_live_resolving_seconds_count{stream="orders"}'] == "1.0"
    assert figures['gateway_live_cut_off_total{stream="orders"}'] == "0.0"


async def test_visitors_leave_room_for_those_who_have_signed_in(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    small = await world.another_gateway(session, open_connections=3)
    url = f"{small.url}/graphql"
    async with connected(session, url) as one, connected(session, url) as other:
        await one.begin()
        await other.begin()
        async with connected(session, url) as third:
            await third.send({"type": "connection_init"})
            code = await third.closed()
        async with session.post(url, json={"query": LEVELS}, headers=SSE) as response:
            told = await response.json()
        await opened("operator", url=url)

    assert code == 1013
    assert (response.status, told["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")


async def test_a_visitor_has_fewer_operations_and_all_together_have_no_more_than_may_be(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    small = await world.another_gateway(session, visitor_operations=2, open_operations=5)
    url = f"{small.url}/graphql"
    async with connected(session, url) as visitor:
        await visitor.begin()
        began = [await begin(visitor, f"{number}") for number in range(3)]
        user = await opened("visitor", url=url)
        began += [await begin(user, f"{number}") for number in range(4)]

    assert began == ["next", "next", "TOO_MANY_OPERATIONS"] + ["next"] * 3 + ["TOO_MANY_OPERATIONS"]


async def begin(socket: Socket, identifier: str) -> str:
    """Subscribe; tell what came of it."""
    await socket.subscribe(LEVELS, identifier)
    told = await socket.read()
    return "next" if told["type"] == "next" else told["payload"][0]["extensions"]["code"]


async def test_a_visitors_stream_ends_in_time_and_says_where_to_go_on(
    world: World, session: aiohttp.ClientSession
) -> None:
    brief = await world.another_gateway(session, visitor_age=timedelta(minutes=5))
    url = f"{brief.url}/graphql"
    async with (
        session.post(url, json={"query": LEVELS}, headers=SSE) as response,
        connected(session, url) as visitor,
    ):
        events = sse_events(response)
        await anext(events)
        _, begun = await anext(events)
        await visitor.begin()
        await visitor.subscribe(LEVELS)
        await visitor.data()
        world.clock.advance(timedelta(minutes=6))
        rest = [event async for event in events if event[0] != "heartbeat"]
        code = await visitor.closed()

    (*_, (_, told), last) = rest
    assert last == ("complete", None)
    assert told["errors"][0]["extensions"] == {
        "code": "SUBSCRIPTION_TOO_OLD",
        "retryable": True,
        "cursor": begun["data"]["levelChanged"]["cursor"],
    }
    assert code == 1013


async def test_nothing_is_kept_of_a_socket_that_was_closed(
    world: World, session: aiohttp.ClientSession
) -> None:
    """The collector would find it: but that looks through all objects rarely, and stops them."""
    gc.collect()
    gc.disable()
    try:
        async with connected(session, world.url) as socket:
            await socket.begin({"Authorization": f"Bearer {user_token()}"})
            await socket.subscribe(WATCH, id="7")
            await socket.data()
            kept = [weakref.ref(one) for one in gc.get_objects() if is_of_a_socket(one)]
        assert len(kept) >= 2
        async with asyncio.timeout(10):
            while any(one() is not None for one in kept):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        gc.enable()


def is_of_a_socket(one: object) -> bool:
    """Whether something is a socket's: or the connection's before it became one."""
    if isinstance(one, DroppingProtocol):
        return one not in one.connections
    return isinstance(one, PushingProtocol | SocketHandler)


async def test_variables_that_are_not_declared_are_not_kept(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with connected(session, world.url) as socket:
        await socket.begin()
        await socket.subscribe(LEVELS, "first")
        await socket.data()
        tracemalloc.start()
        try:
            for number in range(15):
                await socket.subscribe(LEVELS, f"{number}", junk="x" * 500_000 + str(number))
                await socket.data()
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert kept < 5_000_000  # of 7,500,000


async def test_variables_of_a_subscription_are_of_a_modest_size(opened: Any) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="x" * 70_000)

    told = await socket.read()

    assert told["payload"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_stream_that_is_not_read_is_dropped_and_holds_up_nobody(
    world: World, session: aiohttp.ClientSession
) -> None:
    tight = await world.another_gateway(session, stream_write=timedelta(milliseconds=200))
    world.gateway = tight
    client = await unread_stream(tight.port)
    await until_listeners(world, session, 1)
    for _ in range(100):
        await world.change("7", "x" * 100_000)

    await until_listeners(world, session, 0)
    await until_open(tight.url, session, 0)
    client.close()

    assert not tasks_of_streams()


async def test_a_socket_that_is_not_read_is_dropped_and_keeps_nothing(
    world: World, session: aiohttp.ClientSession
) -> None:
    client = await unread_socket(world.gateway.port)
    await until_listeners(world, session, 1)
    for _ in range(100):
        await world.change("7", "x" * 100_000)
    async with asyncio.timeout(20):
        while not await waiting_items(world.gateway.url, session):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    sides = [one for one in gc.get_objects() if isinstance(one, PushingProtocol)]
    (connection,) = (one for one in sides if not one.transport.is_closing())
    connection.ping_timeout = 0.1  # of twenty seconds
    connection.send_keepalive_ping()
    del connection, sides

    await until_open(world.gateway.url, session, 0)
    await until_listeners(world, session, 0)
    client.close()


async def unread_socket(port: int) -> sockets.socket:
    """Subscribe by WebSocket with little room for what comes, and never read."""
    client = sockets.socket()
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    handshake = (
        b"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    await loop.sock_sendall(client, handshake)
    assert (await loop.sock_recv(client, 1024)).startswith(b"HTTP/1.1 101")
    query = 'subscription { orderChanged(orderId: "7", heartbeatSeconds: 5) { seq type } }'
    token = {"Authorization": f"Bearer {user_token()}"}
    for message in (
        {"type": "connection_init", "payload": token},
        {"id": "1", "type": "subscribe", "payload": {"query": query}},
    ):
        await loop.sock_sendall(client, masked_frame(orjson.dumps(message)))
    return client


def tasks_of_streams() -> list[str]:
    """Name the tasks that are left of streams over HTTP."""
    names = (task.get_coro().__qualname__ for task in asyncio.all_tasks())  # type: ignore[union-attr]
    return [name for name in names if name in ("StreamResponse._beat", "Drain.wait", "_left")]


async def unread_stream(port: int) -> sockets.socket:
    """Subscribe by server-sent events with little room for them, and never read."""
    client = sockets.socket()
    client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    query = 'subscription { orderChanged(orderId: "7", heartbeatSeconds: 5) { seq type } }'
    body = orjson.dumps({"query": query})
    head = (
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Accept: text/event-stream\r\nAuthorization: Bearer {user_token()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    await loop.sock_sendall(client, head.encode() + body)
    return client


async def test_a_stream_is_observed_until_it_begins_and_counted_while_it_is_open(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    headers = {**SSE, "Authorization": f"Bearer {user_token()}"}
    body = {"query": WATCH, "variables": {"id": "7"}}
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    asked = perf_counter()
    async with session.post(world.url, json=body, headers=headers) as response:
        seconds_to_begin = perf_counter() - asked
        events = sse_events(response)
        await anext(events)
        await anext(events)
        during = await figures(world, session)
        for _ in range(10):  # it goes on for a while
            await world.change("7")
            await anext(events)
    await until_listeners(world, session, 1)
    async with asyncio.timeout(20):
        while not (observed := (await figures(world, session)).get(WATCHED)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    for name in ("sockets", "streams", "operations"):
        assert during[f"gateway_open_{name}"] == 1
    assert during['tutti_requests_in_flight{process="gateway"}'] == 0
    assert observed <= seconds_to_begin


WATCHED = 'tutti_request_seconds_sum{operation="Watch",process="gateway",status="200"}'


async def figures(world: World, session: aiohttp.ClientSession) -> dict[str, float]:
    """Read the metrics."""
    return await figures_of(world.gateway.url, session)


async def figures_of(url: str, session: aiohttp.ClientSession) -> dict[str, float]:
    async with session.get(f"{url}/metrics") as response:
        lines = (await response.text()).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
