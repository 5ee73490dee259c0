"""Subscription fields without an event source: taken from their subgraph, over SSE or WebSocket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from gateway.app import build_app
from gateway.settings import Settings
from service_kit.runtime.clock import SettableClock
from tests.support.live import Socket, connected
from tests.support.live_gateway import Serve
from tests.support.subgraphs import SmallSubgraph

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLOCKS = """
type Query { zone: String }
type Subscription { tick(to: Int!): Tick }
type Tick { number: Int room: Room }
type Room @key(fields: "id") { id: ID! }
"""
ROOMS = """
type Query { rooms: [Room] }
type Room @key(fields: "id") { id: ID! name: String }
"""
TICKS = "subscription($to: Int!) { t: tick(to: $to) { number room { name } } }"


class Ticking:
    """A subgraph that counts to what it is told, in both protocols; 13 breaks off."""

    def __init__(self) -> None:
        self.subgraph = SmallSubgraph("clocks", CLOCKS)
        self.asked: list[Any] = []
        self.ended = 0

    def app(self) -> Starlette:
        routes = [
            Route("/graphql", self.http, methods=["POST"]),
            WebSocketRoute("/graphql", self.websocket),
        ]
        return Starlette(routes=routes)

    async def http(self, request: Request) -> Response:
        body = await request.body()
        if "event-stream" not in request.headers["accept"]:
            return Response(self.subgraph.answer(body).body, media_type="application/json")
        asked = orjson.loads(body)
        self.asked.append(asked)
        if asked["variables"]["to"] == 0:
            return JSONResponse({"errors": [{"message": "Count to something."}]})
        return StreamingResponse(self.events(asked), media_type="text/event-stream")

    async def events(self, asked: Any) -> AsyncIterator[str]:
        to = asked["variables"]["to"]
        for number in range(1, to + 1):
            data = orjson.dumps({"data": {"t": tick(number)}}).decode()
            yield f":\n\nevent: next\ndata: {data}\n\n"
        if to != 13:
            yield "event: complete\ndata:\n\n"

    async def websocket(self, socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        assert (await socket.receive_json())["type"] == "connection_init"
        await socket.send_json({"type": "ping"})
        await socket.send_json({"type": "connection_ack"})
        assert (await socket.receive_json())["type"] == "pong"
        asked = await socket.receive_json()
        self.asked.append(asked["payload"])
        to = asked["payload"]["variables"]["to"]
        for number in range(1, to + 1):
            payload = {"data": {"t": tick(number)}}
            await socket.send_json({"id": asked["id"], "type": "next", "payload": payload})
        if to == 0:
            told = [{"message": "Count to something."}]
            await socket.send_json({"id": asked["id"], "type": "error", "payload": told})
        elif to != 13:
            await socket.send_json({"id": asked["id"], "type": "complete"})
        await socket.close()


def tick(number: int) -> dict[str, Any]:
    return {"number": number, "room": {"id": str(number)}}


@pytest.fixture(params=["SSE", "WebSocket"])
async def socket(
    request: pytest.FixtureRequest, serve: Serve, session: aiohttp.ClientSession
) -> AsyncIterator[Socket]:
    """A client of a gateway that asks the subgraph in one of the protocols."""
    clocks = Ticking()
    rooms = SmallSubgraph(
        "rooms", ROOMS, {}, {"Room": lambda one: {**one, "name": f"room {one['id']}"}}
    )
    served = {
        "clocks": await serve("clocks", clocks.app()),
        "rooms": await serve("rooms", rooms.app()),
    }
    sockets = (f"clocks=ws://127.0.0.1:{served['clocks'].port}/graphql",)
    settings = Settings(
        subgraphs=tuple(f"{name}={one.url}/graphql" for name, one in served.items()),
        subgraph_websockets=sockets if request.param == "WebSocket" else (),
        refresh=timedelta(milliseconds=20),
    )
    gateway = await serve("gateway", build_app(settings, SettableClock(NOW)))
    async with connected(session, f"{gateway.url}/graphql") as opened:
        await opened.begin()
        ready = False
        while not ready:
            await opened.subscribe("{ zone }", "ready")
            ready = (await opened.read())["type"] == "next"
            if ready:
                await opened.read()
        yield opened


async def test_each_event_of_a_subgraph_is_completed_by_the_others(socket: Socket) -> None:
    await socket.subscribe(TICKS, to=2)

    assert await socket.data() == {"t": {"number": 1, "room": {"name": "room 1"}}}
    assert await socket.data() == {"t": {"number": 2, "room": {"name": "room 2"}}}
    assert await socket.read() == {"id": "1", "type": "complete"}


async def test_a_subgraph_that_refuses_says_why(socket: Socket) -> None:
    await socket.subscribe(TICKS, to=0)

    told = await socket.next()

    assert told["data"] == {"t": None}
    assert told["errors"][0]["message"] == "Count to something."


async def test_a_subgraph_that_breaks_off_ends_the_subscription_with_an_error(
    socket: Socket,
) -> None:
    await socket.subscribe(TICKS, to=13)
    for _ in range(13):
        await socket.data()

    told = await socket.read()

    assert told["type"] == "error"
    assert told["payload"][0]["extensions"]["code"] == "SUBGRAPH_REQUEST_FAILED"
