"""Python's `gql` over graphql-transport-ws, by both of its WebSocket transports."""

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final

import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession, ReconnectingAsyncClientSession
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import (
    TransportClosed,
    TransportConnectionFailed,
    TransportQueryError,
)
from gql.transport.websockets import WebsocketsTransport
from tenacity import AsyncRetrying, retry, retry_if_exception_type, wait_fixed

from retail_kit.roles import Role
from tests.support.cable import Cable
from tests.support.gateway_process import GatewayProcess
from tests.support.live_operations import (
    AVAILABILITY_CHANGED,
    LINE_CHANGED,
    LOCATION,
    ORDER_UPDATED,
    PLACE,
    QUEUE_CHANGED,
)
from tests.support.retailer import Retailer
from tests.support.stack import Stack

FORBIDDEN: Final = 4403
SERVICE_RESTART: Final = 1012
_PATIENCE_SECONDS = 30
_SOON = wait_fixed(0.05)

Transport = WebsocketsTransport | AIOHTTPWebsocketsTransport
Open = Callable[[str, str], Transport]


@pytest.fixture(params=["websockets", "aiohttp"])
def opens(request: pytest.FixtureRequest) -> Open:
    """Makes a transport to an address, for the holder of a token."""

    def make(url: str, token: str) -> Transport:
        address, payload = url.replace("http:", "ws:"), {"Authorization": f"Bearer {token}"}
        if request.param == "websockets":
            return WebsocketsTransport(url=address, init_payload=payload)
        return AIOHTTPWebsocketsTransport(url=address, init_payload=payload)

    return make


class Heard:
    """What one subscription tells; it goes on after the last item that it was told."""

    def __init__(self, operation: str, **variables: Any) -> None:
        self.operation = operation
        self.variables = variables
        self.items: list[Any] = []
        self._answers: AsyncGenerator[Any, None]

    @asynccontextmanager
    async def by(self, session: AsyncClientSession) -> AsyncIterator["Heard"]:
        """Listen during the block."""
        request = GraphQLRequest(self.operation, variable_values=self.variables)
        async with aclosing(session.subscribe(request)) as self._answers:
            if "since" not in self.variables:
                assert (await self._item())["delivery"] == "HEARTBEAT"
            yield self

    async def next(self) -> Any:
        """Give the next event."""
        while (item := await self._item())["delivery"] == "HEARTBEAT":
            pass
        assert item["delivery"] == "EVENT"
        self.items.append(item)
        return item

    async def through_breaks(self, session: AsyncClientSession, events: int) -> None:
        """Listen until so many events were heard, anew whenever the connection breaks."""
        broken = retry_if_exception_type((TransportConnectionFailed, TransportClosed))
        async for attempt in AsyncRetrying(retry=broken, wait=_SOON):
            with attempt:
                async with self.by(session):
                    while len(self.items) < events:
                        await self.next()

    async def _item(self) -> Any:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            (item,) = (await anext(self._answers)).values()
        self.variables["since"] = item["cursor"]
        return item


@asynccontextmanager
async def reconnecting(transport: Transport) -> AsyncIterator[ReconnectingAsyncClientSession]:
    """Have gql connect again by itself during the block."""
    client = Client(transport=transport)
    session = await client.connect_async(reconnecting=True, retry_connect=retry(wait=_SOON))  # type: ignore[no-untyped-call]
    try:
        yield session
    finally:
        await client.close_async()  # type: ignore[no-untyped-call]


def opened_by(transport: Transport) -> list[Any]:
    """Give the list of the sockets that the transport opens from now on."""
    opened: list[Any] = []
    connect = transport.adapter.connect

    async def remembered() -> None:
        await connect()
        opened.append(transport.adapter.websocket)

    transport.adapter.connect = remembered  # type: ignore[method-assign]
    return opened


async def asked(session: AsyncClientSession, operation: str, **variables: Any) -> Any:
    """Run a query or a mutation over the socket, and give its one field."""
    data = await session.execute(GraphQLRequest(operation, variable_values=variables))
    (field,) = data.values()
    return field


async def refused(session: AsyncClientSession, operation: str, **variables: Any) -> str:
    """Subscribe to what is refused, and give the code of the error."""
    with pytest.raises(TransportQueryError) as error:
        async for _ in session.subscribe(GraphQLRequest(operation, variable_values=variables)):
            pass
    (told,) = error.value.errors or []
    return str(told["extensions"]["code"])


async def test_a_mutation_over_the_socket_reaches_all_four_subscriptions_beside_it(
    gateway: GatewayProcess, retailer: Retailer, token: str, opens: Open
) -> None:
    await retailer.sells("hat")
    async with Client(transport=opens(gateway.graphql_url, token)) as session:
        location = await asked(session, LOCATION, code=retailer.code("W1"))
        here = {"location": location["id"]}
        async with (
            Heard(ORDER_UPDATED, channel=retailer.code("web")).by(session) as orders,
            Heard(LINE_CHANGED, **here).by(session) as lines,
            Heard(QUEUE_CHANGED, **here).by(session) as queue,
            Heard(AVAILABILITY_CHANGED, sku=retailer.code("hat")).by(session) as availability,
        ):
            await gateway.until_listeners(4)
            await retailer.counts("hat", W1=5)
            counted = await availability.next()
            wish = {"idempotencyKey": retailer.key(), **retailer.wish("hat")}
            placed = await asked(session, PLACE, input=wish)
            update, line, queued, left = [
                await one.next() for one in (orders, lines, queue, availability)
            ]
        await gateway.until_listeners(0)

    order = placed["order"]
    assert placed["userErrors"] == []
    assert (update["type"], update["seq"], update["order"]) == (
        "ORDER_PLACED",
        1,
        {
            "id": order["id"],
            "version": order["version"],
            "lines": [{"quantity": 1, "item": {"title": "hat"}}],
        },
    )
    assert line["order"] == {"id": order["id"]}
    assert line["transitions"] == [
        {
            "from": "PLACED",
            "to": "ALLOCATED",
            "quantity": 1,
            "line": {"item": {"title": "hat"}},
            "location": {"name": "W1"},
        }
    ]
    (change,) = queued["changes"]
    assert (queued["location"], change["change"]) == ({"name": "W1"}, "ADDED")
    assert change["fulfilment"]["id"] == order["fulfilments"][0]["id"]
    assert (counted["available"], counted["crossed"]) == (5, "BACK_IN_STOCK")
    assert (left["available"], left["onHand"], left["item"]) == (4, 5, {"title": "hat"})


