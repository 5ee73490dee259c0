"""The sample is whole, believable and always the same."""

from collections import Counter
from datetime import date

import pytest

from devstack.sample.feeds import SampleSize
from devstack.sample.first_garments import SCARCE, first_items, first_prices, first_stock
from devstack.sample.garments import COLOURS, articles, items, prices
from devstack.sample.history import WAY_BACK, Fate, past_orders
from devstack.sample.lines import CHANNELS
from devstack.sample.loading import Sample
from devstack.sample.network import FIRST_PLACES, PLACES, channels, locations
from devstack.sample.people import customers, people
from devstack.sample.reception import advisors, appointment_types, capacities
from devstack.sample.stock import stock
from devstack.sample.visits import VisitFate, visits
from retail_kit.calendars.holidays import PublicHolidays

AT = "2026-03-02T09:00:00+00:00"
SHOPS = [place for place in PLACES if place.type == "STORE"]


@pytest.fixture(scope="module")
def quantities() -> dict[tuple[str, str], int]:
    return {(line["sku"], line["locationCode"]): line["quantity"] for line in stock()}


def test_there_are_five_thousand_different_skus_with_valid_eans() -> None:
    lines = [*first_items(), *items()]
    assert 4_800 <= len(lines) <= 5_200
    for name in ("sku", "ean", "title"):
        assert len({line[name] for line in lines}) == len(lines)
    for line in lines:
        digits = [int(digit) for digit in line["ean"]]
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_a_title_says_what_it_is_in_which_colour_and_size() -> None:
    dresses = [line for line in items() if line["model"] == "DRS01"]
    assert dresses
    for line in dresses:
        assert line["title"] == f"Robe portefeuille en viscose, {line['colour']}, {line['size']}"
        assert line["colour"] in COLOURS.values()


def test_every_sku_has_a_sensible_price_in_each_channel() -> None:
    lines = [*first_prices(), *prices()]
    skus = {line["sku"] for line in (*first_items(), *items())}
    assert len(lines) == len(skus) * len(CHANNELS)
    assert {(line["channel"], line["sku"]) for line in lines} == {
        (channel["code"], sku) for channel in channels() for sku in skus
    }
    assert all(9 <= float(line["unitPrice"]["amount"]) <= 350 for line in lines)


def test_the_network_has_sixty_shops_two_warehouses_and_three_suppliers() -> None:
    kinds = Counter(location["type"] for location in locations())
    assert kinds == {"WAREHOUSE": 2, "STORE": 60, "SUPPLIER": 3}
    assert len({place.code for place in PLACES}) == len({place.name for place in PLACES}) == 65
    for location in locations():
        assert 41 < location["point"]["latitude"] < 52
        assert -5 < location["point"]["longitude"] < 10


def test_no_two_shops_share_a_point_and_only_paris_has_two() -> None:
    assert len({(shop.latitude, shop.longitude) for shop in SHOPS}) == 60
    assert [city for city, many in Counter(shop.city for shop in SHOPS).items() if many > 1] == [
        "Paris"
    ]


def test_every_place_knows_its_week_and_its_public_holidays() -> None:
    of_code = {location["code"]: location for location in locations()}
    assert all(each["openingHours"] for each in of_code.values())
    good_friday = date(2026, 4, 3)
    closed = {
        code
        for code, each in of_code.items()
        if PublicHolidays(*each["holidayCalendar"].split("-")).includes(good_friday)
    }
    assert {of_code[code]["city"] for code in closed} == {
        "Strasbourg",
        "Metz",
        "Mulhouse",
        "Colmar",
    }


def test_the_first_garments_are_counted_at_each_of_the_first_places() -> None:
    skus = {line["sku"] for line in first_items()}
    assert len(skus) == 40
    assert {(line["sku"], line["locationCode"]) for line in first_stock()} == {
        (sku, place.code) for sku in skus for place in FIRST_PLACES
    }


def test_one_sku_exists_once_only() -> None:
    assert sum(line["quantity"] for line in first_stock() if line["sku"] == SCARCE) == 1


def test_there_are_a_hundred_thousand_positions(quantities: dict[tuple[str, str], int]) -> None:
    lines = list(stock())
    assert len(quantities) == len(lines)
    assert 95_000 <= len(lines) <= 105_000


def test_warehouses_have_everything_and_a_shop_a_part_that_grows_with_its_town(
    quantities: dict[tuple[str, str], int],
) -> None:
    held = Counter(place for _, place in quantities)
    many = len(list(articles()))
    assert held["W1"] == held["W2"] == many
    assert all(0.15 * many < held[shop.code] < 0.8 * many for shop in SHOPS)
    assert held["S1"] > held["S4"] > held["S12"] > held["S60"]


