"""What the acts choose, match and say."""

from collections.abc import Mapping
from typing import Any

import pytest

from devstack.tour.acts.opening import chosen_channel, chosen_shops
from devstack.tour.acts.shopping import left, queued
from devstack.tour.acts.wording import local, money, units
from devstack.tour.failures import NothingToShow


def shop(code: str, latitude: float, **more: Any) -> Mapping[str, Any]:
    return {
        "id": f"id-{code}",
        "code": code,
        "name": f"Shop {code}",
        "city": "Paris",
        "postcode": "75001",
        "country": "FR",
        "timezone": "Europe/Paris",
        "active": True,
        "point": {"latitude": latitude, "longitude": 2.0},
        "openingHours": [{"day": "MONDAY", "hours": ["10:00-19:00"]}],
        **more,
    }


def codes(*nodes: Mapping[str, Any]) -> list[str]:
    return [each.code for each in chosen_shops(nodes)]


def test_the_story_is_set_in_the_first_shop_the_nearest_to_it_and_the_farthest() -> None:
    assert codes(shop("A", 48), shop("B", 40), shop("C", 47), shop("D", 45)) == ["A", "C", "B"]


def test_customers_can_visit_the_shop_near_them() -> None:
    closed = shop("A", 48, openingHours=[{"day": "SUNDAY", "hours": []}])
    assert codes(closed, shop("B", 47), shop("C", 40))[0] == "B"
    assert codes(*(shop(code, 48 + at, openingHours=[]) for at, code in enumerate("XYZ")))[0] == "X"


def test_shops_that_are_closed_down_or_abroad_or_nowhere_do_not_take_part() -> None:
    absent = [
        shop("A", 48.01, active=False),
        shop("B", 48.02, point=None),
        shop("C", 48.03, country="BE"),
    ]
    assert codes(shop("S", 48), *absent, shop("T", 47), shop("U", 40)) == ["S", "T", "U"]


@pytest.mark.parametrize("countries", [["FR", "FR"], ["FR", "FR", "BE"], []])
def test_fewer_than_three_shops_are_too_few(countries: list[str]) -> None:
    nodes = [shop(str(at), 40 + at, country=each) for at, each in enumerate(countries)]
    with pytest.raises(NothingToShow, match="needs 3 shops"):
        chosen_shops(nodes)


def channel(code: str, **more: Any) -> Mapping[str, Any]:
    open_to_all = {"active": True, "country": "FR", "locationTypes": [], "locationCodes": []}
    return {"code": code, **open_to_all, **more}


def test_the_channel_sells_from_everywhere_in_the_country() -> None:
    channels = [
        channel("old", active=False),
        channel("be", country="BE"),
        channel("stores", locationTypes=["STORE"]),
        channel("one", locationCodes=["S1"]),
        channel("web"),
    ]
    assert chosen_channel(channels, "FR")["code"] == "web"
    with pytest.raises(NothingToShow, match="sells from everywhere"):
        chosen_channel(channels[:-1], "FR")


def test_a_work_list_is_matched_by_what_happened_to_one_fulfilment() -> None:
    changes = [
        {"change": "ADDED", "fulfilment": {"id": "F1"}},
        {"change": "REMOVED", "fulfilment": {"id": "F2"}},
    ]
    assert queued("ADDED", "F1")({"changes": changes})
    assert not queued("ADDED", "F2")({"changes": changes})
    assert not queued("ADDED", "F1")({"changes": None})


def test_a_product_page_is_matched_by_garment_shop_and_what_is_left() -> None:
    item = {"delivery": "EVENT", "sku": "M", "location": {"code": "S1"}, "available": 0}
    assert left("M", "S1", 0)(item)
    for other in ({"sku": "L"}, {"location": {"code": "S2"}}, {"available": 1}):
        assert not left("M", "S1", 0)({**item, **other})
    assert not left("M", "S1", 0)({"delivery": "HEARTBEAT", "sku": None, "location": None})


def test_amounts_units_and_moments_are_said_as_people_say_them() -> None:
    assert money({"amount": "12.50", "currency": "EUR"}) == "12.50 EUR"
    assert money(None) == "nothing"
    assert [units(1), units(2)] == ["1 unit", "2 units"]
    summer = local("2026-07-06T08:00:00.000Z", "Europe/Paris")
    assert summer == "Monday 06 July, 10:00"
