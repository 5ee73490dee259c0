"""A subgraph over WebSocket: who may come in, what is bounded, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import strawberry
from prometheus_client import CollectorRegistry

from service_kit.graphql.context import InfoOf, SubgraphContext
from service_kit.graphql.fields import query_field, subscription_field
from service_kit.graphql.schema import build_subgraph_schema
from service_kit.graphql.sockets import OPERATIONS_AT_ONCE
from service_kit.graphql.subgraph import subgraph_app
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerSigner, CallerVerifier
from service_kit.runtime.clock import SettableClock
from tests.support.live import Socket, connected
from tests.support.serving import Served

NAME = "bell_svc"
GATEWAY = generate_signing_key("gateway")
RING = "subscription ($to: Int!) { rings(to: $to) }"


@dataclass(frozen=True, slots=True)
class Context(SubgraphContext):
    """Says which operation it is of."""

    numbers: list[int] = field(default_factory=list)


@strawberry.type(description="The root of reading.")
class Query:
    """Something to ask."""

    @query_field("operator", description="Who asks.")
    def me(self, info: InfoOf[Context]) -> str:
        return info.context.caller.subject


@strawberry.type(description="The root of listening.")
class Subscription:
    """Something to listen to."""

    @subscription_field("operator", description="Counts what its own operation has rung.")
    async def rings(self, info: InfoOf[Context], to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            info.context.numbers.append(number)
            yield len(info.context.numbers)
        if to == 0:
            await asyncio.Event().wait()


@dataclass
class Tower:
    """A subgraph that is served."""

    served: Served
    clock: SettableClock
    session: aiohttp.ClientSession

    def token(self, role: str = "operator", audience: str = NAME) -> str:
        until = self.clock.now() + timedelta(minutes=5)
        caller = Caller("ann", CallerKind.USER, frozenset({role}), frozenset(), until)
        return "Bearer " + CallerSigner(GATEWAY, "gateway", self.clock).sign(caller, audience)

    def connected(self, **options: Any) -> Any:
        return connected(self.session, f"{self.served.url}/graphql", **options)


@pytest.fixture
async def tower(clock: SettableClock) -> AsyncIterator[Tower]:
    verifier = CallerVerifier(TrustedKeys.from_jwks(public_jwks([GATEWAY])), NAME, clock)

    def app() -> Any:
        return subgraph_app(
            build_subgraph_schema(Query, subscription=Subscription),
            name=NAME,
            verifier=verifier,
            make_context=lambda caller: Context(caller, clock),
            checks=(),
            registry=CollectorRegistry(),
        )

    served = Served(NAME, app)
    await served.start()
    async with aiohttp.ClientSession() as session:
        yield Tower(served, clock, session)
    await served.stop()


async def values(socket: Socket, many: int) -> list[int]:
    return [(await socket.data())["rings"] for _ in range(many)]


async def test_a_caller_named_by_the_handshake_or_by_the_initialisation_is_served(
    tower: Tower,
) -> None:
    for headers, payload in (
        ({"Authorization": tower.token()}, {}),
        ({}, {"authorization": tower.token()}),
        ({}, {"headers": {"Authorization": tower.token()}}),
    ):
        async with tower.connected(headers=headers) as socket:
            await socket.begin(payload)
            await socket.subscribe(RING, to=2)
            assert await values(socket, 2) == [1, 2]
            assert await socket.read() == {"id": "1", "type": "complete"}


@pytest.mark.parametrize("told", ["", "Bearer rubbish", "another"])
async def test_nobody_else_comes_in(tower: Tower, told: str) -> None:
    payload = {"Authorization": tower.token(audience="another") if told == "another" else told}
    async with tower.connected() as socket:
        await socket.send({"type": "connection_init", "payload": payload})
        assert await socket.closed() == 4403


async def test_nothing_is_run_before_the_initialisation(tower: Tower) -> None:
    async with tower.connected(headers={"Authorization": tower.token()}) as socket:
        await socket.subscribe(RING, to=1)
        assert await socket.closed() == 4401


async def test_a_role_that_may_not_is_refused_and_the_socket_goes_on(tower: Tower) -> None:
    async with tower.connected(headers={"Authorization": tower.token("visitor")}) as socket:
        await socket.begin()
        for query in ("{ me", "{ nothing }", RING):
            await socket.subscribe(query, to=1)
            told = await socket.read()
            errors = told["payload"] if told["type"] == "error" else told["payload"]["errors"]
            assert errors[0]["extensions"]["code"] in ("FORBIDDEN", "BAD_REQUEST")
            if told["type"] == "next":
                assert (await socket.read())["type"] == "complete"


async def test_queries_are_answered_too_and_each_operation_has_its_own_context(
    tower: Tower,
) -> None:
    async with tower.connected(headers={"Authorization": tower.token()}) as socket:
        await socket.begin()
        for identifier in "12":
            await socket.subscribe(RING, identifier, to=1)
            assert await values(socket, 1) == [1]
            assert (await socket.read())["type"] == "complete"
        await socket.subscribe("{ me }", "3")
        assert await socket.data() == {"me": "ann"}


@pytest.mark.parametrize(
    "message",
    ["{", "[]", "1", '{"type": "unknown"}', '{"type": "subscribe", "id": "1"}',
     '{"type": "subscribe", "id": "1", "payload": {"query": 1}}', '{"type": "complete"}'],
)  # fmt: skip
async def test_what_is_no_message_closes_with_4400(tower: Tower, message: str) -> None:
    async with tower.connected(headers={"Authorization": tower.token()}) as socket:
        await socket.begin()
        await socket.socket.send_str(message)
        assert await socket.closed() == 4400


async def test_a_socket_has_so_many_operations_at_once_and_no_more(tower: Tower) -> None:
    async with tower.connected(headers={"Authorization": tower.token()}) as socket:
        await socket.begin()
        for number in range(OPERATIONS_AT_ONCE + 1):
            await socket.subscribe(RING, f"{number}", to=0)
        told = await socket.read()
    assert (told["type"], told["id"]) == ("error", f"{OPERATIONS_AT_ONCE}")


async def test_a_caller_whose_time_is_over_starts_nothing_more(tower: Tower) -> None:
    async with tower.connected(headers={"Authorization": tower.token()}) as socket:
        await socket.begin()
        tower.clock.advance(timedelta(hours=1))
        await socket.subscribe(RING, to=1)
        assert await socket.closed() == 4403


async def test_a_process_that_ends_has_its_sockets_come_again(tower: Tower) -> None:
    async with tower.connected(headers={"Authorization": tower.token()}) as socket:
        await socket.begin()
        await socket.subscribe(RING, to=0)
        await socket.send({"type": "ping"})
        assert await socket.read() == {"type": "pong"}
        stopping = asyncio.ensure_future(tower.served.stop())
        assert await socket.closed() == 1012
        await stopping
    await tower.served.start()
