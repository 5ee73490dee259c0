"""What subgraphs may send where they are subscribed at, however it is cut and however much."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from gateway.ports import SubgraphRequest, SubgraphUnreachable
from gateway.transport import subscriptions
from gateway.transport.subscriptions import SubgraphSubscriptions
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import GATEWAY, CallerSigner, CallerVerifier, token_in
from service_kit.runtime.clock import SettableClock
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


async def taken(subgraphs: SubgraphSubscriptions, asked: SubgraphRequest = ASKED) -> list[bytes]:
    try:
        async with aclosing(subgraphs.subscribe(asked)) as events:
            return [each.body async for each in events]
    finally:
        await subgraphs.close()


async def test_a_stream_is_opened_with_a_token_that_lasts_as_long_as_the_callers(
    serve: Serve, clock: SettableClock
) -> None:
    shown: list[str] = []

    async def endpoint(request: Request) -> Response:
        shown.append(token_in(request.headers["authorization"].encode()))
        return Response("{}", media_type="application/json")

    key = generate_signing_key(GATEWAY)
    ends = clock.now() + timedelta(hours=8)
    ada = Caller("ada", CallerKind.USER, frozenset(), frozenset(), ends)
    served = await serve("clocks", Starlette(routes=[Route("/", endpoint, methods=["POST"])]))
    signer = CallerSigner(key, GATEWAY, clock)
    await taken(SubgraphSubscriptions({"clocks": served.url}, signer), replace(ASKED, caller=ada))

    verifier = CallerVerifier(TrustedKeys.from_jwks(public_jwks([key])), "clocks", clock)
    assert [verifier.verify(token).expires_at for token in shown] == [ends]


async def test_a_refusal_that_comes_in_pieces_is_read_whole(serve: Serve) -> None:
    pieces = [b'{"errors": [', b'{"message": ', b'"no"}]}']

    assert await events_of(serve, "application/json", pieces) == [b"".join(pieces)]


async def test_what_is_neither_a_stream_nor_a_refusal_is_told_by_its_kind(serve: Serve) -> None:
    with pytest.raises(SubgraphUnreachable, match="no stream of events: status 200, text/html"):
        await events_of(serve, "text/html", [b"<html>"])


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
