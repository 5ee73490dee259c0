"""The clients that apps have from npm: graphql-ws, graphql-sse and Apollo Client, as published."""

import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.support.cable import Cable
from tests.support.gateway_process import GatewayProcess
from tests.support.live_operations import (
    AVAILABILITY_CHANGED,
    LOCATION,
    ORDER_UPDATED,
    PLACE,
    QUEUE_CHANGED,
)
from tests.support.node_client import NodeClient, install_programs, node_client
from tests.support.retailer import Retailer

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

WEBSOCKET, SSE, MULTIPART = "graphql_ws", "graphql_sse", "apollo"
ALL = pytest.mark.parametrize("library", [WEBSOCKET, SSE, MULTIPART])
_SHORT_SECONDS = 5
SERVICE_RESTART, ABNORMAL, FORBIDDEN = 1012, 1006, 4403

Starts = Callable[..., AbstractAsyncContextManager[NodeClient]]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs, with the packages of npm beside them."""
    return install_programs(
        Path(__file__).parent / "node", tmp_path_factory.mktemp("node") / "clients"
    )


@pytest.fixture
def starts(programs: Path, gateway: GatewayProcess, token: str) -> Starts:
    """Starts a program, at the gateway and as an operator unless told otherwise."""

    def start(library: str, **environment: str) -> AbstractAsyncContextManager[NodeClient]:
        given = {"GRAPHQL_URL": gateway.graphql_url, "TOKEN": token, **environment}
        return node_client(programs / f"{library}.mjs", given)

    return start


def ids(orders: list[Any]) -> list[str]:
    return [order["id"] for order in orders]


@ALL
async def test_what_mutations_cause_is_heard_once_and_in_order_through_cuts(
    gateway: GatewayProcess, cable: Cable, retailer: Retailer, starts: Starts, library: str
) -> None:
    placed = []
    async with starts(library, GRAPHQL_URL=f"{cable.url}/graphql") as client:
        await client.subscribes(ORDER_UPDATED, channel=retailer.code("web"))
        for _ in range(5):
            await gateway.until_listeners(1)
            placed.append(await retailer.places(retailer.wish("shirt")))
            cable.cut()
        heard = [(await client.next_event())["order"] for _ in placed]  # in any order among orders
        for order in placed:
            await retailer.cancels(order)
        cancelled = [(await client.next_event())["order"] for _ in placed]
        await client.says("unsubscribe", id="live")
        await gateway.until_listeners(0)

    assert sorted(ids(heard)) == sorted(ids(placed))
    assert sorted(ids(cancelled)) == sorted(ids(placed))


@ALL
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_the_client_goes_on_at_the_next_gateway(
    gateway: GatewayProcess,
    retailer: Retailer,
    starts: Starts,
    library: str,
    number: signal.Signals,
) -> None:
    async with starts(library) as client:
        await client.subscribes(ORDER_UPDATED, channel=retailer.code("web"))
        placed = [await retailer.places(retailer.wish("shirt")) for _ in range(2)]
        await gateway.end(number)
        gateway.start()
        await gateway.until_ready()
        placed += [await retailer.places(retailer.wish("shirt")) for _ in range(2)]
        heard = [(await client.next_event())["order"] for _ in placed]
        closed = client.closed[:1]

    assert sorted(ids(heard)) == sorted(ids(placed))
    if library == WEBSOCKET:
        assert closed == [SERVICE_RESTART if number is signal.SIGTERM else ABNORMAL]


@pytest.mark.parametrize("library", [WEBSOCKET, SSE])
async def test_a_refused_token_is_tried_again_until_there_is_a_good_one(
    retailer: Retailer, starts: Starts, token: str, library: str
) -> None:
    asked = {"query": AVAILABILITY_CHANGED, "variables": {"sku": retailer.code("shirt")}}
    async with starts(library, TOKEN="nonsense") as client:
        await client.says("subscribe", id="live", **asked)
        if library == WEBSOCKET:
            await client.until_closed(2)
        await client.says("token", token=token)
        begun = await client.hears()
        closed = set(client.closed)

    assert begun["item"]["delivery"] == "HEARTBEAT"
    assert closed <= {FORBIDDEN}


async def test_apollo_client_is_told_that_a_token_is_refused_and_listens_with_a_good_one(
    retailer: Retailer, starts: Starts, token: str
) -> None:
    asked = {"sku": retailer.code("shirt")}
    async with starts(MULTIPART, TOKEN="nonsense") as client:
        await client.says("subscribe", id="live", query=AVAILABILITY_CHANGED, variables=asked)
        told, last = await client.hears(), await client.hears()
        await client.says("token", token=token)
        await client.subscribes(AVAILABILITY_CHANGED, **asked)

    assert told["reason"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert last["told"] == "complete"


async def test_when_the_token_expires_graphql_ws_connects_again_with_a_new_one(
    retailer: Retailer, starts: Starts, token: str, short_token: Callable[[int], str]
) -> None:
    async with starts(WEBSOCKET) as client:
        await client.runs(LOCATION, code=retailer.code("W1"))  # it is up and warm
        await client.until_closed(1)
        await client.says("token", token=short_token(_SHORT_SECONDS))
        await client.subscribes(ORDER_UPDATED, channel=retailer.code("web"))
        placed = [await retailer.places(retailer.wish("shirt"))]
        heard = [(await client.next_event())["order"]]
        await client.until_closed(2)
        placed.append(await retailer.places(retailer.wish("shirt")))
        await client.says("token", token=token)
        heard.append((await client.next_event())["order"])
        closed = client.closed[1:]

    assert set(closed) == {FORBIDDEN}
    assert sorted(ids(heard)) == sorted(ids(placed))


@pytest.mark.parametrize("library", [SSE, MULTIPART])
async def test_when_the_token_expires_a_stream_over_http_ends_with_the_reason_and_a_cursor(
    retailer: Retailer, starts: Starts, short_token: Callable[[int], str], library: str
) -> None:
    async with starts(library) as client:
        await client.runs(LOCATION, code=retailer.code("W1"))  # it is up and warm
        await client.says("token", token=short_token(_SHORT_SECONDS))
        await client.subscribes(ORDER_UPDATED, channel=retailer.code("web"))
        told, last = await client.hears(), await client.hears()

    (error,) = told["reason"]
    assert (error["extensions"]["code"], last["told"]) == ("UNAUTHENTICATED", "complete")
    assert error["extensions"]["cursor"]


@ALL
async def test_a_query_and_a_mutation_are_answered_and_complete(
    retailer: Retailer, starts: Starts, library: str
) -> None:
    async with starts(library) as client:
        location = await client.runs(LOCATION, code=retailer.code("W1"))
        wish = {"idempotencyKey": retailer.key(), **retailer.wish("shirt")}
        placed = await client.runs(PLACE, input=wish)

    assert location["name"] == "W1"
    assert placed["userErrors"] == []


@ALL
async def test_an_operation_that_is_refused_says_why(starts: Starts, library: str) -> None:
    async with starts(library) as client:
        variables = {"location": "TG9jYXRpb246eA", "since": "nonsense"}
        await client.says("subscribe", id="bad", query=QUEUE_CHANGED, variables=variables)
        told = await client.hears()

    assert told["told"] == "error"
    assert told["reason"][0]["extensions"]["code"] == "INVALID_CURSOR"


@pytest.mark.parametrize(
    ("misuse", "code"),
    [
        ("BadRequest", 4400),
        ("Unauthorized", 4401),
        ("SubscriberAlreadyExists", 4409),
        ("TooManyInitialisationRequests", 4429),
    ],
)
async def test_what_breaks_the_protocol_is_closed_as_graphql_ws_expects_and_not_tried_again(
    starts: Starts, misuse: str, code: int
) -> None:
    async with starts("graphql_ws_misuse", MISUSE=misuse) as client:
        assert await client.hears() == {"told": "final", "code": code, "connections": 1}
