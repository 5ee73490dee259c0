"""The worked example of docs/availability.md is what the formula gives."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.rules.rule import Exposure, Protection, Share
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import (
    Availability,
    Stock,
    availability_of,
)
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from tests.support import rules as rule
from tests.support.stock import NOW

PAGE: Final = Path(__file__).parents[6] / "docs" / "availability.md"
OURS: Final = frozenset({"W1", "S1", "S2", "S3"})
NETWORK: Final = NetworkDirectory(
    {
        code: Location(
            code, code, LocationType.WAREHOUSE if code == "W1" else LocationType.STORE, "FR"
        )
        for code in ("W1", "S1", "S2", "S3", "S4")
    },
    {
        code: Channel(code, code, "EUR", "FR", location_codes=OURS)
        for code in ("web", "marketplace")
    },
)
POLICY: Final = rule.a_policy(
    rule.a_rule("30", Share(percent=30), channel="marketplace"),
    rule.a_rule("shops-keep-2", Protection(units=2), location_type=LocationType.STORE),
    rule.a_rule("lyon-no-clothes", Exposure(exposed=False), location="S2", channel="marketplace"),
    network=NETWORK,
)


def shelves() -> dict[str, Position]:
    held = (Hold(NOW + timedelta(minutes=5), 2),)
    positions = (
        Position(PositionKey("shirt", "W1"), 20, 4, held),
        Position(PositionKey("shirt", "S1"), 9),
        Position(PositionKey("shirt", "S2"), 3),
        Position(PositionKey("shirt", "S3"), 1, 2),
        Position(PositionKey("shirt", "S4"), 5),
    )
    return {position.key.location: position for position in positions}


def sold(channel: str, held: Mapping[str, Position], drawn: int = 0) -> Availability:
    key = ShareKey("30", "shirt")
    stock = Stock("shirt", "clothes", held, {key: ShareDraw(key, drawn)})
    sale = Sale(channel, "FR")
    return availability_of(stock, sale, rule.a_scope(POLICY, sale), POLICY, NOW)


def test_the_steps_of_the_page_are_those_of_the_formula() -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = re.findall(r"^([A-Z_]+) +([-+]?\d+)(?: .*)?$", page, re.MULTILINE)
    expected = [(name, int(units)) for name, units in told]

    answer = sold("marketplace", shelves())

    by_step = groupby(answer.rules_applied, key=lambda each: each.rule.value)
    assert [(step, sum(each.units for each in taken)) for step, taken in by_step] == expected
    assert answer.quantity == 6


def test_two_sold_leave_what_the_page_says() -> None:
    held = shelves()
    held["W1"] = replace(held["W1"], allocated=6)

    assert sold("marketplace", held, drawn=2).quantity == 4
    assert sold("web", held, drawn=2).quantity == 20
