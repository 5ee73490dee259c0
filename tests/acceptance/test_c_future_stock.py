"""Rows C: what is on order is sold with its date, and what was promised of it is kept."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.expecting import Expecting
from tests.support.retailer import Refused, Retailer, eventually
from tests.support.ruling import Ruling
from tests.support.stack import Stack

SUMMER = "2026-08-31T00:00:00Z"
WANTED = {"shirt": 3, "hat": 1}
NEXT_YEAR = "2027-03-01T00:00:00Z"


@pytest.fixture
async def expecting(retailer: Retailer) -> Expecting:
    """That retailer, with a warehouse and a shirt of which there is none."""
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=0)
    return Expecting(retailer)


@pytest.mark.capability("C1")
async def test_c1_a_purchase_order_is_sold_with_the_delay_that_its_supplier_is_known_for(
    retailer: Retailer, expecting: Expecting
) -> None:
    await expecting.buys_from("maker", delay_days=2)
    await expecting.expects(
        *("PO-1", "shirt", "W1", 10, "2026-04-15T00:00:00Z"), supplierCode=retailer.code("maker")
    )

    assert await expecting.future("shirt") == [("2026-03-02", 0), ("2026-04-17", 10)]
    too_soon = await expecting.reserves("shirt", 1, "2026-04-16T23:59:59Z")
    assert _errors(too_soon) == [("INSUFFICIENT_STOCK", "0")]
    reservation = await expecting.reserved("shirt", 10, SUMMER)
    assert reservation["availableFrom"] == "2026-04-17T00:00:00.000Z"
    assert [(row["open"], row["availableFrom"][:10]) for row in reservation["lines"]] == [
        (10, "2026-04-17")
    ]

    eleventh = await expecting.reserves("shirt", 1, SUMMER)
    assert _errors(eleventh) == [("INSUFFICIENT_STOCK", "0")]
    await expecting.expects("PO-2", "shirt", "W1", 5, "2026-05-20T00:00:00Z")
    next_one = await expecting.reserved("shirt", 1, SUMMER)
    assert next_one["availableFrom"] == "2026-05-20T00:00:00.000Z"
    assert await expecting.future("shirt") == [("2026-03-02", 0), ("2026-05-20", 4)]


@pytest.mark.capability("C1")
async def test_c1_what_has_come_is_kept_for_those_who_wait_in_their_order(
    retailer: Retailer, expecting: Expecting
) -> None:
    await expecting.expects("PO-1", "shirt", "W1", 10, "2026-04-15T00:00:00Z")
    waiting = [await expecting.reserved("shirt", units, SUMMER) for units in (3, 4, 3)]

    await expecting.receives("PO-1", "shirt", "W1", 5)

    now = [await expecting.reservation(each) for each in waiting]
    assert [_kept_and_awaited(each) for each in now] == [(3, 0), (2, 2), (0, 3)]
    assert [each["availableFrom"] and each["availableFrom"][:10] for each in now] == [
        None,
        "2026-04-15",
        "2026-04-15",
    ]
    position = await retailer.position("shirt", "W1")
    assert (position["onHand"], position["allocated"]) == (5, 5)
    assert await retailer.available("shirt") == 0


@pytest.mark.capability("C1")
async def test_c1_an_order_waits_for_what_is_on_its_way_and_ships_when_all_of_a_line_is_there(
    retailer: Retailer, expecting: Expecting
) -> None:
    await retailer.sells("hat")
    await retailer.counts("hat", W1=1)
    await expecting.expects("PO-1", "shirt", "W1", 10, "2026-04-15T00:00:00Z")
    lines = [{"sku": retailer.code(sku), "quantity": units} for sku, units in WANTED.items()]
    refused = await retailer.does("orderPlace", retailer.wish(lines=lines), "order { id }")
    assert [error["code"] for error in refused["userErrors"]] == ["INSUFFICIENT_STOCK"]

    order = await retailer.places(retailer.wish(lines=lines, acceptUntil=SUMMER))

    assert [_states(line) for line in order["lines"]] == [{"BACKORDERED": 3}, {"ALLOCATED": 1}]
    assert (order["status"], len(order["fulfilments"])) == ("OPEN", 1)
    assert await _dates(retailer, order) == ["2026-04-15", None]

    await expecting.receives("PO-1", "shirt", "W1", 2)
    await expecting.expects("PO-1", "shirt", "W1", 10, "2026-04-20T00:00:00Z")
    await eventually(lambda: _dates(retailer, order), lambda dates: dates == ["2026-04-20", None])
    waiting = await retailer.order(order["id"])
    assert _states(waiting["lines"][0]) == {"BACKORDERED": 3}

    await expecting.receives("PO-1", "shirt", "W1", 5)
    there = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: _states(now["lines"][0]) == {"ALLOCATED": 3},
    )
    assert await _dates(retailer, order) == [None, None]
    (shirt, _), fulfilment = there["lines"], there["fulfilments"][1]
    await retailer.picks(fulfilment, [{"lineId": shirt["id"], "picked": 3}])
    await retailer.packs(fulfilment, shirt, 3)
    shipped = await retailer.ships(fulfilment)
    assert _states(shipped["lines"][0]) == {"SHIPPED": 3}
    position = await eventually(
        lambda: retailer.position("shirt", "W1"), lambda now: now["onHand"] == 4
    )
    assert (position["allocated"], position["available"]) == (0, 4)


@pytest.mark.capability("C1")
async def test_c1_cancelling_what_waits_frees_it_for_the_next_who_wants_it(
    retailer: Retailer, expecting: Expecting
) -> None:
    await expecting.expects("PO-1", "shirt", "W1", 10, "2026-04-15T00:00:00Z")
    lines = [{"sku": retailer.code("shirt"), "quantity": 10}]
    order = await retailer.places(retailer.wish(lines=lines, acceptUntil=SUMMER))
    assert await expecting.future("shirt") == [("2026-03-02", 0)]

    assert (await retailer.cancels(order))["status"] == "CANCELLED"

    await eventually(
        lambda: expecting.future("shirt"),
        lambda phases: phases == [("2026-03-02", 0), ("2026-04-15", 10)],
    )
    supply = (await expecting.inbound("shirt"))[0]
    assert (supply["promised"], supply["free"]) == (0, 10)


@pytest.mark.capability("C1")
async def test_c1_what_does_not_come_any_more_is_sought_elsewhere(
    retailer: Retailer, expecting: Expecting
) -> None:
    await retailer.opens(W1="WAREHOUSE", S1="STORE")
    await expecting.expects("PO-1", "shirt", "W1", 2, "2026-04-15T00:00:00Z")
    lines = [{"sku": retailer.code("shirt"), "quantity": 2}]
    order = await retailer.places(retailer.wish(lines=lines, acceptUntil=SUMMER))
    await retailer.counts("shirt", S1=1)

    await expecting.expects("PO-1", "shirt", "W1", 2, "2026-04-15T00:00:00Z", cancelled=True)

    now = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: "ALLOCATED" in _states(now["lines"][0]),
    )
    assert _states(now["lines"][0]) == {"ALLOCATED": 1, "UNFILLABLE": 1}
    assert [each["locationCode"] for each in now["fulfilments"]] == [retailer.code("S1")]


@pytest.mark.capability("C1")
async def test_c1_lost_units_are_sought_among_goods_that_come_as_late_as_the_order_accepts(
    retailer: Retailer, expecting: Expecting
) -> None:
    await retailer.opens(W1="WAREHOUSE", W2="WAREHOUSE", W3="WAREHOUSE")
    await expecting.expects("PO-1", "shirt", "W1", 2, "2026-04-15T00:00:00Z")
    lines = [{"sku": retailer.code("shirt"), "quantity": 2}]
    order = await retailer.places(retailer.wish(lines=lines, acceptUntil=SUMMER))
    await expecting.expects("PO-2", "shirt", "W2", 1, "2026-06-15T00:00:00Z")
    await expecting.expects("PO-3", "shirt", "W3", 1, "2026-09-01T00:00:00Z")

    await expecting.expects("PO-1", "shirt", "W1", 2, "2026-04-15T00:00:00Z", cancelled=True)

    now = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: "UNFILLABLE" in _states(now["lines"][0]),
    )
    assert _states(now["lines"][0]) == {"BACKORDERED": 1, "UNFILLABLE": 1}
    assert await _dates(retailer, order) == ["2026-06-15"]
    assert await _promised_of(expecting, "shirt") == [1, 0]
    await expecting.receives("PO-2", "shirt", "W2", 1)
    there = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: "ALLOCATED" in _states(now["lines"][0]),
    )
    assert [each["locationCode"] for each in there["fulfilments"]] == [retailer.code("W2")]


@pytest.mark.capability("C1")
async def test_c1_a_cancellation_before_a_cut_is_heard_of_gives_up_what_is_lost_first(
    stack: Stack, retailer: Retailer, expecting: Expecting
) -> None:
    await expecting.expects("PO-1", "shirt", "W1", 1, "2026-04-15T00:00:00Z")
    await expecting.expects("PO-2", "shirt", "W1", 2, "2026-05-15T00:00:00Z")
    lines = [{"sku": retailer.code("shirt"), "quantity": 3}]
    order = await retailer.places(retailer.wish(lines=lines, acceptUntil=SUMMER))

    async with stack.deaf():
        await expecting.expects("PO-1", "shirt", "W1", 1, "2026-04-15T00:00:00Z", cancelled=True)
        unaware = await retailer.cancels_line(order["lines"][0], quantity=1)
        assert _states(unaware["lines"][0]) == {"BACKORDERED": 2, "CANCELLED": 1}
        assert await _promised_of(expecting, "shirt") == [2]

    await expecting.receives("PO-2", "shirt", "W1", 2)
    await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: _states(now["lines"][0]) == {"ALLOCATED": 2, "CANCELLED": 1},
    )


@pytest.mark.capability("C1")
async def test_c1_goods_that_have_to_leave_again_before_a_date_are_promised_until_then_only(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("cheese")
    expecting = Expecting(retailer)
    order = ("PO-1", "cheese", "W1", 10, "2026-03-10T00:00:00Z")
    with pytest.raises(Refused, match=r"INVALID_INPUT.*'lines', '0', 'shipBefore'"):
        await expecting.expects(*order, shipBefore="2026-03-10T00:00:00Z")
    await expecting.expects(*order, shipBefore="2026-03-13T00:00:00Z")
    await expecting.expects(
        *("PO-2", "cheese", "W1", 12, "2026-03-10T00:00:00Z"), shipBefore="2026-04-10T00:00:00Z"
    )
    await expecting.expects("PO-3", "cheese", "W1", 5, "2026-03-20T00:00:00Z")
    assert await expecting.future("cheese") == [("2026-03-02", 0), ("2026-03-10", 22)]

    for units in (4, 12):
        await expecting.reserved("cheese", units, SUMMER)
    assert await _promised_of(expecting, "cheese") == [4, 12, 0]
    too_many = await expecting.reserves("cheese", 7, SUMMER)
    assert _errors(too_many) == [("INSUFFICIENT_STOCK", "6")]

    clock.set(datetime(2026, 3, 13, tzinfo=UTC))
    await eventually(lambda: _promised_of(expecting, "cheese"), lambda now: now == [0, 12, 4])
    item = await retailer.item("cheese", "incoming { quantity } inbound { shipBefore }")
    assert [each["quantity"] for each in item["incoming"]] == [12, 5]
    dates = [each["shipBefore"] and each["shipBefore"][:10] for each in item["inbound"]]
    assert dates == ["2026-03-13", "2026-04-10", None]
    assert await expecting.future("cheese") == [("2026-03-13", 0), ("2026-03-20", 1)]
    await expecting.receives("PO-1", "cheese", "W1", 10)
    position = await retailer.position("cheese", "W1")
    assert (position["onHand"], position["available"]) == (10, 0)


@pytest.mark.capability("C8")
async def test_c8_stock_on_order_is_sold_as_long_before_as_the_rule_of_its_category_allows(
    ruling: Ruling, retailer: Retailer
) -> None:
    await ruling.opens(W1={"type": "WAREHOUSE"})
    await ruling.sells(furniture=["sofa", "table"], clothes=["coat"])
    await ruling.publishes(
        ruling.rule("90-days", {"longestDeferralDays": 90}, category="furniture")
    )
    expecting = Expecting(retailer)
    in_80_days, in_100_days = "2026-05-21T09:00:00Z", "2026-06-10T09:00:00Z"
    await expecting.expects("PO-1", "sofa", "W1", 6, in_80_days)
    await expecting.expects("PO-2", "table", "W1", 6, in_100_days)
    await expecting.expects("PO-3", "coat", "W1", 6, in_100_days)

    assert await expecting.future("sofa") == [("2026-03-02", 0), ("2026-05-21", 6)]
    assert await expecting.future("table") == [("2026-03-02", 0)]
    assert await expecting.future("coat") == [("2026-03-02", 0), ("2026-06-10", 6)]
    sold = await expecting.reserved("sofa", 6, NEXT_YEAR)
    assert sold["availableFrom"] == "2026-05-21T09:00:00.000Z"
    assert _errors(await expecting.reserves("table", 1, NEXT_YEAR)) == [("INSUFFICIENT_STOCK", "0")]
    assert (await expecting.reserved("coat", 6, NEXT_YEAR))["lines"][0]["open"] == 6


@pytest.mark.capability("C4")
async def test_c4_a_preorder_is_sold_up_to_its_quota_within_its_time_whatever_is_on_order(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("book", "game", "film")
    expecting = Expecting(retailer)
    dates = {"closesAt": "2026-05-01T00:00:00Z", "availableFrom": "2026-06-15T00:00:00Z"}
    in_march = {"opensAt": "2026-03-01T00:00:00Z", **dates}
    await expecting.opens_quota("first", "book", "W1", 500, **in_march)
    await expecting.opens_quota("second", "game", "W1", 500, **in_march)
    await expecting.opens_quota("third", "film", "W1", 500, opensAt="2026-04-01T00:00:00Z", **dates)

    sold = [await expecting.reserved("book", 100, SUMMER) for _ in range(5)]
    assert {each["availableFrom"] for each in sold} == {"2026-06-15T00:00:00.000Z"}
    for sku in ("book", "film"):
        one_more = await expecting.reserves(sku, 1, SUMMER)
        assert _errors(one_more) == [("INSUFFICIENT_STOCK", "0")]
    await expecting.reserved("game", 1, SUMMER)
    assert await expecting.future("game") == [("2026-03-02", 0), ("2026-06-15", 499)]

    clock.set(datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC))
    await expecting.reserved("game", 1, SUMMER)
    await expecting.reserved("film", 1, SUMMER)
    clock.set(datetime(2026, 5, 1, tzinfo=UTC))
    assert _errors(await expecting.reserves("game", 1, SUMMER)) == [("INSUFFICIENT_STOCK", "0")]
    assert await expecting.future("game") == [("2026-05-01", 0)]

    await expecting.expects("PO-1", "book", "W1", 600, "2026-06-10T00:00:00Z")
    assert await expecting.future("book") == [("2026-05-01", 0), ("2026-06-10", 100)]
    await expecting.receives("PO-1", "book", "W1", 150)
    now = [await expecting.reservation(each) for each in sold]
    assert [_kept_and_awaited(each) for each in now] == [(100, 0), (50, 50), *[(0, 100)] * 3]


@pytest.mark.capability("C10")
async def test_c10_promises_on_an_order_that_moves_are_kept_by_other_goods_or_get_its_date(
    expecting: Expecting,
) -> None:
    await expecting.expects("PO-1", "shirt", "W1", 8, "2026-04-15T00:00:00Z")
    await expecting.expects("PO-2", "shirt", "W1", 2, "2026-04-10T00:00:00Z")
    waiting = [await expecting.reserved("shirt", 1, SUMMER) for _ in range(10)]
    assert [_date(each) for each in waiting] == ["2026-04-10"] * 2 + ["2026-04-15"] * 8
    await expecting.expects("PO-3", "shirt", "W1", 2, "2026-04-14T00:00:00Z")

    await expecting.expects("PO-1", "shirt", "W1", 8, "2026-04-25T00:00:00Z")

    now = [_date(await expecting.reservation(each)) for each in waiting]
    assert now == ["2026-04-10"] * 2 + ["2026-04-14"] * 2 + ["2026-04-25"] * 6
    assert [each["promised"] for each in await expecting.inbound("shirt")] == [2, 2, 6]


@pytest.mark.capability("C10")
async def test_c10_an_order_that_is_cut_loses_its_latest_promises_to_other_goods_or_to_none(
    retailer: Retailer, expecting: Expecting
) -> None:
    await expecting.expects("PO-1", "shirt", "W1", 6, "2026-04-15T00:00:00Z")
    waiting = [await expecting.reserved("shirt", 1, SUMMER) for _ in range(6)]
    await expecting.expects("PO-2", "shirt", "W1", 1, "2026-05-01T00:00:00Z")
    await retailer.counts("shirt", W1=1)

    await expecting.expects("PO-1", "shirt", "W1", 3, "2026-04-15T00:00:00Z")

    now = [await expecting.reservation(each) for each in waiting]
    assert [_date(each) for each in now] == [*["2026-04-15"] * 3, None, "2026-05-01", None]
    assert [_kept_and_awaited(each) for each in now] == [*[(0, 1)] * 3, (1, 0), (0, 1), (0, 0)]
    assert now[5]["state"] == "RELEASED"
    assert now[5]["lines"][0]["short"] == 1
    assert await retailer.available("shirt") == 0


def _states(line: Any) -> dict[str, int]:
    """Give the units of a line by their state."""
    return {part["state"]: part["quantity"] for part in line["slices"]}


async def _promised_of(expecting: Expecting, sku: str) -> list[int]:
    """Give the units that are promised of each supply, by its date."""
    return [each["promised"] for each in await expecting.inbound(sku)]


async def _dates(retailer: Retailer, order: Any) -> list[str | None]:
    """Give the day for which each line of an order is promised."""
    operation = "query ($id: ID!) { order(by: {id: $id}) { lines { availableFrom } } }"
    found = await retailer.graph.data(operation, {"id": order["id"]})
    return [_date(line) for line in found["order"]["lines"]]


def _errors(payload: Any) -> list[tuple[str, str]]:
    """Give the codes of a payload's errors, each with what could be had."""
    return [
        (error["code"], {each["key"]: each["value"] for each in error["params"]}["available"])
        for error in payload["userErrors"]
    ]


def _kept_and_awaited(reservation: Any) -> tuple[int, int]:
    """Give the units that are there and those that are still to come."""
    rows = reservation["lines"]
    kept = sum(row["open"] for row in rows if row["availableFrom"] is None)
    return kept, sum(row["open"] for row in rows if row["availableFrom"] is not None)


def _date(reservation: Any) -> str | None:
    promised = reservation["availableFrom"]
    return None if promised is None else promised[:10]
