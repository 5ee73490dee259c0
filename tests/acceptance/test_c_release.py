"""Row C5: nothing leaves before the date of the contract, even if the goods are there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.expecting import RESULTS, Expecting
from tests.support.retailer import FEEDER, Retailer, eventually
from tests.support.ruling import Ruling

RELEASE = "2026-04-10T00:00:00.000Z"
HELD = 'availability(channel: "{}") {{ quantity notBefore }}'


async def releases(retailer: Retailer, sku: str, at: str | None) -> None:
    """Say from when an item may leave."""
    line = {"sku": retailer.code(sku), "title": sku, "releaseAt": at}
    await retailer.manages("itemsImport", {"lines": [line]}, RESULTS, role=FEEDER)


async def availability(retailer: Retailer) -> tuple[int, str | None]:
    """Read how many albums can be ordered, and when they may leave."""
    item = await retailer.item("album", HELD.format(retailer.code("web")), role=None)
    return item["availability"]["quantity"], item["availability"]["notBefore"]


def states(line: Any) -> dict[str, int]:
    return {part["state"]: part["quantity"] for part in line["slices"]}


@pytest.mark.capability("C5")
async def test_c5_goods_that_are_there_are_ordered_held_and_offered_at_their_date(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("album", "mug")
    await retailer.counts("album", W1=5)
    await retailer.counts("mug", W1=5)
    await releases(retailer, "album", RELEASE)

    assert await availability(retailer) == (5, RELEASE)
    assert await Expecting(retailer).future("album") == [("2026-03-02", 0), ("2026-04-10", 5)]
    order = await retailer.places(retailer.wish("album", "mug"))
    assert [states(line) for line in order["lines"]] == [{"BACKORDERED": 1}, {"ALLOCATED": 1}]
    assert len(order["fulfilments"]) == 1
    assert await availability(retailer) == (4, RELEASE)
    (album, _) = order["lines"]
    refused = await retailer.does(
        "fulfilmentPick",
        {
            "fulfilmentId": order["fulfilments"][0]["id"],
            "lines": [{"lineId": album["id"], "picked": 1}],
        },
        "order { id }",
        role=Role.OPERATOR,
    )
    assert refused["userErrors"]

    clock.set(datetime(2026, 4, 10, tzinfo=UTC))

    released = await eventually(
        lambda: retailer.order(order["id"]),
        lambda now: states(now["lines"][0]) == {"ALLOCATED": 1},
    )
    assert await availability(retailer) == (4, None)
    fulfilment = released["fulfilments"][1]
    await retailer.picks(fulfilment, [{"lineId": album["id"], "picked": 1}])
    await retailer.packs(fulfilment, album)
    shipped = await retailer.ships(fulfilment)
    assert states(shipped["lines"][0]) == {"SHIPPED": 1}


@pytest.mark.capability("C5")
async def test_c5_a_date_that_is_put_off_holds_what_nobody_has_begun_to_pick(
    timed: Ruling,
) -> None:
    retailer, clock = timed.retailer, timed.clock
    assert clock is not None
    await retailer.opens(W1="WAREHOUSE")
    await retailer.sells("album")
    await retailer.counts("album", W1=5)
    begun, waiting = [await retailer.places(retailer.wish("album")) for _ in range(2)]
    assert [states(each["lines"][0]) for each in (begun, waiting)] == [{"ALLOCATED": 1}] * 2
    (line,) = begun["lines"]
    await retailer.picks(begun["fulfilments"][0], [{"lineId": line["id"], "picked": 1}])

    await releases(retailer, "album", RELEASE)

    held = await eventually(
        lambda: retailer.order(waiting["id"]),
        lambda now: states(now["lines"][0]) == {"BACKORDERED": 1},
    )
    assert [each["state"] for each in held["fulfilments"]] == ["CANCELLED"]
    position = await retailer.position("album", "W1")
    assert (position["allocated"], position["available"]) == (2, 3)
    assert states((await retailer.order(begun["id"]))["lines"][0]) == {"PICKED": 1}

    clock.set(datetime(2026, 4, 10, tzinfo=UTC))

    released = await eventually(
        lambda: retailer.order(waiting["id"]),
        lambda now: states(now["lines"][0]) == {"ALLOCATED": 1},
    )
    assert [each["state"] for each in released["fulfilments"]] == ["CANCELLED", "ASSIGNED"]
