import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Scope

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import Served
from gateway.security.authentication import VISITOR, Authenticator
from gateway.server.http import EXPLAIN_HEADER, GatewayView, ServerOptions
from gateway.server.posts import plain_post
from gateway.server.schema import GatewaySchema
from gateway.server.straight import Straight
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import InvalidToken
from service_kit.identity.user_tokens import KeysUnavailable
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

SDL = """
  type Query { greeting(to: Int, name: String): String! }
  type Mutation { shout: String! }
  type Subscription { heard: String }
"""
JSON = "application/json"
GREET = b'{"query": "{ greeting }"}'
VARIED = b"""{"query": "query Q($name: String) { greeting(name: $name) }", "operationName": "Q",
  "variables": {"name": "Zo\xc3\xab"}, "extensions": {}}"""

BODIES = [
    GREET,
    VARIED,
    b'{"query": "mutation { shout }"}',
    b'{"query": "subscription { heard }"}',
    b'{"query": "{ greeting }", "operationName": "Other"}',
    b'{"query": "query A { greeting } query B { greeting }", "operationName": "B"}',
    b'{"query": "query A { greeting } query B { greeting }"}',
    b'{"query": "query A { greeting }", "operationName": ""}',
    b'{"query": "{ __typename }"}',
    b'{"query": "{ __schema { queryType { name } } }"}',
    b'{"query": "{ nothing }"}',
    b'{"query": "{"}',
    b'{"query": "query ($to: Int) { greeting(to: $to) }", "variables": {"to": "x"}}',
    b'{"query": "{ greeting }", "variables": []}',
    b'{"query": "{ greeting }", "extensions": 1}',
    b'{"query": "{ greeting }", "operationName": 1}',
    b'{"query": null}',
    b'{"query": ""}',
    b"[]",
    b'[{"query": "{ greeting }"}]',
    b"null",
    b"",
    b"{",
    b"\xff\xfe",
    b'{"query": "{ greeting }", "variables": {"a": ' + b"9" * 6000 + b"}}",
    b'{"query": ' + b"[" * 100_000,
    b'{"query": "{ greeting ' + b" " * 5000 + b'}"}',
]
HEADERS: list[list[tuple[str, str]]] = [
    [("content-type", JSON)],
    [("content-type", "Application/JSON; Charset=UTF-8"), ("accept", "*/*")],
    [("content-type", JSON), ("accept", "application/graphql-response+json")],
    [("content-type", JSON), ("accept", "application/graphql-response+json, application/json")],
    [("content-type", JSON), ("accept", "application/json"), ("accept", "image/png")],
    [("content-type", JSON), ("accept", "image/png")],
    [("content-type", JSON), ("accept", "image/png"), ("accept", "application/json")],
    [("content-type", JSON), ("accept", "text/event-stream, application/json")],
    [("content-type", JSON), ("accept", "application/json;q=0")],
    [("content-type", JSON), ("accept", "")],
    [("content-type", "text/plain"), ("content-type", JSON)],
    [("content-type", "application/json; charset=latin-1")],
    [("accept", JSON)],
    [("content-type", JSON), ("content-encoding", "gzip")],
    [("content-type", JSON), ("content-encoding", "identity"), ("content-encoding", "gzip")],
    [("content-type", JSON), ("content-length", "100000")],
    [("content-type", JSON), ("content-length", "9" * 30)],
    [("content-type", JSON), ("content-length", "x")],
    [("content-type", JSON), ("authorization", "Bearer good"), ("accept-language", "fr")],
    [("content-type", JSON), ("authorization", "Bearer bad")],
    [("content-type", JSON), ("authorization", "Bearer away")],
    [("content-type", JSON), ("authorization", "Basic \xe9")],
    [("content-type", JSON), ("authorization", "Bearer bad"), ("accept", "image/png")],
    [("content-type", JSON), ("origin", "https://elsewhere"), ("sec-fetch-site", "cross-site")],
    [("content-type", JSON), (EXPLAIN_HEADER, "1")],
]


class OneUser:
    """Knows one token."""

    async def verify(self, token: str) -> Caller:
        if token == "away":
            raise KeysUnavailable("nobody there")
        if token != "good":
            raise InvalidToken("no")
        return VISITOR


class Holding:
    """Serves one thing, or nothing yet."""

    def __init__(self, served: Served | None) -> None:
        self.served = served


