"""The sample is small, whole and always the same."""

from collections import Counter
from datetime import UTC, datetime

from devstack.sample.catalogue import SCARCE, items, prices, stock
from devstack.sample.loading import feeds, sample_version
from devstack.sample.network import channels, locations

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_there_are_forty_different_skus_with_valid_eans() -> None:
    articles = list(items())
    assert len({article["sku"] for article in articles}) == 40
    assert len({article["ean"] for article in articles}) == 40
    for article in articles:
        digits = [int(digit) for digit in article["ean"]]
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_the_network_has_warehouses_shops_and_a_supplier() -> None:
    kinds = Counter(location["type"] for location in locations())
    assert kinds == {"WAREHOUSE": 2, "STORE": 8, "SUPPLIER": 1}
    for location in locations():
        assert 41 < location["point"]["latitude"] < 52
        assert -5 < location["point"]["longitude"] < 9


def test_every_sku_has_a_price_in_each_channel_and_stock_at_each_place() -> None:
    skus = {article["sku"] for article in items()}
    codes = {channel["code"] for channel in channels()}
    assert {(price["channel"], price["sku"]) for price in prices()} == {
        (code, sku) for code in codes for sku in skus
    }
    places = {location["code"] for location in locations()}
    assert {(line["sku"], line["locationCode"]) for line in stock()} == {
        (sku, place) for sku in skus for place in places
    }


def test_one_sku_exists_once_only() -> None:
    assert sum(line["quantity"] for line in stock() if line["sku"] == SCARCE) == 1


def test_the_version_says_whether_the_sample_has_changed() -> None:
    assert sample_version() == sample_version()


def test_every_stock_line_says_when_it_was_counted() -> None:
    counted = next(feed for feed in feeds(AT) if feed.mutation == "stockImport")
    assert {line["snapshotAt"] for line in counted.lines} == {"2026-03-02T09:00:00+00:00"}
