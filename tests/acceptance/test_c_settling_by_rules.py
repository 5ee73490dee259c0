"""Rows C and B: a promise that its delivery breaks takes nothing that the rules keep for others."""

from typing import Any

import pytest

from tests.support.expecting import Expecting
from tests.support.retailer import Retailer
from tests.support.ruling import Ruling

SUMMER = "2026-08-31T00:00:00Z"
APRIL = "2026-04-15T00:00:00Z"


@pytest.fixture
async def expecting(retailer: Retailer) -> Expecting:
    """That retailer, with a warehouse, a marketplace, and ten lamps on order."""
    await retailer.opens(W1="WAREHOUSE")
    await retailer.has_channel("marketplace", "W1")
    await retailer.sells("lamp", channels=["web", "marketplace"])
    await retailer.counts("lamp", W1=0)
    expecting = Expecting(retailer)
    await expecting.expects("PO-1", "lamp", "W1", 10, APRIL)
    return expecting


@pytest.mark.capability("C10")
@pytest.mark.capability("B3")
async def test_c10_what_a_cancelled_delivery_had_promised_does_not_take_the_display_pieces(
    ruling: Ruling, retailer: Retailer, expecting: Expecting
) -> None:
    await ruling.publishes(ruling.rule("display", {"protectUnits": 2}, locationCode="W1"))
    waiting = await expecting.reserved("lamp", 3, SUMMER)
    await retailer.counts("lamp", W1=3)

    await expecting.expects("PO-1", "lamp", "W1", 10, APRIL, cancelled=True)

    assert kept_and_short(await expecting.reservation(waiting)) == (1, 2)
    assert await ruling.units("lamp") == 0
    position = await retailer.position("lamp", "W1")
    assert (position["onHand"], position["allocated"]) == (3, 1)


@pytest.mark.capability("C10")
@pytest.mark.capability("B10")
async def test_c10_what_a_cancelled_delivery_had_promised_gets_no_more_than_its_share(
    ruling: Ruling, retailer: Retailer, expecting: Expecting
) -> None:
    await ruling.publishes(ruling.rule("30", {"share": {"percent": 30}}, channel="marketplace"))
    channel = {"channel": retailer.code("marketplace")}
    waiting = (await expecting.reserves("lamp", 3, SUMMER, **channel))["reservation"]
    await retailer.counts("lamp", W1=4)
    assert [await ruling.units("lamp", each) for each in ("marketplace", "web")] == [1, 4]

    await expecting.expects("PO-1", "lamp", "W1", 10, APRIL, cancelled=True)

    assert kept_and_short(await expecting.reservation(waiting)) == (1, 2)
    assert [await ruling.units("lamp", each) for each in ("marketplace", "web")] == [0, 3]


def kept_and_short(reservation: Any) -> tuple[int, int]:
    """Give the units that are kept, of the shelf or of what comes, and those that are short."""
    lines = reservation["lines"]
    return sum(line["open"] for line in lines), sum(line["short"] for line in lines)