class Edge:
    """A gateway's edge over one subgraph, asked by the raw messages of ASGI."""

    def __init__(self, *, is_ready: bool = True, is_broken: bool = False, **options: Any) -> None:
        roots = {"greeting": lambda to=0, name="you": f"hello {name}{to or ''}", "shout": "HEY"}
        subgraph = SmallSubgraph("hello", SDL, {} if is_broken else roots)
        served = Served(snapshot_of(subgraph), PreparationOptions(), 100)
        self.view = GatewayView(
            GatewaySchema(Holding(served if is_ready else None), transport_to(subgraph)),
            Authenticator(OneUser()),
            ServerOptions(**{"body_bytes": 4000, **options}),
        )

    async def post(
        self, headers: Sequence[tuple[str, str]], parts: Sequence[Message]
    ) -> list[Message]:
        waiting, sent = list(parts), []

        async def receive() -> Message:
            if not waiting:
                await asyncio.Event().wait()
            return waiting.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        await self.view(scope_of(headers), receive, send)
        return sent


def scope_of(headers: Sequence[tuple[str, str]], **more: Any) -> Scope:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b""}
    return {**scope, "headers": raw, **more}


def parts_of(*bodies: bytes) -> list[Message]:
    last = len(bodies) - 1
    return [
        {"type": "http.request", "body": body, "more_body": index < last}
        for index, body in enumerate(bodies)
    ]


async def both(
    edge: Edge,
    headers: Sequence[tuple[str, str]],
    parts: Sequence[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> list[list[Message]]:
    """What the short way sends, and what the whole view does."""
    short = await edge.post(headers, parts)
    with monkeypatch.context() as patch:
        patch.setattr("gateway.server.http.plain_post", lambda _: None)
        return [short, await edge.post(headers, parts)]


def told(messages: Sequence[Message]) -> Sequence[Mapping[str, Any]]:
    """The messages; of an explanation, which tells times, only that there is one."""
    start, body = messages
    if b'"timings"' not in body["body"]:
        return messages
    shown = orjson.loads(body["body"])
    return [{**start, "headers": []}, {**body, "body": [shown["data"], *shown["extensions"]]}]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
async def test_any_headers_come_to_the_same_by_the_short_way(
    headers: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = Edge(may_explain=True)
    for body in (GREET, b'{"query": "{ nothing }"}', b"{"):
        short, whole = await both(edge, headers, parts_of(body), monkeypatch)
        assert told(short) == told(whole)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:60].decode("latin-1"))
async def test_any_body_comes_to_the_same_by_the_short_way(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for headers in HEADERS[:3]:
        assert plain_post(scope_of(headers)) is not None
        for edge in (Edge(), Edge(is_broken=True), Edge(is_ready=False)):
            for parts in (parts_of(body), parts_of(body[:1], body[1:3], b"", body[3:])):
                short, whole = await both(edge, headers, parts, monkeypatch)
                assert short == whole


@pytest.mark.parametrize("parts", [[], parts_of(b"{")[:1]], ids=["nothing", "a part"])
async def test_a_body_that_does_not_end_comes_to_the_same_by_the_short_way(
    parts: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = Edge(body_time=timedelta(milliseconds=1))
    begun = [{**one, "more_body": True} for one in parts]
    cut_off = [*begun, {"type": "http.disconnect"}]

    late, cut = [await both(edge, HEADERS[0], one, monkeypatch) for one in (begun, cut_off)]

    assert [one[0]["status"] for one in (*late, *cut)] == [408, 408, 400, 400]
    assert late[0] == late[1]
    assert cut[0] == cut[1]


async def test_a_defect_comes_to_the_same_by_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("of Ada")

    edge = Edge()
    monkeypatch.setattr(edge.view.schema, "_in_use", fail)
    short, whole = await both(edge, HEADERS[2], parts_of(GREET), monkeypatch)

    assert short == whole
    assert short[0]["status"] == 500
    assert b"Ada" not in short[1]["body"]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", HEADERS[0]),
        ("PUT", HEADERS[0]),
        ("POST", [("content-type", "text/plain")]),
        ("POST", [("content-type", JSON), ("accept", "image/png")]),
        ("POST", [("content-type", JSON), ("accept", "application/json, text/event-stream")]),
    ],
)
def test_whatever_else_is_asked_goes_the_whole_way(
    method: str, headers: list[tuple[str, str]]
) -> None:
    assert plain_post(scope_of(headers, method=method)) is None


async def test_only_the_path_itself_goes_past_the_router() -> None:
    def answering(text: str, request: Request) -> JSONResponse:
        return JSONResponse([text, request.url.path])

    routes = [Route("/{rest:path}", partial(answering, "router"))]
    own = Starlette(routes=[Route("/graphql", partial(answering, "own"))])
    app = Starlette(routes=routes, middleware=[Middleware(Straight, path="/graphql", own=own)])

    async def way_of(path: str, root: str = "") -> bytes:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = scope_of([], method="GET", path=path, root_path=root)
        await app(scope, receive, send)
        body: bytes = sent[1]["body"]
        return body

    assert await way_of("/graphql") == b'["own","/graphql"]'
    assert await way_of("/graphql/") == b'["router","/graphql/"]'
    assert await way_of("/other") == b'["router","/other"]'
    assert (await way_of("/graphql", root="/below")).startswith(b'["router"')
