"""Items of which nothing leaves before a date, through the subgraph."""

from datetime import timedelta
from typing import Any

import pytest

from retail_kit.roles import Role
from service_kit.messaging.envelope import text_of
from tests.contract.inventory_svc.api.conftest import Subgraph

ALBUM = {"sku": "shirt", "title": "Shirt"}
AVAILABILITY = """{ item(sku: "shirt") {
  releaseAt availability(channel: "web") { quantity notBefore future { availableFrom quantity } }
} }"""
LINES = "reservation { id lines { open availableFrom notBefore } } userErrors { code }"


@pytest.fixture
async def stocked(shop: Subgraph) -> Subgraph:
    line = {"sku": "shirt", "locationCode": "W1", "quantity": 5}
    await shop.mutate("stockImport", "results { status }", {"mode": "DELTA", "lines": [line]})
    return shop


async def releases(shop: Subgraph, at: str | None) -> list[str]:
    lines = [{**ALBUM, "releaseAt": at}]
    answer = await shop.mutate("itemsImport", "results { status }", {"lines": lines})
    return [each["status"] for each in answer["results"]]


async def shown(shop: Subgraph) -> Any:
    answer = await shop.ask_as(Role.VISITOR, AVAILABILITY)
    return answer["data"]["item"]["availability"]


async def allocate(shop: Subgraph) -> Any:
    wanted = {"lineId": "1", "sku": "shirt", "quantity": 2}
    asked = {"orderId": "o1", "channel": "web", "destination": None, "lines": [wanted]}
    return await shop.serve("reservationAllocate", LINES, asked)


async def test_units_can_be_ordered_before_their_date_and_say_when_they_may_leave(
    stocked: Subgraph,
) -> None:
    now = stocked.clock.now()
    release = text_of(now + timedelta(days=30))
    assert await releases(stocked, release) == ["APPLIED"]
    assert await releases(stocked, release) == ["UNCHANGED"]

    phases = [(now, 0), (now + timedelta(days=30), 5)]
    assert await shown(stocked) == {
        "quantity": 5,
        "notBefore": release,
        "future": [{"availableFrom": text_of(at), "quantity": units} for at, units in phases],
    }
    reserved = await allocate(stocked)
    (line,) = reserved["reservation"]["lines"]
    assert line == {"open": 2, "availableFrom": None, "notBefore": release}

    stocked.clock.advance(timedelta(days=30))

    assert (await shown(stocked))["notBefore"] is None
    operation = "query ($id: ID!) { reservation(id: $id) { lines { open notBefore } } }"
    read = await stocked.ask_as(Role.OPERATOR, operation, {"id": reserved["reservation"]["id"]})
    assert read["data"]["reservation"]["lines"] == [{"open": 2, "notBefore": None}]


async def test_a_date_that_is_finer_than_what_is_kept_is_the_same_when_it_comes_again(
    stocked: Subgraph,
) -> None:
    finer = "2040-01-01T00:00:00.000400Z"

    assert [await releases(stocked, finer) for _ in range(2)] == [["APPLIED"], ["UNCHANGED"]]


async def test_a_date_that_is_taken_back_holds_nothing_any_more(stocked: Subgraph) -> None:
    await releases(stocked, "2040-01-01T00:00:00Z")

    assert await releases(stocked, None) == ["APPLIED"]

    assert (await shown(stocked))["notBefore"] is None
    assert len((await shown(stocked))["future"]) == 1
