"""What subgraphs may send where they are subscribed at, however it is cut and however much."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from gateway.ports import SubgraphRequest, SubgraphUnreachable
from gateway.transport import subscriptions
from gateway.transport.subscriptions import SubgraphSubscriptions
from tests.support.live_gateway import Serve

ASKED = SubgraphRequest("clocks", b'{"query": "subscription { tick }"}')


async def events_of(serve: Serve, media_type: str, pieces: Sequence[bytes]) -> list[bytes]:
    """Subscribe at a subgraph that sends these pieces over HTTP."""

    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def endpoint(_: Request) -> Response:
        return StreamingResponse(sent(), media_type=media_type)

    served = await serve("clocks", Starlette(routes=[Route("/", endpoint, methods=["POST"])]))
    return await taken(SubgraphSubscriptions({"clocks": served.url}))


async def taken(subgraphs: SubgraphSubscriptions) -> list[bytes]:
    try:
        async with aclosing(subgraphs.subscribe(ASKED)) as events:
            return [each.body async for each in events]
    finally:
        await subgraphs.close()


async def test_a_refusal_that_comes_in_pieces_is_read_whole(serve: Serve) -> None:
    pieces = [b'{"errors": [', b'{"message": ', b'"no"}]}']

    assert await events_of(serve, "application/json", pieces) == [b"".join(pieces)]


@pytest.mark.parametrize(
    ("media_type", "pieces"),
    [
        ("application/json", [b"x" * 900] * 2),
        ("text/event-stream", [b"event: next\ndata: " + b"x" * 5000 + b"\n\n"]),
        ("text/event-stream", [b"event: next\n", *[b"data: " + b"x" * 90 + b"\n"] * 20]),
    ],
    ids=["an answer", "a line", "an event of many lines"],
)
async def test_what_is_too_large_is_the_subgraphs_fault(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, media_type: str, pieces: Sequence[bytes]
) -> None:
    monkeypatch.setattr(subscriptions, "_MOST_BYTES", 1000)

    with pytest.raises(SubgraphUnreachable):
        await events_of(serve, media_type, pieces)


@pytest.mark.parametrize("text", ["no JSON", "[1]"])
async def test_a_socket_that_sends_something_else_is_the_subgraphs_fault(
    serve: Serve, text: str
) -> None:
    async def endpoint(socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        await socket.send_text(text)
        await socket.close()

    served = await serve("clocks", Starlette(routes=[WebSocketRoute("/", endpoint)]))
    url = served.url.replace("http:", "ws:")

    with pytest.raises(SubgraphUnreachable):
        await taken(SubgraphSubscriptions({}, websockets={"clocks": f"{url}/"}))
