"""What a subscription may be asked with, the same at the gateway and at the service itself."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from service_kit.identity.caller import Caller, CallerKind
from tests.support.live import Socket, connected, sse_events
from tests.support.stack import GATEWAY, INVENTORY, ORDERS, Stack

UNKNOWN = "T3JkZXI6bm9uZS1zdWNo"
"""The global id of an order that is not there."""
A_LOCATION = "TG9jYXRpb246UzE"
ORDER = """subscription ($id: ID, $since: String, $snapshot: Boolean, $beat: Int) {
  orderUpdated(orderId: $id, since: $since, snapshot: $snapshot, heartbeatSeconds: $beat) {
    delivery order { version }
  }
}"""
STOCK = """subscription ($skus: [String!], $places: [ID!]) {
  availabilityChanged(skus: $skus, locationIds: $places, heartbeatSeconds: 5) { delivery sku }
}"""
REFUSED = [
    (STOCK, {"skus": []}, "INVALID_INPUT"),
    (STOCK, {"skus": [f"{number}" for number in range(501)]}, "INVALID_INPUT"),
    (STOCK, {"places": [UNKNOWN]}, "INVALID_INPUT"),
    (ORDER, {"id": A_LOCATION}, "INVALID_INPUT"),
    (ORDER, {"beat": 4}, "INVALID_INPUT"),
    (ORDER, {"beat": 61}, "INVALID_INPUT"),
    (ORDER, {"since": "rubbish"}, "INVALID_CURSOR"),
    ("subscription { orderUpdated { seq } again: orderUpdated { seq } }", {}, "INVALID"),
    ("subscription { orderUpdated @skip(if: true) { seq } }", {}, "INVALID"),
    ("subscription ($x: Boolean = true) { orderUpdated @skip(if: $x) { seq } }", {}, "INVALID"),
    ("subscription { __typename }", {}, "INVALID"),
    ("subscription { orderUpdated { seq }", {}, "INVALID"),
]
INVALID = {"INVALID", "BAD_REQUEST", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}
"""What a document is refused with that is no valid one."""


def places_of(stack: Stack, document: str) -> dict[str, str]:
    """Give the addresses that answer a subscription, each with a token for it."""
    service = INVENTORY if document == STOCK else ORDERS
    operator = Caller(
        subject="ann",
        kind=CallerKind.USER,
        roles=frozenset({Role.OPERATOR.value}),
        grants=frozenset(),
        expires_at=stack.clock.now() + timedelta(hours=1),
    )
    return {
        stack.graphql_url(): stack.user_token(Role.OPERATOR),
        stack.graphql_url(service): stack.signer(GATEWAY).sign(operator, service),
    }


async def begun(
    session: aiohttp.ClientSession, url: str, token: str, body: Mapping[str, Any]
) -> Any:
    """Give the first item by SSE."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with session.post(url, json=body, headers=headers) as response:
        if response.content_type == "application/json":
            return await response.json()
        async for kind, item in sse_events(response):
            if kind == "next":
                return item
    raise AssertionError("a stream without an item")


async def told(socket: Socket) -> Any:
    """Give the errors that an operation of a socket begins with, as an answer has them."""
    message = await socket.read()
    assert message is not None, socket.socket.close_code
    payload = message["payload"]
    return payload if message["type"] == "next" else {"errors": payload}


@pytest.mark.parametrize(("document", "variables", "code"), REFUSED)
async def test_what_cannot_be_meant_is_refused_alike_everywhere_and_in_every_way(
    stack: Stack,
    session: aiohttp.ClientSession,
    document: str,
    variables: Mapping[str, Any],
    code: str,
) -> None:
    for url, token in places_of(stack, document).items():
        body = {"query": document, "variables": dict(variables)}
        answers = [await begun(session, url, token, body)]
        async with connected(session, url) as socket:
            await socket.begin({"Authorization": f"Bearer {token}"})
            await socket.subscribe(document, **variables)
            answers.append(await told(socket))
        for answer in answers:
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            assert codes <= (INVALID if code in INVALID else {code}), (url, answer)


async def test_an_unknown_order_is_shown_as_nothing_and_may_still_come(
    stack: Stack, session: aiohttp.ClientSession
) -> None:
    for url, token in places_of(stack, ORDER).items():
        body = {"query": ORDER, "variables": {"id": UNKNOWN, "snapshot": True}}
        item = await begun(session, url, token, body)
        assert item["data"] == {"orderUpdated": {"delivery": "SNAPSHOT", "order": None}}, url


async def test_queries_mutations_and_introspection_are_answered_by_a_socket_too(
    stack: Stack, session: aiohttp.ClientSession
) -> None:
    documents = {
        "query": "query ($id: ID!) { order(by: {id: $id}) { id } }",
        "mutation": """mutation ($id: ID!) {
          orderCancel(input: {idempotencyKey: "k", orderId: $id, reason: OTHER}) {
            userErrors { code }
          }
        }""",
        "introspection": "{ __schema { subscriptionType { name } } }",
    }
    for url, token in places_of(stack, ORDER).items():
        async with connected(session, url) as socket:
            await socket.begin({"Authorization": f"Bearer {token}"})
            found = {}
            for name, document in documents.items():
                await socket.subscribe(document, name, id=UNKNOWN)
                found[name] = await socket.data()
                assert await socket.read() == {"id": name, "type": "complete"}
        assert found["query"] == {"order": None}
        assert found["mutation"]["orderCancel"]["userErrors"][0]["code"] == "NOT_FOUND"
        assert found["introspection"]["__schema"]["subscriptionType"] == {"name": "Subscription"}
