"""Row B12: stock that sells slowly goes online, and what sells fast stays in its shop."""

from datetime import timedelta
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import eventually
from tests.support.ruling import STEPS, Ruling, codes

PACE = """
  query ($sku: String!, $at: String!) {
    stockPosition(sku: $sku, locationCode: $at) { onHand soldPerWeek coverageWeeks }
  }
"""
EFFECTS = "{ stockRules { rules(first: 9) { nodes { effect { exposed exposedFromWeeks } } } } }"


async def tills(ruling: Ruling, sku: str, **sold: int) -> None:
    """Have shops sell units over the counter."""
    for location, units in sold.items():
        sale = {
            "sku": ruling.retailer.code(sku),
            "locationCode": ruling.retailer.code(location),
            "quantity": -units,
            "reason": "SALE",
        }
        await ruling.retailer.manages("stockAdjust", sale, "position { onHand }")


async def ships(ruling: Ruling, sku: str, units: int) -> str:
    """Sell units online and send them; give the location that they left."""
    retailer = ruling.retailer
    line = {"sku": retailer.code(sku), "quantity": units}
    order = await retailer.places(retailer.wish(lines=[line]))
    (line,), (fulfilment,) = order["lines"], order["fulfilments"]
    await retailer.picks(fulfilment, [{"lineId": line["id"], "picked": units}])
    await retailer.packs(fulfilment, line, units)
    await retailer.ships(fulfilment)
    return str(fulfilment["locationCode"])


async def pace(ruling: Ruling, sku: str, location: str) -> Any:
    """Read how fast an item sells at a location."""
    named = {"sku": ruling.retailer.code(sku), "at": ruling.retailer.code(location)}
    return (await ruling.retailer.graph.data(PACE, named))["stockPosition"]


def slow_only(ruling: Ruling, weeks: int = 8, **scope: Any) -> dict[str, Any]:
    return ruling.rule("slow-only", {"exposedFromWeeks": weeks}, **scope)


@pytest.mark.capability("B12")
async def test_b12_the_channel_sees_the_shop_with_twenty_weeks_of_stock_and_not_that_with_one(
    timed: Ruling,
) -> None:
    retailer = timed.retailer
    await retailer.opens(S2="STORE", S1="STORE")
    await retailer.has_channel("marketplace", "S1", "S2")
    await retailer.sells("coat", "hat")
    await retailer.counts("coat", S1=24, S2=15)
    await retailer.counts("hat", S1=1, S2=1)
    assert await ships(timed, "coat", 2) == retailer.code("S2")
    await eventually(lambda: retailer.position("coat", "S2"), lambda now: now["onHand"] == 13)
    await tills(timed, "coat", S1=4, S2=10)
    slow = {"onHand": 20, "soldPerWeek": 1.0, "coverageWeeks": 20.0}
    assert await pace(timed, "coat", "S1") == slow
    assert await pace(timed, "coat", "S2") == {
        "onHand": 3,
        "soldPerWeek": 3.0,
        "coverageWeeks": 1.0,
    }
    unsold = await pace(timed, "hat", "S2")
    assert (unsold["soldPerWeek"], unsold["coverageWeeks"]) == (0.0, None)

    rule = slow_only(timed, channel="web", locationType="STORE")
    preview = await timed.previews(rule)
    told = [(each["sku"], each["channel"], each["difference"]) for each in preview["changes"]]
    assert told == [(retailer.code("coat"), retailer.code("web"), -3)]
    assert await timed.units("coat") == 23
    await timed.publishes(rule)

    seen = await timed.available(
        "coat", selection="quantity locations { location { code } quantity } " + STEPS
    )
    assert seen["quantity"] == 20
    rows = {each["location"]["code"]: each["quantity"] for each in seen["locations"]}
    assert rows == {retailer.code("S1"): 20, retailer.code("S2"): 0}
    assert seen["rulesApplied"] == [
        {"rule": "PHYSICAL_STOCK", "units": 23, "code": None, "version": None},
        {"rule": "EXPOSURE", "units": -3, "code": retailer.code("slow-only"), "version": 1},
    ]
    assert await timed.units("coat", "marketplace") == 23
    assert await timed.units("hat") == 2

    too_many = await timed.reserves("web", "coat", 21)
    assert codes(too_many) == ["INSUFFICIENT_STOCK"]
    order = await retailer.places(retailer.wish("coat"))
    assert order["fulfilments"][0]["locationCode"] == retailer.code("S1")
    assert await timed.units("coat") == 19

    await timed.undoes_to(0)
    assert await timed.units("coat") == 22


@pytest.mark.capability("B12")
async def test_b12_what_sells_no_more_comes_online_by_itself_and_the_past_is_as_it_was(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    await retailer.opens(S1="STORE")
    await retailer.sells("coat")
    await timed.publishes(slow_only(timed, 2, sku="coat"))
    shown = await retailer.graph.data(EFFECTS, role=Role.OPERATOR)
    (effect,) = (each["effect"] for each in shown["stockRules"]["rules"]["nodes"])
    assert effect == {"exposed": None, "exposedFromWeeks": 2}
    await retailer.counts("coat", S1=15)
    timed.is_at("10:00:00")
    assert await timed.units("coat") == 15
    timed.is_at("11:00:00")
    await tills(timed, "coat", S1=12)
    assert await timed.units("coat") == 0
    till = await timed.reserves("web", "coat")
    assert codes(till) == ["INSUFFICIENT_STOCK"]
    assert await timed.units("coat", asOf="2026-03-02T10:30:00Z") == 15

    clock.advance(timedelta(days=19))
    assert await timed.units("coat") == 0
    clock.advance(timedelta(days=1))
    assert await timed.units("coat") == 3
    assert codes(await timed.reserves("web", "coat", 3)) == []
    assert await timed.units("coat", asOf="2026-03-02T11:00:00Z") == 0
