"""Documents of the release before payments are read as they were meant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from order_svc.domain.lifecycles.payment_state import PaymentState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Wait
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, place
from order_svc.mongo.order_documents import order_document, order_of
from order_svc.mongo.personal_documents import person_of
from retail_kit.money import Money
from tests.support.orders import a_place, a_placing_order

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_slice(state: str, quantity: int) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "state": state,
        "fulfilmentId": None,
        "parcelId": None,
        "sourcingId": None,
    }


ORDER_1: dict[str, Any] = {
    "_id": "o1",
    "ref": "mine",
    "channel": "web",
    "currency": "EUR",
    "placedAt": AT,
    "customerId": None,
    "customerRef": None,
    "deliveryMethod": "HOME",
    "lines": [
        {
            "id": "o1.l1",
            "sku": "A",
            "quantity": 6,
            "unitPrice": 250,
            "priceSource": "GIVEN",
            "backorderAllowed": False,
            "excludedLocations": [],
            "slices": [
                a_slice("ALLOCATED", 1),
                a_slice("SHIPPED", 2),
                a_slice("DELIVERED", 1),
                a_slice("CANCELLED", 2),
            ],
            "version": 4,
        }
    ],
    "status": "PARTIALLY_DELIVERED",
    "locationCodes": [],
    "version": 5,
    "schemaVersion": 1,
}


def test_an_order_of_version_1_is_paid_elsewhere_and_its_sums_are_as_they_were() -> None:
    order = order_of(ORDER_1, ())
    assert (order.payments, order.refunds) == ((), ())
    assert order.payment_state is PaymentState.NONE
    (line,) = order.lines
    assert (line.discounts, line.charged) == ((), Money(750, "EUR"))
    totals = order.totals
    assert [one.minor for one in (totals.ordered, totals.cancelled, totals.due)] == [
        1500,
        500,
        1000,
    ]
    assert line.slices[0].state is SliceState.ALLOCATED
    assert order_of(order_document(order), ()) == order


def test_an_order_of_version_2_waits_for_its_one_date_whatever_keeps_the_goods() -> None:
    keeps = {"returnId": None, "locationCode": "W1"}
    parts = [
        {**a_slice("BACKORDERED", 5), **keeps, "reservationId": "r1"},
        {**a_slice("CANCELLED", 1), "returnId": None},
    ]
    waits = {
        **ORDER_1["lines"][0],
        "slices": parts,
        "discounts": [],
        "charged": 0,
        "availableFrom": AT,
    }
    money = {"payments": [], "refunds": [], "tenderRule": "CARD_FIRST"}

    order = order_of({**ORDER_1, **money, "lines": [waits], "schemaVersion": 2}, ())

    assert order.lines[0].waits == (Wait("r1", AT),)
    assert order.lines[0].available_from == AT


def test_a_person_of_version_1_has_no_language() -> None:
    person = {"givenName": "Ada", "family_name": "L", "email": None, "phone": "1"}
    person["given_name"] = person.pop("givenName")
    found = person_of({"_id": "c", "person": person, "schemaVersion": 1})
    assert (found.given_name, found.language) == ("Ada", None)


@pytest.mark.parametrize(("available_from", "version"), [(None, 2), (AT + timedelta(days=9), 3)])
def test_only_an_order_that_waits_is_of_a_version_that_earlier_processes_do_not_know(
    available_from: datetime | None, version: int
) -> None:
    found = (AllocatedLine("o1.l1", 1, a_place("W1"), available_from),)
    order = place(a_placing_order(1), Allocation("r1", found), AT).order

    document = order_document(order)

    assert document["schemaVersion"] == version
    assert order_of(document, order.fulfilments) == order