def test_middle_sizes_are_stocked_more_than_extreme_ones(
    quantities: dict[tuple[str, str], int],
) -> None:
    units: Counter[str] = Counter()
    for (sku, _), quantity in quantities.items():
        units[sku.rsplit("-", 1)[1]] += quantity
    assert units["M"] > 2 * units["XS"]
    assert units["XL"] > 1.5 * units["XXL"]
    assert units["36"] > 1.5 * units["34"]


def test_shops_have_run_out_of_best_sellers_more_often_than_of_what_sells_as_well(
    quantities: dict[tuple[str, str], int],
) -> None:
    ranks = {article.sku: article.model.rank for article in articles()}
    shelves = {shop.code for shop in SHOPS}

    def empty(lowest: float, highest: float) -> float:
        found = [
            quantity
            for (sku, place), quantity in quantities.items()
            if place in shelves and lowest <= ranks[sku] < highest
        ]
        return found.count(0) / len(found)

    assert empty(0.0, 0.1) > 1.3 * empty(0.1, 0.25)
    assert 0.1 < empty(0.0, 1.0) < 0.4


def test_there_are_two_hundred_customers_and_the_first_is_the_usual_one() -> None:
    lines = list(customers())
    assert len({line["ref"] for line in lines}) == len(lines) == 200
    assert (lines[0]["ref"], lines[0]["familyName"]) == ("C1", "Moreau")


def test_there_are_orders_of_every_fate_for_things_that_are_sold() -> None:
    orders = list(past_orders())
    skus = {article.sku for article in articles()}
    assert {order.fate for order in orders} == set(Fate)
    assert 40 <= len(orders) <= 80
    for order in orders:
        assert {line["sku"] for line in order.to_input()["lines"]} <= skus


def test_customers_live_in_large_towns_more_often_than_in_small_ones() -> None:
    towns = Counter(person.town.city for person in people())
    assert towns["Paris"] > 2 * towns["Arras"]
    assert towns["Paris"] < 60
    assert len(towns) > 40


def test_every_type_of_visit_can_be_received_where_it_is_offered() -> None:
    rooms = {
        line["locationCode"]: {each["code"]: each["places"] for each in line["resources"]}
        for line in capacities()
    }
    assert rooms.keys() == {shop.code for shop in SHOPS}
    known: dict[str, set[str]] = {shop.code: set() for shop in SHOPS}
    for advisor in advisors():
        known[advisor["locationCode"]].update(advisor["skills"])
    for kind in appointment_types():
        for shop in kind.get("locationCodes", rooms):
            assert rooms[shop][kind.get("resource", "fitting-room")] >= 1
            assert known[shop].issuperset(kind.get("skills", ()))


def test_somebody_receives_whenever_a_shop_is_open() -> None:
    hours = {location["code"]: location["openingHours"] for location in locations()}
    for shop in SHOPS:
        received = {
            day["day"]
            for advisor in advisors()
            if advisor["locationCode"] == shop.code
            for day in advisor["hours"]
        }
        assert received == {day["day"] for day in hours[shop.code]}


def test_visits_are_of_every_fate_each_of_another_customer() -> None:
    found = list(visits())
    assert {visit.fate for visit in found} == set(VisitFate)
    assert len({visit.person.ref for visit in found}) == len(found) == 24
    at = Counter(visit.shop.code for visit in found)
    assert at["S1"] >= 6
    assert at["S8"] >= 6
    assert any(visit.skus for visit in found)


def test_what_lies_ready_for_a_visit_is_in_the_shop(
    quantities: dict[tuple[str, str], int],
) -> None:
    for visit in visits():
        assert all(quantities[sku, visit.shop.code] >= 4 for sku in visit.skus)


def test_the_youngest_orders_are_of_what_the_shops_of_their_towns_have(
    quantities: dict[tuple[str, str], int],
) -> None:
    placed = [order for order in past_orders() if order.fate is Fate.PLACED]
    assert {"S1", "S8"} <= {order.person.town.code for order in placed}
    for order in placed:
        for article, _ in order.lines:
            assert quantities[article.sku, order.person.town.code] >= 4


def test_the_shops_whose_assistants_one_can_be_take_goods_back() -> None:
    back = [order for order in past_orders() if order.fate in WAY_BACK]
    assert {"S1", "S8"} <= {
        order.person.town.code for order in back if order.fate is not Fate.RETURN_DECLARED
    }
    assert len({order.person.ref for order in back}) > 5


def test_the_sample_is_the_same_each_time_but_for_when_it_was_counted() -> None:
    sample, again = Sample.of(SampleSize.FULL, AT), Sample.of(SampleSize.FULL, AT)
    assert sample.version == again.version != Sample.of(SampleSize.SMALL, AT).version
    assert sample.records == sum(len(feed.lines) for feed in (*sample.first, *sample.others)) + len(
        sample.stories
    )
    assert all(line["snapshotAt"] == AT for line in sample.others[-1].lines)
