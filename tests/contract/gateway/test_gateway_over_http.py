"""A whole gateway over three small subgraphs, every hop over real HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.app import build_app
from gateway.settings import Settings
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerVerifier
from service_kit.runtime.clock import SettableClock
from tests.contract.gateway.conftest import Serve, eventually, until_ready
from tests.support.serving import Served
from tests.support.subgraphs import SmallSubgraph, composed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GATEWAY_KEY = generate_signing_key("gateway")
USER_KEY = generate_signing_key("issuer")

CATALOGUE = """
  type Query { items: [Item] item(sku: ID!): Item }
  type Mutation { rename(sku: ID!, name: String!): Item }
  type Item @key(fields: "sku") { sku: ID! name: String }
"""
STOCK = """
  type Query { places: [Place] }
  type Mutation { count(sku: ID!): Item }
  type Place { id: ID! item: Item }
  type Item @key(fields: "sku") { sku: ID! stock: Int }
"""
PRICES = """
  type Query { currency: String }
  type Item @key(fields: "sku") { sku: ID! price(in: String = "EUR"): String }
"""


class World:
    """Three subgraphs with real addresses, and a gateway before them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.catalogue = SmallSubgraph(
            "catalogue",
            CATALOGUE,
            {
                "items": [{"sku": sku, "name": f"item {sku}"} for sku in "121"],
                "item": lambda sku: {"sku": sku, "name": f"item {sku}"},
                "rename": lambda sku, name: self._do(f"rename {sku}", {"sku": sku, "name": name}),
            },
            {"Item": lambda one: {"sku": one["sku"], "name": f"item {one['sku']}"}},
        )
        self.stock = SmallSubgraph(
            "stock",
            STOCK,
            {
                "places": [{"id": "p", "item": {"sku": "3", "stock": 30}}],
                "count": lambda sku: self._do(f"count {sku}", {"sku": sku, "stock": 20}),
            },
            {"Item": lambda one: {"sku": one["sku"], "stock": int(one["sku"]) * 10}},
        )
        self.prices = SmallSubgraph(
            "prices",
            PRICES,
            {"currency": "EUR"},
            {"Item": lambda one: {"sku": one["sku"], "price": _price(one["sku"])}},
        )
        self.served: dict[str, Served] = {}
        self.gateway: Served

    @property
    def subgraphs(self) -> list[SmallSubgraph]:
        return [self.catalogue, self.stock, self.prices]

    def _do(self, what: str, result: Any) -> Any:
        self.done.append(what)
        return result

    async def start(self, serve: Serve, settings: Settings) -> None:
        for subgraph in self.subgraphs:
            self.served[subgraph.name] = await serve(subgraph.name, subgraph.app())
        urls = tuple(f"{name}={one.url}/graphql" for name, one in self.served.items())
        settings = replace(settings, subgraphs=settings.subgraphs or urls)
        self.gateway = await serve("gateway", build_app(settings, SettableClock(NOW)))


def _price(sku: str) -> Any:
    return lambda _info, **arguments: f"{sku}.00 {arguments['in']}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    key, users = tmp_path / "gateway.pem", tmp_path / "users.json"
    key.write_bytes(GATEWAY_KEY.to_pem())
    users.write_bytes(orjson.dumps(public_jwks([USER_KEY])))
    return Settings(
        signing_key_file=key,
        user_jwks_file=users,
        user_issuer="issuer",
        user_audience="graph",
        development=True,
        refresh=timedelta(milliseconds=20),
    )


@pytest.fixture
async def world(serve: Serve, settings: Settings, session: aiohttp.ClientSession) -> World:
    world = World()
    await world.start(serve, settings)
    await until_ready(world.gateway.url, session)
    return world


async def until_answered(world: World, session: aiohttp.ClientSession, query: str) -> Any:
    """Ask until the graph knows what is asked for."""
    answers: list[Any] = []

    async def is_known() -> bool:
        answers.append(await ask(world, session, query))
        return "data" in answers[-1]

    await eventually(is_known)
    return answers[-1]


async def ask(
    world: World,
    session: aiohttp.ClientSession,
    query: str,
    headers: dict[str, str] | None = None,
    **variables: Any,
) -> dict[str, Any]:
    url = f"{world.gateway.url}/graphql"
    body = {"query": query, "variables": variables}
    async with session.post(url, json=body, headers=headers) as response:
        assert response.status == 200
        answer: dict[str, Any] = await response.json()
        return answer


def user_token(**claims: Any) -> str:
    usual = {"sub": "ana", "iss": "issuer", "aud": "graph", "roles": ["operator"]}
    times = {"exp": (NOW + timedelta(hours=1)).timestamp()}
    return jwt.encode(
        {**usual, **times, **claims}, USER_KEY.private, "EdDSA", headers={"kid": "issuer"}
    )


