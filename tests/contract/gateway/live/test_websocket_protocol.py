"""graphql-transport-ws to the letter: every close code, every bound."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
import pytest

from gateway.app import build_app
from gateway.server.websocket import SocketHandler
from tests.support.live import connected
from tests.support.live_gateway import WATCH, Serve, World, listeners, until_listeners, user_token

ENDLESS = "subscription { orderChanged(heartbeatSeconds: 5) { delivery } }"


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        "null",
        "1",
        '"text"',
        "{}",
        '{"type": 1}',
        '{"type": "unknown"}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ places { id } }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ places { id } }"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 1}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": 1}}',
        '{"type": "complete", "id": 1}',
        "[" * 100_000,
        '{"type": "ping", "payload": ' + "9" * 6000 + "}",
    ],
)
async def test_what_is_no_message_closes_with_4400(
    world: World, session: aiohttp.ClientSession, message: str
) -> None:
    async with connected(session, world.url) as socket:
        await socket.begin()
        await socket.socket.send_str(message)

        assert await socket.closed() == 4400


async def test_a_binary_frame_closes_with_4400(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with connected(session, world.url) as socket:
        await socket.socket.send_bytes(b'{"type": "connection_init"}')

        assert await socket.closed() == 4400


async def test_subscribing_before_the_acknowledgement_closes_with_4401(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with connected(session, world.url) as socket:
        await socket.subscribe(WATCH)

        assert await socket.closed() == 4401


async def test_a_bad_token_closes_with_4403(world: World, session: aiohttp.ClientSession) -> None:
    async with connected(session, world.url) as socket:
        payload = {"headers": {"authorization": "Bearer nonsense"}}
        await socket.send({"type": "connection_init", "payload": payload})

        assert await socket.closed() == 4403


async def test_a_token_that_cannot_be_checked_now_closes_with_1013_so_that_clients_come_again(
    world: World, session: aiohttp.ClientSession
) -> None:
    nobody = "http://127.0.0.1:1/jwks.json"
    gateway = await world.another_gateway(session, user_jwks_file=None, user_jwks_url=nobody)
    async with connected(session, f"{gateway.url}/graphql") as socket:
        payload = {"authorization": f"Bearer {user_token()}"}
        await socket.send({"type": "connection_init", "payload": payload})

        assert await socket.closed() == 1013


async def test_a_token_of_the_handshake_counts_when_the_first_message_brings_none(
    world: World, session: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {user_token()}"}
    async with connected(session, world.url, headers=headers) as socket:
        await socket.begin()
        await socket.subscribe(ENDLESS)

        assert await socket.data() == {"orderChanged": {"delivery": "HEARTBEAT"}}


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("other",)])
async def test_another_subprotocol_closes_with_4406(
    world: World, session: aiohttp.ClientSession, protocols: tuple[str, ...]
) -> None:
    async with connected(session, world.url, protocols=protocols) as socket:
        assert await socket.closed() == 4406


async def test_a_silent_client_is_closed_with_4408(
    world: World, session: aiohttp.ClientSession
) -> None:
    hasty = await world.another_gateway(session, socket_init=timedelta(milliseconds=50))

    async with connected(session, f"{hasty.url}/graphql") as socket:
        assert await socket.closed() == 4408


async def test_an_id_in_use_closes_with_4409(opened: Any) -> None:
    socket = await opened("operator")
    await socket.subscribe(ENDLESS, "same")
    await socket.subscribe(ENDLESS, "same")

    assert await socket.closed() == 4409


async def test_a_second_initialisation_closes_with_4429(opened: Any) -> None:
    socket = await opened("operator")
    await socket.send({"type": "connection_init"})

    assert await socket.closed() == 4429


async def test_a_message_over_the_size_bound_closes_the_socket(opened: Any) -> None:
    socket = await opened("operator")
    await socket.socket.send_str('{"type": "ping", "payload": {"x": "' + "x" * (1 << 20) + '"}}')

    assert await socket.closed() == 1009


async def test_a_page_of_another_site_may_not_connect(
    world: World, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with connected(session, world.url, headers={"Origin": "https://elsewhere.example"}):
            pass

    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { places { id } } query B { places { id } }", "OPERATION_NOT_FOUND"),
    ],
)
async def test_a_bad_operation_ends_itself_and_not_the_socket(
    opened: Any, query: str, code: str
) -> None:
    socket = await opened("operator")
    await socket.subscribe(query, "bad")
    told = await socket.read()
    await socket.subscribe("{ places { id } }", "bad")

    assert (told["type"], told["id"]) == ("error", "bad")
    assert told["payload"][0]["extensions"]["code"] == code
    assert await socket.data() == {"places": None}
    assert await socket.read() == {"id": "bad", "type": "complete"}


async def test_an_id_can_be_used_again_once_its_operation_was_completed(opened: Any) -> None:
    socket = await opened("operator")
    for _ in range(3):
        await socket.subscribe(ENDLESS, "same")
        await socket.data()
        await socket.send({"id": "same", "type": "complete"})
    await socket.subscribe("{ places { id } }", "same")

    assert await socket.data() == {"places": None}


async def test_a_socket_has_only_so_many_operations(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    strict = await world.another_gateway(session, socket_operations=2)
    socket = await opened("operator", url=f"{strict.url}/graphql")
    for identifier in ("1", "2"):
        await socket.subscribe(ENDLESS, identifier)
        await socket.data()
    await socket.subscribe(ENDLESS, "3")

    told = await socket.read()

    assert (told["type"], told["id"]) == ("error", "3")
    assert told["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"


async def test_a_ping_is_answered_and_the_server_pings_too(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    lively = await world.another_gateway(session, socket_ping=timedelta(milliseconds=50))
    socket = await opened("operator", url=f"{lively.url}/graphql")
    await socket.send({"type": "ping"})

    kinds: set[str] = set()
    while kinds != {"ping", "pong"}:
        kinds.add((await socket.socket.receive_json(timeout=20))["type"])

    assert kinds == {"ping", "pong"}


async def test_answers_are_text_frames(opened: Any) -> None:
    socket = await opened("operator")
    await socket.subscribe("{ places { id } }")

    message = await socket.socket.receive(timeout=20)

    assert message.type is aiohttp.WSMsgType.TEXT
    assert orjson.loads(message.data)["payload"] == {"data": {"places": None}}


async def test_when_the_token_expires_the_socket_is_closed_so_that_a_new_one_can_be_brought(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with connected(session, world.url) as socket:
        token = user_token(lasts=timedelta(seconds=1))
        await socket.begin({"authorization": f"Bearer {token}"})
        await socket.subscribe(ENDLESS)
        await socket.data()
        world.clock.advance(timedelta(seconds=2))

        assert await socket.closed() == 4403


async def test_after_the_token_has_expired_nothing_is_sent_but_the_close(
    world: World, session: aiohttp.ClientSession
) -> None:
    """An error would end the subscription for good; a close has clients connect again."""
    async with connected(session, world.url) as socket:
        token = user_token(lasts=timedelta(hours=1))
        await socket.begin({"authorization": f"Bearer {token}"})
        await socket.subscribe(WATCH, id="7")
        await socket.data()
        world.clock.advance(timedelta(hours=2))
        await world.change("7")

        assert await socket.read() is None
        assert socket.socket.close_code == 4403


async def test_a_defect_of_the_gateway_ends_the_operation_and_is_not_shown(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret")

    socket = await opened("operator")
    monkeypatch.setattr(SocketHandler, "_push_for", fails)
    await socket.subscribe(ENDLESS)

    told = await socket.read()

    assert (told["type"], told["id"]) == ("error", "1")
    assert told["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert "secret" not in str(told)


async def test_a_gateway_that_is_still_starting_has_clients_come_again(
    world: World, session: aiohttp.ClientSession, serve: Serve
) -> None:
    nowhere = replace(world.settings, subgraphs=("orders=http://127.0.0.1:1/graphql",))
    starting = await serve("gateway", build_app(nowhere, world.clock))
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with connected(session, f"{starting.url}/graphql"):
            pass

    assert refused.value.status == 503
    assert refused.value.headers is not None
    assert refused.value.headers["Retry-After"] == "1"


async def test_a_gateway_that_is_told_to_stop_sends_its_clients_elsewhere(
    world: World, opened: Any
) -> None:
    socket = await opened("operator")
    await socket.subscribe(ENDLESS)
    await socket.data()

    stopping = asyncio.create_task(world.gateway.stop())

    assert await socket.closed() == 1012
    await stopping


async def test_when_a_client_goes_its_listeners_go_too(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    one, other = await opened("operator"), await opened("operator")
    for socket in (one, other):
        await socket.subscribe(ENDLESS)
        await socket.data()
    before = await listeners(world, session)
    one.socket._response.close()

    await until_listeners(world, session, 1)
    assert before == 2


async def test_a_client_that_does_not_read_is_told_where_to_go_on(
    world: World, session: aiohttp.ClientSession, opened: Any
) -> None:
    tight = await world.another_gateway(session, events_waiting=20)
    query = """subscription($since: String) {
      orderChanged(orderId: "7", heartbeatSeconds: 5, since: $since) { seq cursor type } }"""
    lazy = await opened("operator", url=f"{tight.url}/graphql")
    await lazy.subscribe(query)
    await lazy.data()
    seen: list[int | None] = []

    for _ in range(150):
        await world.change("7", "x" * 100_000)
    while (told := await lazy.read())["type"] == "next":
        seen.append(told["payload"]["data"]["orderChanged"]["seq"])
    extensions = told["payload"][0]["extensions"]
    await lazy.subscribe(query, since=extensions["cursor"])
    while seen[-1] != 150:
        seen.append((await lazy.data())["orderChanged"]["seq"])

    assert (extensions["code"], extensions["retryable"]) == ("SUBSCRIPTION_TOO_SLOW", True)
    heard = [seq for seq in seen if seq is not None]  # heartbeats have none
    assert heard == list(range(1, 151))
