"""Rows A: what feeds, and the people before the shelves, say of the stock."""

import gzip
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.support.feeding import Feeding, on
from tests.support.retailer import Refused, Retailer, eventually
from tests.support.ruling import Ruling

BACKLOG = 100_000
_SKUS = ("shirt", "hat", "boot")
TUESDAY = date(2026, 3, 3)
STEPS = "quantity rulesApplied { rule units }"


@pytest.fixture
def feeding(timed: Ruling) -> Feeding:
    """A retailer whose stock is fed, on a system with a clock of its own."""
    return Feeding(timed.retailer, timed.clock)


@pytest.mark.capability("A5")
async def test_a5_a_best_seller_does_not_wait_for_a_hundred_thousand_others(
    feeding: Feeding,
) -> None:
    retailer = feeding.retailer
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt", "hat", "boot")
    await feeding.marks_top_seller("boot")
    shirt, hat, boot = (f"{retailer.code(sku)},{retailer.code('S1')}" for sku in _SKUS)
    backlog = f"{shirt},1\n{hat},1\n" * (BACKLOG // 2)
    content = f"sku,locationCode,quantity\n{backlog}{boot},7\n".encode()

    feed = await feeding.sends_file(gzip.compress(content), compression="GZIP")
    await eventually(lambda: retailer.available("boot"), lambda units: units == 7)
    now = await eventually(lambda: feeding.file(feed), lambda file: file["applied"] > 1)

    assert (now["state"], now["reading"]) == ("APPLYING", "OTHERS")
    assert now["applied"] < BACKLOG
    counted = await feeding.snapshot("hat", S1=50)
    assert [row["status"] for row in counted] == ["APPLIED"]
    later = await eventually(
        lambda: feeding.file(feed), lambda file: file["applied"] > now["applied"]
    )
    assert later["state"] == "APPLYING"
    assert later["nextLine"] > now["nextLine"]


async def test_of_a_file_with_garbage_everything_else_is_applied_and_the_garbage_replayed(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt", "hat")
    shop = Feeding(retailer)
    place = retailer.code("S1")
    rows = [f"{retailer.code(_SKUS[at % 2])},{place},{at}" for at in range(1000)]
    bad = {100 * at + 7: garbage for at, garbage in enumerate(_garbage(retailer))}
    for at, garbage in bad.items():
        rows[at] = garbage
    content = "\n".join(["sku,locationCode,quantity", *rows]).encode()

    feed = await shop.sends_file(content, mode="DELTA", part=3_000)
    file = await eventually(lambda: shop.file(feed), lambda file: file["state"] == "DONE")

    assert (file["applied"], file["unchanged"], file["rejected"]) == (989, 1, 10)
    expected = [sum(at for at in range(1000) if at % 2 == odd and at not in bad) for odd in (0, 1)]
    held = [(await retailer.position(sku, "S1"))["onHand"] for sku in ("shirt", "hat")]
    assert held == expected
    kept = await shop.rejections(feed)
    assert [row["number"] for row in kept] == [at + 1 for at in bad]
    fixed = [
        {"number": row["number"], "sku": retailer.code("hat"), "locationCode": place, "quantity": 1}
        for row in kept
    ]
    assert {row["status"] for row in await shop.corrects(feed, *fixed)} == {"APPLIED"}
    assert (await retailer.position("hat", "S1"))["onHand"] == expected[1] + 10


async def test_what_a_whole_file_leaves_out_is_sold_no_more_once_that_can_be_believed(
    feeding: Feeding,
) -> None:
    retailer = feeding.retailer
    await retailer.opens(S1="STORE", S2="STORE")
    skus = [f"sku-{at:02}" for at in range(30)]
    await retailer.sells(*skus)
    await feeding.has_source("erp", "S1", fresh_for_hours=1000)
    counts = [feeding.line(sku, "S1", 3) for sku in skus] + [feeding.line(skus[0], "S2", 5)]
    await feeding.feeds("SNAPSHOT", *counts)
    feeding.is_at(feeding.now + timedelta(hours=1))
    counted_at = feeding.now
    feeding.is_at(counted_at + timedelta(minutes=30))
    await feeding.feeds("DELTA", feeding.line(skus[1], "S1", 2))
    whole: dict[str, Any] = {"source": retailer.code("erp"), "wholeOf": "SOURCE"}
    whole["countedAt"] = counted_at.isoformat()

    def content(*named: str) -> bytes:
        rows = (f"{retailer.code(sku)},{retailer.code('S1')},4" for sku in named)
        return "\n".join(("sku,locationCode,quantity", *rows)).encode()

    cut = await feeding.sends_file(content(*skus[5:9]), mode="SNAPSHOT", lines=25, **whole)
    held = await eventually(lambda: feeding.file(cut), lambda file: file["state"] == "HELD")
    assert held["unnamed"] == {
        "positions": 26,
        "inStock": 30,
        "heldFor": ["OTHER_LINES", "MUCH_UNNAMED"],
        "zeroed": 0,
        "kept": 0,
    }
    assert await retailer.available(skus[0]) == 8
    await feeding.decides(cut, is_whole=False)
    assert (await feeding.file(cut))["state"] == "DONE"

    full = await feeding.sends_file(content(*skus[5:]), mode="SNAPSHOT", lines=25, **whole)
    done = await eventually(lambda: feeding.file(full), lambda file: file["state"] == "DONE")

    assert (done["wholeOf"], done["lines"], done["applied"]) == ("SOURCE", 25, 21)
    assert done["unnamed"]["heldFor"] == []
    assert (done["unnamed"]["positions"], done["unnamed"]["zeroed"]) == (5, 5)
    units = [(await retailer.position(sku, "S1"))["onHand"] for sku in skus]
    assert units == [0, 2, 0, 0, 0, *[4] * 25]
    await eventually(lambda: retailer.available(skus[0]), lambda units: units == 5)


@pytest.mark.capability("A8")
async def test_a8_what_a_silent_source_told_is_no_longer_sold_until_it_tells_again(
    feeding: Feeding,
) -> None:
    retailer = feeding.retailer
    await retailer.opens(W1="WAREHOUSE", D1="SUPPLIER")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=2)
    await feeding.has_source("erp", "W1", fresh_for_hours=1000)
    await feeding.has_source("supplier", "D1", fresh_for_hours=24)
    told_at = feeding.now
    line = feeding.line("shirt", "D1", 7, at=told_at)
    fed = await feeding.feeds("SNAPSHOT", line, source="supplier")
    assert [row["status"] for row in fed["results"]] == ["APPLIED"]
    assert await retailer.available("shirt") == 9

    feeding.is_at(told_at + timedelta(hours=23, minutes=59))
    assert await retailer.available("shirt") == 9
    assert (await feeding.source("supplier"))["staleSince"] is None
    assert await feeding.alerts_of_source("supplier") == []

    feeding.is_at(told_at + timedelta(hours=26))
    assert await retailer.available("shirt") == 2
    since = told_at + timedelta(hours=24)
    supplier, location = await feeding.source("supplier"), await feeding.location("D1")
    assert supplier["freshForSeconds"] == 86400
    assert datetime.fromisoformat(supplier["toldAt"]) == told_at
    assert datetime.fromisoformat(supplier["staleSince"]) == since
    assert datetime.fromisoformat(location["staleSince"]) == since
    assert location["active"] is True
    (alert,) = await eventually(lambda: feeding.alerts_of_source("supplier"), bool)
    assert (alert["state"], alert["timesRaised"]) == ("RAISED", 1)
    wish = retailer.wish(lines=[{"sku": retailer.code("shirt"), "quantity": 3}])
    with pytest.raises(Refused, match="INSUFFICIENT_STOCK"):
        await retailer.places(wish)

    line = feeding.line("shirt", "D1", 5, at=feeding.now)
    await feeding.feeds("SNAPSHOT", line, source="supplier")
    await eventually(lambda: retailer.available("shirt"), lambda units: units == 7)
    assert (await feeding.location("D1"))["staleSince"] is None
    (alert,) = await feeding.alerts_of_source("supplier")
    assert (alert["state"], alert["timesRaised"]) == ("CLEARED", 1)


@pytest.mark.capability("A10")
async def test_a10_declared_units_cannot_be_sold_until_the_books_have_caught_up(
    feeding: Feeding, timed: Ruling
) -> None:
    retailer = feeding.retailer
    feeding.is_at(on(TUESDAY, 10))
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shirt")
    await feeding.snapshot("shirt", on(TUESDAY, 8), S1=5, S2=3)
    here = [retailer.code("S1")]
    assert await timed.units("shirt", locations=here) == 5

    declared = await feeding.declares("shirt", "S1")
    assert (declared["onHand"], declared["available"]) == (5, 4)
    assert declared["unavailable"] == [{"disposition": "DECLARED_MISSING", "quantity": 1}]
    assert await timed.units("shirt", locations=here) == 4
    answer = await timed.available("shirt", selection=STEPS)
    assert answer == {
        "quantity": 7,
        "rulesApplied": [
            {"rule": "PHYSICAL_STOCK", "units": 8},
            {"rule": "UNAVAILABLE", "units": -1},
        ],
    }

    counted = await feeding.looks("shirt", "S2", counted=1)
    assert (counted["onHand"], counted["available"]) == (1, 1)
    nothing = await feeding.looks("shirt", "S2")
    assert (nothing["onHand"], nothing["available"]) == (0, 0)
    assert await timed.units("shirt") == 4

    feeding.is_at(on(TUESDAY, 23, 30))
    s1, s2 = (f"{retailer.code('shirt')},{retailer.code(at)},NEW" for at in ("S1", "S2"))
    assert await feeding.file_of(TUESDAY, "S1", "S2") == [
        f"{s1},DECLARED_MISSING,1",
        f"{s2},NOT_FOUND,-2",
        f"{s2},NOT_FOUND,-1",
    ]

    feeding.is_at(on(date(2026, 3, 4), 3))
    await feeding.snapshot("shirt", on(TUESDAY, 9), S1=5)
    assert await timed.units("shirt", locations=here) == 4
    await feeding.snapshot("shirt", on(date(2026, 3, 4), 2), S1=4, S2=2)
    position = await retailer.position("shirt", "S1")
    assert (position["onHand"], position["available"]) == (4, 4)
    assert await timed.units("shirt") == 6
    assert await feeding.file_of(date(2026, 3, 4), "S1", "S2") == []


@pytest.mark.capability("A12")
async def test_a12_one_alert_before_stock_runs_out_and_another_only_after_it_came_back(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.sells("shirt", "hat")
    await retailer.counts("shirt", S1=6)
    await retailer.counts("hat", S1=2)
    shop = Feeding(retailer)
    await shop.watches("low", "shirt", threshold=5, channel=retailer.code("web"))

    await retailer.places(_two_shirts(retailer))
    (alert,) = await eventually(lambda: shop.alerts("shirt"), bool)
    assert (alert["state"], alert["units"], alert["timesRaised"]) == ("RAISED", 4, 1)
    assert (alert["kind"], alert["code"]) == ("LOW_STOCK", retailer.code("low"))

    await retailer.places(retailer.wish("shirt"))
    await retailer.counts("shirt", W1=2)
    await retailer.counts("shirt", W1=3)
    (cleared,) = await eventually(
        lambda: shop.alerts("shirt"), lambda found: found[0]["state"] == "CLEARED"
    )
    assert (cleared["units"], cleared["timesRaised"]) == (6, 1)

    await retailer.places(retailer.wish("shirt"))
    (again,) = await eventually(
        lambda: shop.alerts("shirt"), lambda found: found[0]["state"] == "RAISED"
    )
    assert (again["units"], again["timesRaised"]) == (5, 2)
    assert await shop.alerts("hat") == []


@pytest.mark.capability("A13")
async def test_a13_a_snapshot_keeps_what_was_reserved_and_shipped_since_its_time(
    feeding: Feeding,
) -> None:
    retailer = feeding.retailer
    feeding.is_at(on(TUESDAY, 1))
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=7)

    feeding.is_at(on(TUESDAY, 1, 50))
    first = await retailer.places(_two_shirts(retailer))
    feeding.is_at(on(TUESDAY, 2, 5))
    await retailer.places(_two_shirts(retailer))
    feeding.is_at(on(TUESDAY, 2, 10))
    (line,), (fulfilment,) = first["lines"], first["fulfilments"]
    await retailer.picks(fulfilment, [{"lineId": line["id"], "picked": 2}])
    await retailer.packs(fulfilment, line, 1)
    await retailer.ships(fulfilment)
    await eventually(lambda: retailer.position("shirt", "W1"), lambda now: now["onHand"] == 6)

    feeding.is_at(on(TUESDAY, 2, 30))
    assert [row["status"] for row in await feeding.snapshot("shirt", on(TUESDAY, 2), W1=10)] == [
        "APPLIED"
    ]

    position = await retailer.position("shirt", "W1")
    assert (position["onHand"], position["allocated"], position["available"]) == (9, 3, 6)
    assert await retailer.available("shirt") == 6


def _two_shirts(retailer: Retailer) -> dict[str, object]:
    return retailer.wish(lines=[{"sku": retailer.code("shirt"), "quantity": 2}])


def _garbage(retailer: Retailer) -> list[str]:
    shirt, place = retailer.code("shirt"), retailer.code("S1")
    return [
        "no columns at all",
        f"{shirt},{place},many",
        f"{shirt},{place},1.5",
        f"{shirt},nowhere,1",
        f"unheard-of,{place},1",
        f",{place},1",
        f"{shirt},{place},-99999999",
        f"{shirt},{place},99999999999999999999",
        f'"{shirt},{place},1',
        f"{shirt},{place},1,1",
    ]