async def test_one_question_is_answered_by_three_subgraphs(
    world: World, session: aiohttp.ClientSession
) -> None:
    document = """
      query Page($money: String) {
        goods: items { ...Shown }
        places { id item { ...Shown } }
        currency
      }
      fragment Shown on Item { __typename sku title: name stock price(in: $money) }
    """

    answer = await ask(world, session, document, money="CHF")

    one, two, three = (
        {
            "__typename": "Item",
            "sku": sku,
            "title": f"item {sku}",
            "stock": int(sku) * 10,
            "price": f"{sku}.00 CHF",
        }
        for sku in "123"
    )
    assert answer == {
        "data": {
            "goods": [one, two, one],
            "places": [{"id": "p", "item": three}],
            "currency": "EUR",
        }
    }


async def test_an_entity_that_stands_in_many_places_is_asked_for_once(
    world: World, session: aiohttp.ClientSession
) -> None:
    await ask(world, session, "{ items { stock } }")

    assert [one["sku"] for one in world.stock.representations()] == ["1", "2"]


async def test_mutations_take_effect_in_document_order(
    world: World, session: aiohttp.ClientSession
) -> None:
    document = """mutation {
      first: rename(sku: "1", name: "one") { name price }
      count(sku: "2") { stock name }
      last: rename(sku: "3", name: "three") { name }
    }"""

    answer = await ask(world, session, document)

    assert world.done == ["rename 1", "count 2", "rename 3"]
    assert answer["data"] == {
        "first": {"name": "one", "price": "1.00 EUR"},
        "count": {"stock": 20, "name": "item 2"},
        "last": {"name": "three"},
    }


async def test_a_dead_subgraph_takes_its_own_fields_only(
    world: World, session: aiohttp.ClientSession
) -> None:
    await world.served["stock"].stop()

    answer = await ask(world, session, '{ item(sku: "1") { name stock price } currency }')

    assert answer["data"] == {
        "item": {"name": "item 1", "stock": None, "price": "1.00 EUR"},
        "currency": "EUR",
    }
    assert answer["errors"] == [
        {
            "message": 'The subgraph "stock" did not answer.',
            "path": ["item", "stock"],
            "extensions": {"code": "SUBGRAPH_REQUEST_FAILED", "serviceName": "stock"},
        }
    ]


async def test_a_subgraph_that_comes_back_is_used_again(
    world: World, session: aiohttp.ClientSession
) -> None:
    await world.served["stock"].stop()
    await ask(world, session, '{ item(sku: "1") { stock } }')
    await world.served["stock"].start()

    answer = await ask(world, session, '{ item(sku: "1") { stock } }')

    assert answer == {"data": {"item": {"stock": 10}}}


async def test_a_slow_subgraph_is_given_up_after_the_deadline(
    serve: Serve, settings: Settings, session: aiohttp.ClientSession
) -> None:
    world = World()
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Response:
        body = await request.body()
        if b"stock" in body:
            asked.set()
            await release.wait()
        given = world.stock.answer(body)
        return Response(given.body, given.status)

    app = Starlette(routes=[Route("/graphql", slow, methods=["POST"])])
    world.served["stock"] = await serve("stock", app)
    for one in (world.catalogue, world.prices):
        world.served[one.name] = await serve(one.name, one.app())
    urls = tuple(f"{name}={one.url}/graphql" for name, one in world.served.items())
    changed = replace(settings, subgraphs=urls, subgraph_deadline=timedelta(seconds=3))
    world.gateway = await serve("gateway", build_app(changed, SettableClock(NOW)))
    await until_ready(world.gateway.url, session)

    answer = await ask(world, session, '{ item(sku: "1") { name stock } }')
    release.set()

    assert asked.is_set()
    assert answer["data"] == {"item": {"name": "item 1", "stock": None}}
    assert answer["errors"][0]["path"] == ["item", "stock"]


async def test_an_answer_over_the_size_bound_is_not_read(
    serve: Serve, settings: Settings, session: aiohttp.ClientSession
) -> None:
    world = World()
    world.catalogue.roots = {"items": [{"sku": "1", "name": "x" * 200_000}]}
    await world.start(serve, replace(settings, subgraph_response_bytes=100_000))
    await until_ready(world.gateway.url, session)

    answer = await ask(world, session, "{ items { name } currency }")

    assert answer["data"] == {"items": None, "currency": "EUR"}


def users_seen(subgraph: SmallSubgraph) -> list[tuple[Caller, str]]:
    """Whoever asked a subgraph through the gateway, with the trace it came in."""
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY_KEY]))
    verifier = CallerVerifier(trusted, subgraph.name, SettableClock(NOW))
    seen = [
        (verifier.verify(sent["authorization"].removeprefix("Bearer ")), sent["traceparent"])
        for sent in subgraph.headers
        if "traceparent" in sent
    ]
    return [(caller, trace) for caller, trace in seen if not caller.is_service]


async def test_every_subgraph_gets_the_verified_user_signed_for_itself(
    world: World, session: aiohttp.ClientSession
) -> None:
    parent = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    headers = {"Authorization": f"Bearer {user_token(grants=['location:S1'])}"}

    await ask(world, session, "{ items { stock } }", headers | {"traceparent": parent})

    for subgraph in (world.catalogue, world.stock):
        ((caller, trace),) = users_seen(subgraph)
        assert (caller.subject, caller.kind) == ("ana", CallerKind.USER)
        assert caller.roles == frozenset({"operator"})
        assert caller.grants == frozenset({"location:S1"})
        assert trace[3:35] == "a" * 32


