"""A graph changes under load: real clients, with requests and subscriptions on their way."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import aiohttp
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from gateway.app import build_app
from gateway.cli.composing.whole_file import write_whole
from gateway.settings import Settings
from tests.contract.gateway.conftest import Serve, eventually, until_ready
from tests.support.live import connected
from tests.support.subgraphs import SmallSubgraph, composed

SWAPS = 8
ITEMS = """
type Query { item: Item }
type Subscription { tick: Tick }
type Tick { number: Int item: Item }
type Item @key(fields: "id") { id: ID! name: String }
"""
STOCK = 'type Item @key(fields: "id") { id: ID! stock: Int }'
MORE = "extend type Query { more: Int }"
HAS_MORE = "{ __typename more @skip(if: true) }"
TICKS = "subscription { tick { number item { stock } } }"


class Items:
    """A subgraph that answers when it may, and ticks when it is told."""

    def __init__(self) -> None:
        self.subgraph = SmallSubgraph("items", ITEMS, {"item": {"id": "1", "name": "one"}})
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.ticks: asyncio.Queue[int] = asyncio.Queue()

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/graphql", self.endpoint, methods=["POST"])])

    async def endpoint(self, request: Request) -> Response:
        body = await request.body()
        if "event-stream" in request.headers["accept"]:
            return StreamingResponse(self.events(), media_type="text/event-stream")
        self.asked.set()
        await self.may_answer.wait()
        return Response(self.subgraph.answer(body).body, media_type="application/json")

    async def events(self) -> AsyncIterator[str]:
        while number := await self.ticks.get():
            tick = {"number": number, "item": {"id": str(number)}}
            yield f"event: next\ndata: {orjson.dumps({'data': {'tick': tick}}).decode()}\n\n"
        yield "event: complete\ndata:\n\n"


class World:
    """Two subgraphs, a gateway that serves a file, and a client."""

    def __init__(self, serve: Serve, session: aiohttp.ClientSession, file: Path) -> None:
        self._serve = serve
        self._session = session
        self.file = file
        self._urls: dict[str, str] = {}
        self.items = Items()
        self.stock = SmallSubgraph(
            "stock", STOCK, {}, {"Item": lambda one: {**one, "stock": int(one["id"]) * 10}}
        )
        self.url = ""

    async def start(self) -> None:
        for name, app in (("items", self.items.app()), ("stock", self.stock.app())):
            self._urls[name] = f"{(await self._serve(name, app)).url}/graphql"
        self.write([self.items.subgraph, self.stock])
        settings = Settings(supergraph_file=self.file, refresh=timedelta(milliseconds=10))
        served = await self._serve("gateway", build_app(settings))
        self.url = f"{served.url}/graphql"
        await until_ready(served.url, self._session)

    def write(self, subgraphs: Sequence[SmallSubgraph]) -> None:
        write_whole(self.file, composed(subgraphs, self._urls))

    def write_text(self, text: str) -> None:
        write_whole(self.file, text)

    async def ask(self, query: str) -> Any:
        async with self._session.post(self.url, json={"query": query}) as response:
            return await response.json()

    async def lose_stock(self) -> None:
        """Serve a graph of the first subgraph alone, with one field more."""
        self.write([SmallSubgraph("items", ITEMS + MORE)])
        await eventually(self._has_more)

    async def has(self, *, more: bool) -> None:
        """Wait until a graph with the field, or without it, is served."""

        async def has() -> bool:
            return await self._has_more() is more

        await eventually(has)

    async def _has_more(self) -> bool:
        """No subgraph has to be asked for this."""
        return bool(await self.ask(HAS_MORE) == {"data": {"__typename": "Query"}})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.items.may_answer.set()
        self.items.ticks.put_nowait(0)


@pytest.fixture
async def world(
    serve: Serve, session: aiohttp.ClientSession, tmp_path: Path
) -> AsyncIterator[World]:
    with World(serve, session, tmp_path / "supergraph.graphql") as world:
        await world.start()
        yield world


async def test_a_request_on_its_way_is_answered_by_the_graph_it_was_planned_for(
    world: World,
) -> None:
    world.items.asked.clear()
    world.items.may_answer.clear()
    on_its_way = asyncio.create_task(world.ask("{ item { name stock } }"))
    await world.items.asked.wait()

    await world.lose_stock()
    world.items.may_answer.set()

    assert await on_its_way == {"data": {"item": {"name": "one", "stock": 10}}}


async def test_no_request_is_lost_while_graphs_come_and_go(world: World) -> None:
    done = asyncio.Event()

    async def keep_asking() -> list[Any]:
        answers = []
        while not done.is_set():
            answers.append(await world.ask("{ item { name } }"))
        return answers

    clients = [asyncio.create_task(keep_asking()) for _ in range(4)]
    for _ in range(SWAPS):
        world.write([SmallSubgraph("items", ITEMS + MORE), world.stock])
        await world.has(more=True)
        world.write([world.items.subgraph, world.stock])
        await world.has(more=False)
    done.set()
    answers = [one for each in await asyncio.gather(*clients) for one in each]

    assert len(answers) > SWAPS
    assert all(one == {"data": {"item": {"name": "one"}}} for one in answers)


async def test_a_subscription_lives_on_and_its_socket_learns_of_the_new_graph(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with connected(session, world.url) as socket:
        await socket.begin()
        await socket.subscribe(TICKS)
        world.items.ticks.put_nowait(1)
        before = await socket.data()

        await world.lose_stock()
        world.items.ticks.put_nowait(2)
        after = await socket.data()
        await socket.subscribe("{ more }", "new")
        new = await socket.read()
        completed = await socket.read()
        await socket.subscribe("{ item { stock } }", "old")
        old = await socket.read()
        world.items.ticks.put_nowait(0)
        ended = await socket.read()

    assert before == {"tick": {"number": 1, "item": {"stock": 10}}}
    assert after == {"tick": {"number": 2, "item": {"stock": 20}}}
    assert (new["id"], new["type"], completed["type"]) == ("new", "next", "complete")
    assert (old["id"], old["type"]) == ("old", "error")
    assert ended == {"id": "1", "type": "complete"}


@pytest.mark.parametrize("text", ["type Query {", "type Query { item: Int }", ""])
async def test_a_broken_graph_is_refused_and_told_once_while_the_old_one_serves_on(
    world: World, text: str
) -> None:
    with capture_logs() as logged:
        world.write_text(text)

        async def is_told() -> bool:
            return any(one["event"] == "supergraph_not_loaded" for one in logged)

        await eventually(is_told)
        served = await world.ask("{ item { stock } }")
        await world.lose_stock()

    told = [one for one in logged if one["event"] == "supergraph_not_loaded"]
    assert served == {"data": {"item": {"stock": 10}}}
    assert len(told) == 1
    assert told[0]["reason"]


async def test_a_file_that_is_gone_for_a_while_takes_nothing_away(world: World) -> None:
    with capture_logs() as logged:
        world.file.unlink()

        async def is_told() -> bool:
            return any(one["event"] == "supergraph_not_loaded" for one in logged)

        await eventually(is_told)

    assert await world.ask("{ item { stock } }") == {"data": {"item": {"stock": 10}}}
    await world.lose_stock()


async def test_an_address_of_no_subgraph_is_told_when_the_graph_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text(composed([SmallSubgraph("items", "type Query { one: Int }")]))
    nowhere = "http://127.0.0.1:9/graphql"
    app = build_app(
        Settings(
            supergraph_file=file,
            subgraphs=(f"items={nowhere}", f"itmes={nowhere}"),
            subgraph_websockets=("tiems=ws://127.0.0.1:9/graphql",),
        )
    )

    with capture_logs() as logged:
        async with app.router.lifespan_context(app):
            pass

    [told] = [one for one in logged if one["event"] == "subgraph_unknown"]
    assert told["names"] == ["itmes", "tiems"]
