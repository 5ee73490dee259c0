"""How the tour meets a stack that is not there, refuses, or stops talking."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from devstack.ports import free_port
from devstack.settings import StackSettings
from devstack.tour.failures import AnswerLost, NobodyAnswers, OperationRefused
from devstack.tour.graph import Graph
from devstack.tour.live import Feed, listening
from devstack.tour.narrator import Narrator, console_of
from devstack.tour.people import Person
from devstack.tour.tour import run_tour
from retail_kit.roles import Role
from service_kit.runtime.clock import SystemClock

LEA = Person("Léa", Role.ASSISTANT, ("location:S1", "location:S2"))
SNAPSHOT = {"delivery": "SNAPSHOT", "state": None}
EVENT = {"delivery": "EVENT", "state": "SHIPPED"}


class FakeStack:
    """An issuer and a gateway at one address; what it says is laid down beforehand."""

    def __init__(self) -> None:
        self.answer: Any = {"data": {}}
        self.frames: Sequence[Any] = ()
        self.ready = True
        self.asked_for: list[tuple[str, str]] = []
        self.heard: list[Any] = []
        self.end = asyncio.Event()
        app = web.Application()
        app.router.add_get("/token", self._token)
        app.router.add_get("/health/ready", self._ready)
        app.router.add_post("/graphql", self._graphql)
        app.router.add_get("/graphql", self._socket)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def _ready(self, _: web.Request) -> web.Response:
        return web.Response(status=200 if self.ready else 503)

    async def _token(self, request: web.Request) -> web.Response:
        self.asked_for += request.query.items()
        return web.Response(text="a-token")

    async def _graphql(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer a-token"
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return web.Response(text=text, content_type="application/json")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["graphql-transport-ws"])
        await socket.prepare(request)
        self.heard.append(await socket.receive_json())
        await socket.send_json({"type": "connection_ack"})
        self.heard.append(await socket.receive_json())
        for frame in self.frames:
            await socket.send_json(frame)
        ending = asyncio.create_task(self._end(socket))
        async for _ in socket:
            pass
        ending.cancel()
        return socket

    async def _end(self, socket: web.WebSocketResponse) -> None:
        await self.end.wait()
        await socket.close()


def item(given: Any) -> Any:
    return {"id": "1", "type": "next", "payload": {"data": {"orderUpdated": given}}}


@pytest.fixture
async def stack() -> AsyncIterator[FakeStack]:
    fake = FakeStack()
    async with fake.server:
        yield fake
        fake.end.set()


@pytest.fixture
async def graph(stack: FakeStack) -> AsyncIterator[Graph]:
    async with aiohttp.ClientSession() as session:
        yield Graph(session, f"{stack.url}/graphql", stack.url)


def feed() -> Feed:
    return Feed(LEA, "The work list", "its orders", "subscription Q { a }", {"id": "7"}, str)


async def test_people_act_with_tokens_of_their_role_and_grants_fetched_once(
    stack: FakeStack, graph: Graph
) -> None:
    stack.answer = {"data": {"order": {"ref": "T-1"}}}
    for _ in range(2):
        assert await graph.ask(LEA, "{ order }", {}) == {"order": {"ref": "T-1"}}
    assert stack.asked_for == [("role", "assistant"), ("location", "S1"), ("location", "S2")]


@pytest.mark.parametrize(
    "answer",
    [
        {"errors": [{"message": "You do not work here."}]},
        {"data": {"ship": {"userErrors": [{"code": "NO", "message": "You do not work here."}]}}},
    ],
)
async def test_a_refusal_is_told_with_its_reason(
    stack: FakeStack, graph: Graph, answer: Any
) -> None:
    stack.answer = answer
    with pytest.raises(OperationRefused, match=r"Léa was refused.*You do not work here\."):
        await graph.ask(LEA, "mutation { ship }", {})


@pytest.mark.parametrize("answer", ["<html>", "[]", '"no"'])
async def test_an_answer_that_is_none_is_told(stack: FakeStack, graph: Graph, answer: str) -> None:
    stack.answer = answer
    with pytest.raises(AnswerLost, match="HTTP 200"):
        await graph.ask(LEA, "{ order }", {})


async def test_events_are_told_as_they_arrive_and_kept_for_whoever_waits(
    stack: FakeStack, graph: Graph
) -> None:
    told: list[Any] = []
    stack.frames = [{"type": "ping"}, item(SNAPSHOT), item({"delivery": "HEARTBEAT"}), item(EVENT)]
    async with listening(graph, feed(), told.append) as heard:
        assert await heard.next("it is shipped", lambda one: one["delivery"] == "EVENT") == EVENT
    assert told == [EVENT]
    begin, subscribe = stack.heard
    assert begin["payload"] == {"Authorization": "Bearer a-token"}
    assert subscribe["payload"] == {"query": "subscription Q { a }", "variables": {"id": "7"}}


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (item({"delivery": "RESET"}), "has missed events"),
        ({"id": "1", "type": "error", "payload": [{"message": "no"}]}, "hears nothing any more"),
        ({"id": "1", "type": "complete"}, "hears nothing any more"),
        ({"id": "1", "type": "next", "payload": {"errors": []}}, "hears nothing any more"),
    ],
)
async def test_a_stream_that_breaks_off_is_told_to_whoever_waits(
    stack: FakeStack, graph: Graph, frame: Any, said: str
) -> None:
    stack.frames = [item(SNAPSHOT), frame]
    async with listening(graph, feed(), lambda _: None) as heard:
        with pytest.raises(AnswerLost, match=f"The work list {said}"):
            await heard.next("it is shipped", lambda _: True)


async def test_a_connection_that_is_cut_is_told_to_whoever_waits(
    stack: FakeStack, graph: Graph
) -> None:
    stack.frames = [item(SNAPSHOT)]
    async with listening(graph, feed(), lambda _: None) as heard:
        stack.end.set()
        with pytest.raises(AnswerLost, match="The work list was cut off"):
            await heard.next("it is shipped", lambda _: True)


async def test_a_stack_that_goes_away_is_told() -> None:
    async with aiohttp.ClientSession() as session:
        nowhere = f"http://127.0.0.1:{free_port()}"
        graph = Graph(session, f"{nowhere}/graphql", nowhere)
        with pytest.raises(NobodyAnswers):
            await graph.ask(LEA, "{ order }", {})
        with pytest.raises(NobodyAnswers):
            async with listening(graph, feed(), lambda _: None):
                pass


async def test_a_stack_that_has_gone_before_somebody_listens_is_told(
    stack: FakeStack, graph: Graph
) -> None:
    await graph.token(LEA)
    await stack.server.close()
    with pytest.raises(AnswerLost, match="The work list lost its connection"):
        async with listening(graph, feed(), lambda _: None):
            pass


async def test_a_stack_that_is_not_ready_yet_is_none(stack: FakeStack, graph: Graph) -> None:
    await graph.require_ready()
    stack.ready = False
    with pytest.raises(NobodyAnswers):
        await graph.require_ready()


async def test_the_tour_ends_at_the_first_wrong_answer_with_a_reason(stack: FakeStack) -> None:
    stack.answer = {"data": {"locations": {"nodes": []}, "channels": []}}
    port = stack.server.port or 0
    file = io.StringIO()
    settings = StackSettings(gateway_port=port, issuer_port=port)
    code = await run_tour(settings, Narrator(console_of(file)), "m4rk", SystemClock().now())
    assert code == 1
    assert "The story needs 3 shops in one country and found 0" in file.getvalue()


def test_without_a_stack_the_tour_says_how_to_start_one() -> None:
    ports = {f"{name}_PORT": str(free_port()) for name in ("GATEWAY", "ISSUER")}
    done = subprocess.run(
        [sys.executable, "-m", "devstack", "tour"],
        env={"PATH": os.defpath, **ports},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Start it with `make up` in another window" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
