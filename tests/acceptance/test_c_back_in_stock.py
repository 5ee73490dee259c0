"""Row C9: who registered for an item hears once that it is back, as many as there are units."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from tests.support.listening import ListeningClient, Way, next_event
from tests.support.retailer import Retailer, eventually
from tests.support.stack import Stack

NOTICES = """
  subscription ($skus: [String!]) {
    backInStock(skus: $skus, heartbeatSeconds: 60) {
      delivery seq registrationId customerRef channelCode
      item { title }
    }
  }
"""
REGISTRATION = "registration { id number state }"
PEOPLE = [f"ada{number}" for number in range(10)]


async def registers(retailer: Retailer, person: str) -> Any:
    """Put a customer on the list for the shirt, by themselves."""
    wish = {"sku": retailer.code("shirt"), "channel": retailer.code("web")}
    payload = await retailer.manages(
        "backInStockRegister",
        wish,
        REGISTRATION,
        role=Role.CUSTOMER,
        grants=[f"customer:{retailer.code(person)}"],
    )
    return payload["registration"]


async def states(retailer: Retailer) -> list[str]:
    """Read where the registrations for the shirt stand, in their order."""
    operation = """query ($sku: String!) {
      backInStockRegistrations(sku: $sku, first: 50) { nodes { number state } }
    }"""
    data = await retailer.graph.data(operation, {"sku": retailer.code("shirt")})
    found = data["backInStockRegistrations"]["nodes"]
    return [each["state"] for each in sorted(found, key=lambda each: int(each["number"]))]


@pytest.mark.capability("C9")
async def test_c9_three_units_tell_the_first_three_of_ten_who_registered_once_each(
    retailer: Retailer, stack: Stack, session: aiohttp.ClientSession
) -> None:
    await retailer.opens(W1="WAREHOUSE", S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=0, S1=0)
    listener = ListeningClient(session, stack.graphql_url(), stack.user_token(Role.INTEGRATION))
    async with AsyncExitStack() as open_:
        heard = await open_.enter_async_context(
            listener.listens(Way.WEBSOCKET, NOTICES, skus=[retailer.code("shirt")])
        )
        assert (await anext(heard))["delivery"] == "HEARTBEAT"
        registered = [await registers(retailer, person) for person in PEOPLE]
        assert [each["number"] for each in registered] == list(range(1, 11))
        assert [(await registers(retailer, PEOPLE[0]))["number"]] == [1]

        await asyncio.gather(retailer.counts("shirt", W1=2), retailer.counts("shirt", S1=1))
        notices = [await next_event(heard) for _ in range(3)]

        assert {each["customerRef"] for each in notices} == {
            retailer.code(person) for person in PEOPLE[:3]
        }
        assert {each["registrationId"] for each in notices} == {
            each["id"] for each in registered[:3]
        }
        assert {each["item"]["title"] for each in notices} == {"shirt"}
        assert await states(retailer) == ["TOLD"] * 3 + ["WAITING"] * 7

        await retailer.places(retailer.wish("shirt"))
        await retailer.counts("shirt", W1=3)
        fourth = await next_event(heard)
        assert fourth["customerRef"] == retailer.code(PEOPLE[3])
        await eventually(
            lambda: states(retailer), lambda now: now == ["TOLD"] * 4 + ["WAITING"] * 6
        )