async def test_after_each_cut_the_client_goes_on_at_its_cursor(
    gateway: GatewayProcess, cable: Cable, retailer: Retailer, token: str, opens: Open
) -> None:
    heard = Heard(ORDER_UPDATED, channel=retailer.code("web"))
    async with reconnecting(opens(f"{cable.url}/graphql", token)) as session:
        listening = asyncio.create_task(heard.through_breaks(session, 4))
        orders = []
        for _ in range(4):
            await gateway.until_listeners(1)
            orders.append(await retailer.places(retailer.wish("shirt")))
            assert cable.cut() == 1
        await listening

    # Each order is an entity of its own: between two of them no order is promised.
    assert sorted(item["order"]["id"] for item in heard.items) == sorted(
        order["id"] for order in orders
    )


async def test_a_gateway_told_to_stop_says_so_and_the_client_goes_on_at_the_next_one(
    gateway: GatewayProcess, retailer: Retailer, token: str, opens: Open
) -> None:
    heard = Heard(ORDER_UPDATED, channel=retailer.code("web"))
    transport = opens(gateway.graphql_url, token)
    sockets = opened_by(transport)
    async with reconnecting(transport) as session:
        listening = asyncio.create_task(heard.through_breaks(session, 3))
        await gateway.until_listeners(1)
        orders = [await retailer.places(retailer.wish("shirt")) for _ in range(2)]
        status = await gateway.end()
        gateway.start()
        await gateway.until_ready()
        orders.append(await retailer.places(retailer.wish("shirt")))
        await listening

    assert sockets[0].close_code == SERVICE_RESTART
    assert status in (0, -signal.SIGTERM), "it ended by itself"
    # Each order is an entity of its own: between two of them no order is promised.
    assert sorted(item["order"]["id"] for item in heard.items) == sorted(
        order["id"] for order in orders
    )


async def test_a_token_that_is_not_good_closes_the_socket_with_4403(
    gateway: GatewayProcess, opens: Open
) -> None:
    transport = opens(gateway.graphql_url, "nonsense")
    sockets = opened_by(transport)
    with pytest.raises(TransportConnectionFailed):
        await Client(transport=transport).connect_async()  # type: ignore[no-untyped-call]
    await transport.close()

    assert [socket.close_code for socket in sockets] == [FORBIDDEN]


async def test_who_brings_a_new_token_when_the_old_one_expires_misses_nothing(
    gateway: GatewayProcess,
    retailer: Retailer,
    token: str,
    short_token: Callable[[int], str],
    opens: Open,
) -> None:
    heard = Heard(ORDER_UPDATED, channel=retailer.code("web"))
    transport = opens(gateway.graphql_url, short_token(3))
    sockets = opened_by(transport)
    async with Client(transport=transport) as session, heard.by(session):
        orders = [await retailer.places(retailer.wish("shirt"))]
        await heard.next()
        with pytest.raises(TransportConnectionFailed):
            await heard.next()
    orders.append(await retailer.places(retailer.wish("shirt")))
    async with Client(transport=opens(gateway.graphql_url, token)) as session, heard.by(session):
        await heard.next()

    assert [socket.close_code for socket in sockets] == [FORBIDDEN]
    # Each order is an entity of its own: between two of them no order is promised.
    assert sorted(item["order"]["id"] for item in heard.items) == sorted(
        order["id"] for order in orders
    )


async def test_an_error_ends_its_subscription_and_not_the_socket(
    gateway: GatewayProcess, services: Stack, retailer: Retailer, opens: Open
) -> None:
    customer = services.user_token(Role.CUSTOMER, ["customer:nobody"])
    shirt = {"sku": retailer.code("shirt"), "channel": retailer.code("web")}
    async with Client(transport=opens(gateway.graphql_url, customer)) as session:
        async with Heard(AVAILABILITY_CHANGED, **shirt).by(session) as availability:
            codes = [
                await refused(session, QUEUE_CHANGED, location="TG9jYXRpb246eA"),
                await refused(session, AVAILABILITY_CHANGED, **shirt, since="nonsense"),
                await refused(session, "subscription { nothing }"),
            ]
            await retailer.counts("shirt", W1=9)
            while (await availability.next())["available"] != 9:
                pass
        await gateway.until_listeners(0)
        request = GraphQLRequest(LOCATION, variable_values={"code": retailer.code("W1")})
        answers = [answer["location"]["name"] async for answer in session.subscribe(request)]

    assert codes == ["FORBIDDEN", "INVALID_CURSOR", "GRAPHQL_VALIDATION_FAILED"]
    assert answers == ["W1"], "an operation with one answer completes by itself"
