"""Settling looks at the place where goods fail, however many other places there are."""

import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.rules.rule import Protection, Share, StockRule
from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind
from inventory_svc.domain.stock.position import PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

WAITING = 60


def an_order_of(place: str, name: str) -> InboundKey:
    return InboundKey(PositionKey("shirt", place), InboundKind.PURCHASE_ORDER, name)


def calls_of_settling(places: int, made: StockRule) -> int:
    """Count the calls that it takes when many wait for an order that comes much later now."""
    codes = [f"P{number}" for number in range(places)]
    known = {code: Location(code, code, LocationType.STORE, "FR") for code in codes}
    network = NetworkDirectory(known, {"web": rule.WEB}, 1, {})
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(made, network=network))
    late = an_order_of("P0", "late")
    stock.commit(build.an_announcement(late, 2 * WAITING, NOW + timedelta(days=3)))
    wish = build.a_wish("shirt", 1, NOW + timedelta(days=20), among=("P0",))
    for number in range(WAITING):
        request = build.a_request()
        stock.commit(replace(wish, request=request, reservation_id=f"r{number}", channel="web"))
    for number, code in enumerate(codes):
        date = NOW + timedelta(days=5, minutes=number)
        stock.commit(build.an_announcement(an_order_of(code, "other"), 5, date))
    stock.commit(build.an_announcement(late, 2 * WAITING, NOW + timedelta(days=30)))
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        stock.commit(SettleInbound(late))
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(
    "made",
    [
        rule.a_rule("one", Protection(units=1)),
        rule.a_rule("most", Share(percent=90), channel="web"),
    ],
    ids=["no share", "a share"],
)
def test_each_other_place_costs_the_same_however_many_wait(made: StockRule) -> None:
    few, many = (calls_of_settling(places, made) for places in (10, 110))

    assert many - few < 100 * 3 * WAITING