async def test_a_visitor_is_signed_as_a_visitor(
    world: World, session: aiohttp.ClientSession
) -> None:
    await ask(world, session, "{ currency }")

    ((caller, _),) = users_seen(world.prices)
    assert caller.is_anonymous
    assert caller.roles == frozenset({"visitor"})


async def test_the_gateway_reads_schemas_in_its_own_name(world: World) -> None:
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY_KEY]))
    verifier = CallerVerifier(trusted, "stock", SettableClock(NOW))

    token = world.stock.headers[0]["authorization"].removeprefix("Bearer ")

    caller = verifier.verify(token)
    assert (caller.subject, caller.kind) == ("gateway", CallerKind.SERVICE)


@pytest.mark.parametrize("claims", [{"exp": 1}, {"aud": "other"}, {"iss": "other"}])
async def test_a_user_token_that_is_not_good_is_401(
    world: World, session: aiohttp.ClientSession, claims: dict[str, Any]
) -> None:
    headers = {"Authorization": f"Bearer {user_token(**claims)}"}
    url = f"{world.gateway.url}/graphql"

    async with session.post(url, json={"query": "{ currency }"}, headers=headers) as response:
        body = await response.json()

    assert response.status == 401
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_changed_subgraph_is_served_without_a_restart(
    world: World, session: aiohttp.ClientSession
) -> None:
    before = await ask(world, session, "{ hours }")
    changed = SmallSubgraph(
        "prices", PRICES.replace("currency:", "hours: String currency:"), {"hours": "9 to 5"}
    )
    await world.served["prices"].stop()
    world.served["prices"]._make_app = changed.app
    await world.served["prices"].start()

    answer = await until_answered(world, session, "{ hours }")

    assert "data" not in before
    assert answer == {"data": {"hours": "9 to 5"}}


async def test_a_subgraph_that_no_longer_composes_leaves_the_last_good_graph_in_service(
    world: World, session: aiohttp.ClientSession
) -> None:
    broken = SmallSubgraph("prices", "type Query { currency: [Int] }", {})
    await world.served["prices"].stop()
    world.served["prices"]._make_app = broken.app
    await world.served["prices"].start()
    broken.sdl += " type Item @key(fields: 9"

    async def was_read_twice() -> bool:
        return len(broken.asked) > 1

    await eventually(was_read_twice)

    assert (await ask(world, session, "{ items { stock } }"))["data"]["items"][0] == {"stock": 10}


async def test_until_its_subgraphs_answer_the_gateway_is_not_ready(
    serve: Serve, settings: Settings, session: aiohttp.ClientSession
) -> None:
    world = World()
    late = Served("prices", world.prices.app)
    for one in (world.catalogue, world.stock):
        world.served[one.name] = await serve(one.name, one.app())
    world.served["prices"] = late
    urls = tuple(f"{name}={one.url}/graphql" for name, one in world.served.items())
    app = build_app(replace(settings, subgraphs=urls), SettableClock(NOW))
    world.gateway = await serve("gateway", app)

    async with session.get(f"{world.gateway.url}/health/ready") as response:
        assert (response.status, (await response.json())["failing"]) == (503, ["supergraph"])
    async with session.get(f"{world.gateway.url}/health/live") as response:
        assert response.status == 200
    await late.start()
    try:
        await until_ready(world.gateway.url, session)
        assert (await ask(world, session, "{ currency }")) == {"data": {"currency": "EUR"}}
    finally:
        await late.stop()


async def test_a_supergraph_file_is_served_and_followed(
    serve: Serve, settings: Settings, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    world = World()
    for one in world.subgraphs:
        world.served[one.name] = await serve(one.name, one.app())
    urls = {name: f"{one.url}/graphql" for name, one in world.served.items()}
    file = tmp_path / "supergraph.graphql"
    file.write_text(composed([world.catalogue, world.prices], urls))
    app = build_app(replace(settings, supergraph_file=file), SettableClock(NOW))
    world.gateway = await serve("gateway", app)
    await until_ready(world.gateway.url, session)

    before = await ask(world, session, "{ items { stock } }")
    file.write_text(composed(world.subgraphs, urls))
    answer = await until_answered(world, session, "{ items { stock } }")

    assert "data" not in before
    assert answer["data"]["items"][0] == {"stock": 10}


async def test_metrics_tell_the_time_of_each_subgraph(
    world: World, session: aiohttp.ClientSession
) -> None:
    await ask(world, session, "{ currency }")

    async with session.get(f"{world.gateway.url}/metrics") as response:
        text = await response.text()

    assert 'gateway_subgraph_seconds_count{status="200",subgraph="prices"} 1.0' in text


async def test_no_header_tells_what_the_server_is(
    world: World, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{world.gateway.url}/graphql?query={{currency}}") as response:
        assert await response.json() == {"data": {"currency": "EUR"}}

    assert "Server" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"
