"""The sample asks again what may pass, and says at which call the graph said no."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from devstack.ports import HOST, free_port
from devstack.sample import graph as sample_graph
from devstack.sample.graph import TRIES, SampleGraph, SampleRefused
from devstack.sample.loading import FEEDER

BUSY = {"message": "Ask again.", "code": "IN_PROGRESS", "retryable": True}
WRONG = {"message": "Never.", "code": "INVALID_INPUT", "retryable": False}
GIVEN = {"idempotencyKey": "k", "lines": []}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_graph, "PAUSE_SECONDS", 0.0)


class Answers:
    """Gives these answers, the last one for ever, and remembers the bodies of the requests."""

    def __init__(self, answers: Sequence[Any]) -> None:
        self._answers = list(answers)
        self.bodies: list[Any] = []

    async def answer(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer integration"
        self.bodies.append(await request.json())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return web.Response(text=text, content_type="application/json")


@asynccontextmanager
async def graph_of(answers: Answers) -> AsyncIterator[SampleGraph]:
    app = web.Application()
    app.router.add_post("/graphql", answers.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, HOST, port).start()
    try:
        url = f"http://{HOST}:{port}/graphql"
        async with SampleGraph(url, lambda user: str(user.role)) as graph:
            yield graph
    finally:
        await runner.cleanup()


def payload(*errors: Any) -> Any:
    return {"data": {"itemsImport": {"results": [], "userErrors": list(errors)}}}


async def test_what_may_pass_is_asked_again_in_the_same_words() -> None:
    answers = Answers([payload(BUSY), "no JSON", payload()])
    async with graph_of(answers) as graph:
        done = await graph.does(FEEDER, "itemsImport", "results { status }", GIVEN)
    assert done["results"] == []
    assert len(answers.bodies) == 3
    assert answers.bodies[0] == answers.bodies[1] == answers.bodies[2]
    assert answers.bodies[0]["variables"] == {"input": GIVEN}
    assert "$input: ItemsImportInput!" in answers.bodies[0]["query"]


async def test_a_no_is_final() -> None:
    answers = Answers([payload(BUSY, WRONG)])
    async with graph_of(answers) as graph:
        with pytest.raises(SampleRefused, match=r"itemsImport: .*INVALID_INPUT"):
            await graph.does(FEEDER, "itemsImport", "results { status }", GIVEN)
    assert len(answers.bodies) == 1


async def test_it_is_not_asked_for_ever() -> None:
    answers = Answers([payload(BUSY)])
    async with graph_of(answers) as graph:
        with pytest.raises(SampleRefused, match="IN_PROGRESS"):
            await graph.does(FEEDER, "itemsImport", "results { status }", GIVEN)
    assert 1 < len(answers.bodies) <= TRIES


async def test_an_error_of_the_graph_is_a_no() -> None:
    refused = {"data": None, "errors": [{"message": "No.", "extensions": {"code": "FORBIDDEN"}}]}
    answers = Answers([refused])
    async with graph_of(answers) as graph:
        with pytest.raises(SampleRefused, match="FORBIDDEN"):
            await graph.asks(FEEDER, "{ items { nodes { sku } } }", {})


async def test_a_question_is_answered_with_its_data() -> None:
    answers = Answers([{"data": {"items": {"nodes": [{"sku": "A"}]}}}])
    async with graph_of(answers) as graph:
        told = await graph.asks(FEEDER, "{ items { nodes { sku } } }", {"a": 1})
    assert told == {"items": {"nodes": [{"sku": "A"}]}}
    assert answers.bodies == [{"query": "{ items { nodes { sku } } }", "variables": {"a": 1}}]
