"""M, appointments: booked in a shop, with products, kept to the shop's real hours."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from tests.support.listening import Items, ListeningClient, Way, events_until
from tests.support.retailer import Retailer, eventually
from tests.support.stack import INVENTORY, Stack
from tests.support.visiting import EVERY_DAY, NINE, Visiting

THREE = "2026-09-14T13:00:00.000Z"
TOLD_BEFORE = 2
"""Letters: the visit is confirmed, and moved."""
DAY = ("2026-09-14T00:00:00Z", "2026-09-14T22:00:00Z")
SIZE = {"name": "size", "kind": "CHOICE", "choices": ["S", "M"], "required": True}


async def stocked(visiting: Visiting, **quantities: int) -> None:
    """Sell items, and count them at the shop."""
    await visiting.retailer.has_channel("web", "S1")
    await visiting.retailer.sells(*quantities)
    for sku, quantity in quantities.items():
        await visiting.retailer.counts(sku, S1=quantity)


def wanted(visiting: Visiting, *skus: str) -> list[dict[str, Any]]:
    """One unit of each."""
    return [{"sku": visiting.code(sku), "quantity": 1} for sku in skus]


@pytest.mark.capability("M1")
async def test_a_booked_slot_is_gone_from_the_grid(visiting: Visiting) -> None:
    await visiting.offers("fitting")
    assert THREE in await visiting.slots("fitting", "S1", *DAY)

    booked = await visiting.books("ADA", slot=visiting.slot("fitting", "S1", THREE))

    assert (booked["state"], booked["start"]) == ("CONFIRMED", THREE)
    assert booked["location"]["code"] == visiting.code("S1")
    assert booked["customer"]["ref"] == visiting.code("ADA")
    assert THREE not in await visiting.slots("fitting", "S1", *DAY)


@pytest.mark.capability("M2")
async def test_slot_and_products_are_taken_together_or_neither(visiting: Visiting) -> None:
    await visiting.offers("fitting")
    await stocked(visiting, a=1, b=0)
    slot = visiting.slot("fitting", "S1", THREE)

    refused = await visiting.tries("ADA", slot=slot, products=wanted(visiting, "a", "b"))

    (error,) = refused["userErrors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["path"] == ["input", "products", "1", "quantity"]
    assert (await visiting.retailer.position("a", "S1"))["available"] == 1
    assert THREE in await visiting.slots("fitting", "S1", *DAY)

    await visiting.retailer.counts("b", S1=1)
    booked = await visiting.books("ADA", slot=slot, products=wanted(visiting, "a", "b"))
    for sku in ("a", "b"):
        assert (await visiting.retailer.position(sku, "S1"))["available"] == 0

    await visiting.does("appointmentCancel", booked)
    for sku in ("a", "b"):
        assert (await visiting.retailer.position(sku, "S1"))["available"] == 1
    assert THREE in await visiting.slots("fitting", "S1", *DAY)


@pytest.mark.capability("M3")
async def test_a_required_answer_that_is_missing_is_named(visiting: Visiting) -> None:
    await visiting.offers("fitting", form=[SIZE])
    slot = visiting.slot("fitting", "S1", THREE)

    refused = await visiting.tries("ADA", slot=slot)

    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == ("REQUIRED", ["input", "answers", "size"])
    await visiting.books("ADA", slot=slot, answers=[{"name": "size", "value": "M"}])


@pytest.mark.capability("M4")
async def test_the_advisor_reads_what_the_visitor_has_ordered_in_one_query(
    visiting: Visiting,
) -> None:
    await visiting.offers("fitting")
    await stocked(visiting, a=1)
    order = await visiting.retailer.places(
        visiting.retailer.wish("a", customerRef=visiting.code("ADA"))
    )
    booked = await visiting.books("ADA", slot=visiting.slot("fitting", "S1", THREE))

    data = await visiting.retailer.graph.data(
        """query ($id: ID!) { appointment(id: $id) { customer {
            orders { nodes { id returns { nodes { id } } } } returns { nodes { id } }
            appointments { nodes { id } }
        } } }""",
        {"id": booked["id"]},
        role=Role.ASSISTANT,
        grants=[f"location:{visiting.code('S1')}"],
    )

    customer = data["appointment"]["customer"]
    assert customer == {
        "orders": {"nodes": [{"id": order["id"], "returns": {"nodes": []}}]},
        "returns": {"nodes": []},
        "appointments": {"nodes": [{"id": booked["id"]}]},
    }


async def test_a_visit_is_seen_from_its_order_its_customer_and_its_shop(
    visiting: Visiting,
) -> None:
    await visiting.offers("fitting")
    await stocked(visiting, a=1)
    order = await visiting.retailer.places(
        visiting.retailer.wish("a", customerRef=visiting.code("ADA"))
    )
    slot = visiting.slot("fitting", "S1", THREE)
    booked = await visiting.books("ADA", slot=slot, orderId=order["id"])
    await visiting.retailer.knows("EVE")
    hers = await visiting.books("EVE", slot={**slot, "start": "2026-09-14T14:00:00Z"})
    await visiting.opens("S2")
    await visiting.has_advisors("S2", "BEA")
    elsewhere = await visiting.books("ADA", slot=visiting.slot("fitting", "S2", THREE))
    screen = f"""{{
      order(by: {{id: "{order["id"]}"}}) {{ appointments {{ nodes {{ id order {{ ref }} }} }} }}
      customer(by: {{ref: "{visiting.code("ADA")}"}}) {{ appointments {{ nodes {{ id }} }} }}
      location(code: "{visiting.code("S1")}") {{ appointments {{ nodes {{ id }} }} }}
    }}"""
    mine = [f"customer:{visiting.code('ADA')}"]
    others = [f"customer:{visiting.code('EVE')}"]

    found = {"nodes": [{"id": booked["id"]}]}
    assert await visiting.retailer.graph.data(screen) == {
        "order": {
            "appointments": {"nodes": [{"id": booked["id"], "order": {"ref": order["ref"]}}]}
        },
        "customer": {"appointments": {"nodes": [{"id": elsewhere["id"]}, *found["nodes"]]}},
        "location": {"appointments": {"nodes": [*found["nodes"], {"id": hers["id"]}]}},
    }
    asked = "query ($id: ID!) { appointment(id: $id) { id } }"
    for grants, sees in ((mine, {"id": booked["id"]}), (others, None)):
        data = await visiting.retailer.graph.data(
            asked, {"id": booked["id"]}, role=Role.CUSTOMER, grants=grants
        )
        assert data["appointment"] == sees


async def test_a_customer_books_about_an_order_of_their_own_and_of_nobody_else(
    visiting: Visiting,
) -> None:
    retailer = visiting.retailer
    await retailer.knows("EVE")
    await visiting.offers("fitting")
    await stocked(visiting, a=1)
    order = await retailer.places(retailer.wish("a", customerRef=visiting.code("ADA")))

    async def books(customer: str, start: str) -> Any:
        given = {"slot": visiting.slot("fitting", "S1", start), "orderId": order["id"]}
        selection = "appointment { customer { ref } order { ref } }"
        grants = [f"customer:{visiting.code(customer)}"]
        return await retailer.does(
            "appointmentBook", given, selection, role=Role.CUSTOMER, grants=grants
        )

    stranger = await books("EVE", THREE)
    owner = await books("ADA", THREE)

    assert [(each["code"], each["path"]) for each in stranger["userErrors"]] == [
        ("NOT_FOUND", ["input", "orderId"])
    ]
    assert owner["appointment"] == {
        "customer": {"ref": visiting.code("ADA")},
        "order": {"ref": order["ref"]},
    }


@pytest.mark.parametrize("way", Way)
async def test_customer_and_shop_hear_of_each_step_and_nobody_else(
    retailer: Retailer, stack: Stack, session: aiohttp.ClientSession, way: Way
) -> None:
    visiting = Visiting(retailer, stack.clock)
    await visiting.opens("S1")
    await visiting.has_advisors("S1", "ANN")
    await retailer.knows("ADA", "EVE")
    await visiting.offers("fitting")
    start = soon(stack)
    operation = """
      subscription {
        appointmentUpdated(heartbeatSeconds: 60) {
          delivery seq type state previousState appointment { ref start }
        }
      }
    """
    grants = {
        "ada": (Role.CUSTOMER, [f"customer:{visiting.code('ADA')}"]),
        "eve": (Role.CUSTOMER, [f"customer:{visiting.code('EVE')}"]),
        "shop": (Role.ASSISTANT, [f"location:{visiting.code('S1')}"]),
    }
    named = {
        "ada": f'customerId: "{await visiting.customer_id("ADA")}"',
        "eve": f'locationId: "{visiting.location_id("S1")}"',
        "shop": f'locationId: "{visiting.location_id("S1")}"',
    }
    async with AsyncExitStack() as listening:
        told: dict[str, Items] = {}
        for name, (role, granted) in grants.items():
            client = ListeningClient(session, stack.graphql_url(), stack.user_token(role, granted))
            asked = operation.replace("heartbeat", f"{named[name]}, heartbeat")
            told[name] = await listening.enter_async_context(client.listens(way, asked))
            assert (await anext(told[name]))["delivery"] == "HEARTBEAT"
        slot = visiting.slot("fitting", "S1", start.isoformat())
        booked = await visiting.books("ADA", slot=slot)
        booked = await visiting.does("appointmentCheckIn", booked)
        hers = await visiting.books("EVE", slot={**slot, "start": later(start)})

        for name in ("ada", "shop"):
            steps = await events_until(told[name], booked["version"])
            assert [each["state"] for each in steps] == ["CONFIRMED", "CHECKED_IN"]
            assert [each["type"] for each in steps] == ["CREATED", "STATE_CHANGED"]
            assert {each["appointment"]["ref"] for each in steps} == {booked["ref"]}
        (first,) = await events_until(told["eve"], hers["version"])
        assert first["appointment"]["ref"] == hers["ref"]


def soon(stack: Stack) -> datetime:
    """A full hour some hours away, wherever other tests have left the clock that all share."""
    return stack.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=4)


def later(start: datetime) -> str:
    """The next slot."""
    return (start + timedelta(minutes=30)).isoformat()


@pytest.mark.capability("M5")
async def test_the_grid_follows_hours_breaks_closed_days_notice_horizon_and_the_clock(
    visiting: Visiting,
) -> None:
    await visiting.offers("fitting", noticeMinutes=120, horizonDays=60)
    breaks = [{"day": day, "hours": ["12:30-13:30"]} for day in EVERY_DAY]
    closures = [{"first": "2026-09-16", "last": "2026-09-16"}]
    await visiting.opens("S1", breaks=breaks, closures=closures, holidayCalendar="FR")

    monday = await visiting.slots("fitting", "S1", *DAY)
    assert "2026-09-14T08:30:00.000Z" not in monday
    assert monday[0] == "2026-09-14T09:00:00.000Z"
    assert not {"2026-09-14T10:30:00.000Z", "2026-09-14T11:00:00.000Z"} & set(monday)
    assert "2026-09-14T11:30:00.000Z" in monday
    sunday = ("2026-09-20T00:00:00Z", "2026-09-20T22:00:00Z")
    closed = ("2026-09-16T00:00:00Z", "2026-09-16T22:00:00Z")
    all_saints = ("2026-11-01T23:00:00Z", "2026-11-02T22:00:00Z")
    too_far = ("2026-11-13T08:00:00Z", "2026-11-14T22:00:00Z")
    assert await visiting.slots("fitting", "S1", *sunday) == []
    assert await visiting.slots("fitting", "S1", *closed) == []
    assert await visiting.slots("fitting", "S1", *all_saints) != []
    assert await visiting.slots("fitting", "S1", *too_far) == []

    await visiting.opens("S1", days=EVERY_DAY, holidayCalendar="FR")
    holiday = ("2026-10-31T23:00:00Z", "2026-11-01T22:00:00Z")
    assert await visiting.slots("fitting", "S1", *holiday) == []
    change = await visiting.slots("fitting", "S1", "2026-10-23T22:00:00Z", "2026-10-25T23:00:00Z")
    assert (change[0], change[19]) == ("2026-10-24T07:00:00.000Z", "2026-10-24T16:30:00.000Z")
    assert (change[20], change[-1]) == ("2026-10-25T08:00:00.000Z", "2026-10-25T17:30:00.000Z")
    assert len(change) == 40


@pytest.mark.capability("M6")
async def test_three_advisors_make_three_places_and_a_cap_of_two_makes_two(
    visiting: Visiting,
) -> None:
    await visiting.offers("fitting")
    await visiting.has_advisors("S1", "BEA", "CLO")
    slot = visiting.slot("fitting", "S1", THREE)

    booked = [await visiting.books(slot=slot) for _ in range(3)]
    full = await visiting.tries(slot=slot)

    assert {each["advisor"]["code"] for each in booked} == {
        visiting.code(name) for name in ("ANN", "BEA", "CLO")
    }
    assert [each["code"] for each in full["userErrors"]] == ["SLOT_TAKEN"]

    await visiting.has_capacity("S1", visitCap=2)
    four = visiting.slot("fitting", "S1", "2026-09-14T14:00:00Z")
    for _ in range(2):
        await visiting.books(slot=four)
    full = await visiting.tries(slot=four)
    assert [each["code"] for each in full["userErrors"]] == ["SLOT_TAKEN"]


@pytest.mark.capability("M7")
async def test_who_is_fifteen_minutes_late_is_a_no_show_and_counts_in_the_rate_of_the_shop(
    visiting: Visiting,
) -> None:
    await visiting.offers("fitting")
    await visiting.has_advisors("S1", "BEA")
    await stocked(visiting, a=1)
    slot = visiting.slot("fitting", "S1", THREE)
    missed = await visiting.books("ADA", slot=slot, products=wanted(visiting, "a"))
    kept = await visiting.books("ADA", slot=slot)
    visiting.clock.set(NINE + timedelta(hours=6))
    await visiting.does("appointmentCheckIn", kept)
    assert (await visiting.retailer.position("a", "S1"))["available"] == 0

    visiting.clock.advance(timedelta(minutes=15))

    async def is_missed() -> bool:
        return await visiting.state(missed) == "NO_SHOW"

    async def is_free() -> bool:
        return bool((await visiting.retailer.position("a", "S1"))["available"] == 1)

    await eventually(is_missed, lambda found: found)
    await eventually(is_free, lambda found: found)
    assert await visiting.state(kept) == "CHECKED_IN"
    data = await visiting.retailer.graph.data(
        """query ($at: String!, $from: DateTime!, $to: DateTime!) { location(code: $at) {
            appointmentFigures(from: $from, to: $to) { attended noShows noShowRate }
        } }""",
        {"at": visiting.code("S1"), "from": DAY[0], "to": DAY[1]},
    )
    figures = data["location"]["appointmentFigures"]
    assert figures == {"attended": 1, "noShows": 1, "noShowRate": 0.5}


@pytest.mark.capability("M10")
async def test_of_fifty_who_book_the_last_place_at_once_one_has_it(visiting: Visiting) -> None:
    await visiting.offers("fitting")
    slot = visiting.slot("fitting", "S1", THREE)

    payloads = await asyncio.gather(*(visiting.tries("ADA", slot=slot) for _ in range(50)))

    booked = [each["appointment"] for each in payloads if each["appointment"]]
    refused = [each["userErrors"][0]["code"] for each in payloads if each["userErrors"]]
    assert (len(booked), refused) == (1, ["SLOT_TAKEN"] * 49)


@pytest.mark.capability("M10")
async def test_a_visit_is_moved_reminded_of_and_cancelled(
    visiting: Visiting, tmp_path: Path
) -> None:
    await visiting.retailer.manages(
        "customersImport",
        {"lines": [{"ref": visiting.code("ADA"), "email": "ada@example.test"}]},
        "results { userErrors { code } }",
        role=Role.INTEGRATION,
    )

    async def letters() -> int:
        return len(list((tmp_path / "outbox").glob("*.eml")))

    await visiting.offers("fitting", remindBeforeMinutes=60, noticeMinutes=0)
    booked = await visiting.books("ADA", slot=visiting.slot("fitting", "S1", THREE))

    moved = await visiting.does("appointmentMove", booked, start="2026-09-14T14:00:00Z")
    assert moved["start"] == "2026-09-14T14:00:00.000Z"
    free = await visiting.slots("fitting", "S1", *DAY)
    assert THREE in free
    assert "2026-09-14T14:00:00.000Z" not in free

    async def reminded_at() -> str | None:
        operation = "query ($id: ID!) { appointment(id: $id) { remindedAt } }"
        data = await visiting.retailer.graph.data(operation, {"id": booked["id"]})
        found: str | None = data["appointment"]["remindedAt"]
        return found

    visiting.clock.set(NINE + timedelta(hours=5, minutes=59))
    assert await reminded_at() is None
    await eventually(letters, lambda count: count == TOLD_BEFORE)
    visiting.clock.advance(timedelta(minutes=1))
    await eventually(reminded_at, lambda found: found is not None)
    await eventually(letters, lambda count: count == TOLD_BEFORE + 1)

    cancelled = await visiting.does("appointmentCancel", booked)
    assert cancelled["state"] == "CANCELLED"
    assert "2026-09-14T14:00:00.000Z" in await visiting.slots("fitting", "S1", *DAY)


async def test_without_inventory_visits_are_read_and_a_booking_waits_for_its_products(
    retailer: Retailer, stack: Stack
) -> None:
    visiting = Visiting(retailer, stack.clock)
    await visiting.opens("S1")
    await visiting.has_advisors("S1", "ANN")
    await retailer.knows("ADA")
    await visiting.offers("fitting")
    await stocked(visiting, a=1)
    start = soon(stack)
    booked = await visiting.books("ADA", slot=visiting.slot("fitting", "S1", start.isoformat()))
    held = await visiting.holds(visiting.slot("fitting", "S1", later(start)))
    wish = {
        "holdId": held["id"],
        "products": wanted(visiting, "a"),
        "idempotencyKey": retailer.key(),
    }
    screen = f"""{{
      appointments(locationCode: "{visiting.code("S1")}") {{ nodes {{ id location {{ name }} }} }}
    }}"""

    async with stack.without(INVENTORY):
        partial = await retailer.graph.execute(screen)
        refused = await visiting.tries("ADA", **wish)

    assert [each["id"] for each in partial.data["appointments"]["nodes"]] == [
        held["id"],
        booked["id"],
    ]
    assert {each["location"] for each in partial.data["appointments"]["nodes"]} == {None}
    assert [(each["code"], each["retryable"]) for each in refused["userErrors"]] == [
        ("UNAVAILABLE", True)
    ]
    again = await visiting.books("ADA", **wish)
    assert again["state"] == "CONFIRMED"
    assert (await retailer.position("a", "S1"))["available"] == 0
