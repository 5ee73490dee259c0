"""Python's `gql` over graphql-transport-ws, by both of its WebSocket transports."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

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

TRANSPORTS = (WebsocketsTransport, AIOHTTPWebsocketsTransport)
_PATIENCE_SECONDS = 30


@pytest.fixture(params=TRANSPORTS, ids=lambda one: one.__name__)
def transport_class(request: pytest.FixtureRequest) -> type[Any]:
    chosen: type[Any] = request.param
    return chosen


@pytest.fixture
def transport(transport_class: type[Any]) -> Callable[[str, str], Any]:
    """Makes transports to a GraphQL address, for the holder of a token."""

    def make(url: str, token: str) -> Any:
        socket_url = url.replace("http:", "ws:")
        return transport_class(socket_url, init_payload={"Authorization": f"Bearer {token}"})

    return make


Open = Callable[[str, str], Any]


class Heard:
    """What one subscription tells; it remembers the cursor of the last item."""

    def __init__(self, operation: str, **variables: Any) -> None:
        self.operation = operation
        self.variables = variables
        self.items: list[Any] = []

    @asynccontextmanager
    async def by(self, session: AsyncClientSession) -> AsyncIterator["Heard"]:
        """Listen from where it left off during the block."""
        request = GraphQLRequest(self.operation, variable_values=self.variables)
        async with aclosing(session.subscribe(request)) as answers:
            self._answers = answers
            if "since" not in self.variables:
                assert (await self._item())["delivery"] == "HEARTBEAT"
            yield self

    async def next(self) -> Any:
        """Give the next event."""
        item = await self._item()
        assert item["delivery"] == "EVENT"
        self.items.append(item)
        return item

    async def _item(self) -> Any:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            (item,) = (await anext(self._answers)).values()
        self.variables["since"] = item["cursor"]
        return item


async def asked(session: AsyncClientSession, operation: str, **variables: Any) -> Any:
    """Run a query or a mutation over the socket, and give its one field."""
    data = await session.execute(GraphQLRequest(operation, variable_values=variables))
    (field,) = data.values()
    return field


async def placed(session: AsyncClientSession, retailer: Retailer) -> Any:
    """Place an order of one shirt over the socket."""
    wish = {"idempotencyKey": retailer.key(), **retailer.wish("shirt")}
    payload = await asked(session, PLACE, input=wish)
    assert payload["userErrors"] == []
    return payload["order"]


def closed_with(error: TransportConnectionFailed) -> int | None:
    """Tell the code that the server closed a socket with."""
    cause = error.__cause__
    received = getattr(cause, "rcvd", None)
    return None if received is None else int(received.code)


async def test_a_mutation_over_the_socket_reaches_all_four_subscriptions_beside_it(
    gateway: GatewayProcess, retailer: Retailer, token: str, transport: Open
) -> None:
    sku = retailer.code("shirt")
    async with Client(transport=transport(gateway.graphql_url, token)) as session:
        location = await asked(session, LOCATION, code=retailer.code("W1"))
        here = {"location": location["id"]}
        async with (
            Heard(ORDER_UPDATED, channel=retailer.code("web")).by(session) as orders,
            Heard(LINE_CHANGED, **here).by(session) as lines,
            Heard(QUEUE_CHANGED, **here).by(session) as queue,
            Heard(AVAILABILITY_CHANGED, sku=sku).by(session) as availability,
        ):
            order = await placed(session, retailer)
            told = [await one.next() for one in (orders, lines, queue, availability)]
            await gateway.until_listeners(4)
        await gateway.until_listeners(0)

    for item in told:
        assert item.pop("cursor")
        assert item.pop("seq") >= 1
    assert told[0]["order"] == {
        "id": order["id"],
        "version": order["version"],
        "lines": [{"quantity": 1, "item": {"title": "shirt"}}],
    }
    assert told[1]["transitions"][0]["line"] == {"item": {"title": "shirt"}}
    assert [change["change"] for change in told[2]["changes"]] == ["ADDED"]
    assert told[2]["changes"][0]["fulfilment"]["id"] == order["fulfilments"][0]["id"]
    assert (told[3]["available"], told[3]["onHand"], told[3]["item"]) == (4, 5, {"title": "shirt"})
    assert {each["location"]["name"] for each in (told[2], told[3])} == {"W1"}
