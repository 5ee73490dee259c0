"""Row B6: what picks did not find says how much of a shop's last pieces to keep off the shelves."""

from datetime import timedelta
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import eventually
from tests.support.ruling import Ruling

RELIABILITY = """
  query ($by: StockReliabilityInput) {
    stockReliability(by: $by, first: 100) {
      nodes {
        locationCode foundUnits missingUnits missingPercent
        suggestion { units onHandAtMost }
        location { code }
      }
    }
  }
"""


async def told(ruling: Ruling, **by: int) -> dict[str, Any]:
    """Read what was measured, by location."""
    data = await ruling.retailer.graph.data(RELIABILITY, {"by": by})
    return {each["locationCode"]: each for each in data["stockReliability"]["nodes"]}


async def picks(ruling: Ruling, sku: str, location: str, found: int, missing: int) -> None:
    """Have a location prepare an order of all that it seems to have, and ship what it finds."""
    retailer = ruling.retailer
    await retailer.counts(sku, **{location: found + missing})
    line = {"sku": retailer.code(sku), "quantity": found + missing}
    order = await retailer.places(retailer.wish(lines=[line]))
    (line,), (fulfilment,) = order["lines"], order["fulfilments"]
    assert fulfilment["locationCode"] == retailer.code(location)
    short = {"short": missing, "reason": "NOT_FOUND", "counted": 0}
    await retailer.picks(fulfilment, [{"lineId": line["id"], "picked": found, **short}])
    await retailer.packs(fulfilment, line, found)
    await retailer.ships(fulfilment)
    await eventually(
        lambda: retailer.position(sku, location),
        lambda now: (now["onHand"], now["allocated"]) == (0, 0),
    )


@pytest.mark.capability("B6")
async def test_b6_a_shop_whose_picks_fail_keeps_its_last_pieces_and_a_reliable_one_none(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    s1, s2 = retailer.code("S1"), retailer.code("S2")
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("boot", "sock", "jean", "hat")
    await picks(timed, "boot", "S1", found=17, missing=3)
    await picks(timed, "sock", "S2", found=99, missing=1)
    await retailer.counts("jean", S1=2, S2=2)
    await retailer.counts("hat", S1=3, S2=1)
    assert await told(timed) == {}

    clock.advance(timedelta(days=1))
    seen = await eventually(lambda: told(timed), lambda now: len(now) == 2)

    assert seen[s1] == {
        "locationCode": s1,
        "foundUnits": 17,
        "missingUnits": 3,
        "missingPercent": 15.0,
        "suggestion": {"units": 1, "onHandAtMost": 2},
        "location": {"code": s1},
    }
    assert (seen[s2]["missingPercent"], seen[s2]["suggestion"]) == (1.0, None)

    rule = timed.rule("S1-last", {"protectScarce": seen[s1]["suggestion"]}, locationCode="S1")
    preview = await timed.previews(rule)
    told_before = [(each["sku"], each["difference"]) for each in preview["changes"]]
    assert told_before == [(retailer.code("jean"), -1)]
    assert (await timed.units("jean"), await timed.units("hat")) == (4, 4)
    await timed.publishes(rule)
    assert (await timed.units("jean"), await timed.units("hat")) == (3, 4)
    kept = await timed.available("jean")
    assert kept["rulesApplied"][-1] == {
        "rule": "PROTECTION",
        "units": -1,
        "code": retailer.code("S1-last"),
        "version": 1,
    }
    await timed.undoes_to(0)
    assert await timed.units("jean") == 4


@pytest.mark.capability("B6")
async def test_b6_the_figures_are_the_retailers_own_and_only_the_last_days_count(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    s1 = retailer.code("S1")
    await retailer.opens(S1="STORE")
    await retailer.sells("boot")
    await picks(timed, "boot", "S1", found=9, missing=1)
    clock.advance(timedelta(days=1))
    assert (await eventually(lambda: told(timed), bool))[s1]["suggestion"] is None

    strict = await told(timed, leastUnits=10, overPercent=9, protectUnits=2, onHandAtMost=5)
    assert strict[s1]["suggestion"] == {"units": 2, "onHandAtMost": 5}
    lenient = await told(timed, leastUnits=10, overPercent=10)
    assert lenient[s1]["suggestion"] is None

    clock.advance(timedelta(days=29))
    assert list(await told(timed)) == [s1]
    clock.advance(timedelta(days=1))
    assert await told(timed) == {}
    assert list(await told(timed, days=31)) == [s1]

    for name, value in {"days": 0, "leastUnits": 0, "overPercent": 101, "onHandAtMost": 0}.items():
        refused = await retailer.graph.execute(RELIABILITY, {"by": {name: value}})
        assert refused.codes == ["INVALID_INPUT"]
    asked = await retailer.graph.execute(RELIABILITY, {"by": {}}, role=Role.ASSISTANT)
    assert asked.codes == ["FORBIDDEN"]
