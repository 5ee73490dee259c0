from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_ast_schema, parse, validate

from order_svc.clients.inventory import OPERATIONS, GraphQLInventory
from order_svc.domain.customers.personal import Address, Destination
from order_svc.domain.fulfilments.fulfilment import Place
from order_svc.domain.orders.allocation import AllocatedLine, Allocation
from order_svc.domain.orders.awaiting import Standing, StandingLine
from order_svc.domain.orders.named_reservations import NamedReservations
from order_svc.ports import AllocationRequest, InventoryUnavailable, WantedLine
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.service_client import ServiceError, ServiceRejected, ServiceUnavailable
from service_kit.runtime.json_values import JSON

SDL = Path(__file__).parents[4] / "schema" / "inventory_svc.graphql"
REQUEST = AllocationRequest(
    key="k",
    order_id="o1",
    channel="web",
    lines=(WantedLine("o1.l1", "A", 2),),
    destination=Destination(Address("Ada", "1 rue", "75002", "Paris", "FR")),
    excluded_locations=("W1",),
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_ast_schema(parse(SDL.read_text(encoding="utf-8")), assume_valid_sdl=True)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_fits_the_printed_schema_of_inventory(
    operation: str, schema: GraphQLSchema
) -> None:
    assert validate(schema, parse(operation)) == []


S2 = Place(to_global_id("Location", "S2"), "S2")
LATER = "2026-04-15T00:00:00.000Z"
THERE = {"lineId": "o1.l1", "availableFrom": None, "notBefore": None}


class Answers:
    """Gives one answer, or raises it, and keeps what was asked."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: Any = None

    async def execute(self, operation: str, variables: Mapping[str, JSON]) -> dict[str, Any]:
        self.asked = variables.get("input", variables)
        assert operation in OPERATIONS
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def payload(*errors: dict[str, Any], reservation: Any = None) -> dict[str, Any]:
    return {"reservationAllocate": {"reservation": reservation, "userErrors": list(errors)}}


async def test_a_reservation_is_read_as_it_stands_and_an_unknown_one_keeps_nothing() -> None:
    rows = [{**THERE, "open": 3, "locationCode": "S2", "location": None, "availableFrom": LATER}]
    asked = Answers({"reservation": {"version": 7, "lines": rows}})
    standing = await GraphQLInventory(asked).standing("r1")
    unknown = await GraphQLInventory(Answers({"reservation": None})).standing("r1")

    date = datetime(2026, 4, 15, tzinfo=UTC)
    assert standing == Standing("r1", 7, (StandingLine("o1.l1", S2, 3, date),))
    assert unknown == Standing("r1", 0, ())
    with pytest.raises(InventoryUnavailable):
        await GraphQLInventory(Answers(ServiceUnavailable("inventory_svc", "away"))).standing("r1")


async def test_an_allocation_is_read_with_its_locations() -> None:
    lines = [
        {**THERE, "quantity": 1, "locationCode": "S1", "location": {"id": "x"}},
        {**THERE, "quantity": 1, "locationCode": "S2", "location": None, "notBefore": LATER},
        {**THERE, "quantity": 2, "locationCode": "S2", "location": None, "availableFrom": LATER},
    ]
    answers = Answers(
        payload(reservation={"id": to_global_id("Reservation", "r1"), "lines": lines})
    )
    assert await GraphQLInventory(answers).allocate(REQUEST) == Allocation(
        "r1",
        (
            AllocatedLine("o1.l1", 1, Place("x", "S1")),
            AllocatedLine("o1.l1", 1, S2, None, datetime(2026, 4, 15, tzinfo=UTC)),
            AllocatedLine("o1.l1", 2, S2, datetime(2026, 4, 15, tzinfo=UTC)),
        ),
    )
    assert from_global_id(answers.asked["orderId"], "Order") == "o1"
    assert answers.asked["excludedLocations"] == ["W1"]


async def test_reservations_are_named_with_whoever_named_them() -> None:
    answers = Answers(payload(reservation={"id": to_global_id("Reservation", "r"), "lines": []}))
    named = NamedReservations(("basket",), "ann", ("assistant",), ("S1",))

    await GraphQLInventory(answers).allocate(replace(REQUEST, reservations=named))

    (asked,) = answers.asked["reservationIds"]
    assert from_global_id(asked, "Reservation") == "basket"
    assert answers.asked["namedBy"] == {
        "subject": "ann",
        "roles": ["assistant"],
        "locationCodes": ["S1"],
    }


async def test_of_an_address_only_country_and_postcode_leave_this_service() -> None:
    answers = Answers(payload(reservation={"id": to_global_id("Reservation", "r"), "lines": []}))
    await GraphQLInventory(answers).allocate(REQUEST)
    assert answers.asked["destination"] == {
        "country": "FR",
        "postcode": "75002",
        "latitude": None,
        "longitude": None,
    }


async def test_user_errors_are_raised_with_their_figures() -> None:
    error = {
        "code": "INSUFFICIENT_STOCK",
        "message": "Too few.",
        "path": ["input"],
        "params": [{"key": "sku", "value": "A"}],
        "retryable": False,
    }
    with pytest.raises(RefusedAll) as refused:
        await GraphQLInventory(Answers(payload(error))).allocate(REQUEST)
    assert refused.value.refusals == (
        Refusal("INSUFFICIENT_STOCK", "Too few.", path=["input"], params={"sku": "A"}),
    )


@pytest.mark.parametrize(
    "error",
    [
        ServiceUnavailable("inventory_svc", "no answer"),
        ServiceRejected("inventory_svc", [ServiceError("UNAUTHENTICATED", "Who?")]),
        ServiceRejected("inventory_svc", [ServiceError("BAD_REQUEST", "What?")]),
    ],
)
async def test_without_a_payload_it_is_unknown_what_was_done(error: Exception) -> None:
    with pytest.raises(InventoryUnavailable):
        await GraphQLInventory(Answers(error)).allocate(REQUEST)
    with pytest.raises(InventoryUnavailable):
        await GraphQLInventory(Answers(error)).withdraw("k", "o1")
