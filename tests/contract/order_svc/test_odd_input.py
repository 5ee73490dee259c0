"""Input that makes no sense is refused with its path, and nothing of it is kept."""

from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import ADDRESS, OrdersProcess, a_caller, a_wish

FEEDER = a_caller(Role.INTEGRATION)
RESULTS = "results { status userErrors { code path } }"
ENDLESS = "A" * 65


def priced(amount: str, currency: str = "EUR", quantity: int = 1) -> dict[str, Any]:
    price = {"amount": amount, "currency": currency}
    return {"lines": [{"sku": "A", "quantity": quantity, "unitPrice": price}]}


def delivered(**more: Any) -> dict[str, Any]:
    return {"delivery": {"address": ADDRESS, **more}}


def at_home(**more: Any) -> dict[str, Any]:
    return {"delivery": {"address": {**ADDRESS, **more}}}


LINE = ["input", "lines", "0"]
PLACE = ["input", "delivery"]


@pytest.mark.parametrize(
    ("odd", "path"),
    [
        (a_wish(ENDLESS), [*LINE, "sku"]),
        (a_wish("A\u0000"), [*LINE, "sku"]),
        ({"channel": ENDLESS}, ["input", "channel"]),
        ({"channel": "we\nb"}, ["input", "channel"]),
        ({"ref": "my\u0000ref"}, ["input", "ref"]),
        ({"ref": "my\u001bref"}, ["input", "ref"]),
        ({"customerRef": "7\u0000"}, ["input", "customerRef"]),
        ({"customerRef": "7" * 101}, ["input", "customerRef"]),
        (priced("1", "XXX"), [*LINE, "unitPrice"]),
        (priced("1", "ABC"), [*LINE, "unitPrice"]),
        (priced("999999999999999999"), [*LINE, "unitPrice"]),
        (priced("9999999999", quantity=100_000), ["input", "lines"]),
        (delivered(latitude=48.8), [*PLACE, "longitude"]),
        (delivered(longitude=2.3), [*PLACE, "latitude"]),
        (delivered(latitude=91.0, longitude=2.3), [*PLACE, "latitude"]),
        (at_home(country="ZZ"), [*PLACE, "address", "country"]),
        (at_home(country="fr"), [*PLACE, "address", "country"]),
        (at_home(extra="x" * 201), [*PLACE, "address", "extra"]),
        (at_home(phone="1\u0000"), [*PLACE, "address", "phone"]),
    ],
)
async def test_an_order_with_odd_input_is_refused_where_it_is_odd(
    odd: dict[str, Any], path: list[str], process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 9)
    payload = await process.does("orderPlace", {**a_wish("A"), **odd})
    found = [(error["code"], error["path"]) for error in payload["userErrors"]]
    assert found == [("INVALID_INPUT", path)]
    assert inventory.calls == []
    assert await process.database.collection("orders").count({}) == 0


@pytest.mark.parametrize(
    ("odd", "path"),
    [
        ({"sku": ENDLESS}, [*LINE, "sku"]),
        ({"channel": "we\u0000b"}, [*LINE, "channel"]),
        ({"unitPrice": {"amount": "99999999999999", "currency": "EUR"}}, [*LINE, "unitPrice"]),
    ],
)
async def test_an_odd_price_is_rejected_by_itself(
    odd: dict[str, Any], path: list[str], process: OrdersProcess
) -> None:
    good = {"channel": "web", "sku": "A", "unitPrice": {"amount": "1", "currency": "EUR"}}
    lines = [{**good, **odd}, good]
    payload = await process.does("pricesImport", {"lines": lines}, RESULTS, FEEDER)
    first, second = payload["results"]
    assert first == {"status": "REJECTED", "userErrors": [{"code": "INVALID_INPUT", "path": path}]}
    assert second["status"] == "APPLIED"


async def test_a_customer_whose_reference_holds_a_control_character_is_rejected(
    process: OrdersProcess,
) -> None:
    lines = [{"ref": "7\u0000"}, {"ref": "8"}]
    payload = await process.does("customersImport", {"lines": lines}, RESULTS, FEEDER)
    assert [result["status"] for result in payload["results"]] == ["REJECTED", "APPLIED"]


@pytest.mark.parametrize("name", ["tier", "givenName", "familyName", "email", "phone"])
@pytest.mark.parametrize("odd", ["x" * 201, "A\u0000da"])
async def test_a_customer_with_odd_words_about_them_is_rejected_where_they_are_odd(
    name: str, odd: str, process: OrdersProcess
) -> None:
    lines = [{"ref": "7", name: odd}]
    payload = await process.does("customersImport", {"lines": lines}, RESULTS, FEEDER)
    (result,) = payload["results"]
    error = {"code": "INVALID_INPUT", "path": [*LINE, name]}
    assert result == {"status": "REJECTED", "userErrors": [error]}


@pytest.mark.parametrize("odd", ["x" * 201, "1\u0000"])
async def test_what_a_carrier_is_called_and_its_numbers_are_short_and_printable(
    odd: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 9)
    order = await process.packs(await process.picks(await process.places("A")))
    (fulfilment,) = order["fulfilments"]
    parcel = {"parcelId": fulfilment["parcels"][0]["id"], "trackingNumber": odd}
    for given, path in (
        ({"carrier": odd}, ["input", "carrier"]),
        ({"parcels": [parcel]}, ["input", "parcels", "0", "trackingNumber"]),
    ):
        input_ = {"fulfilmentId": fulfilment["id"], **given}
        payload = await process.does("fulfilmentShip", input_)
        found = [(error["code"], error["path"]) for error in payload["userErrors"]]
        assert found == [("INVALID_INPUT", path)]
