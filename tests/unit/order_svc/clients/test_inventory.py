from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_ast_schema, parse, validate

from order_svc.clients.inventory import OPERATIONS, GraphQLInventory
from order_svc.domain.customers.personal import Address, Destination
from order_svc.domain.fulfilments.fulfilment import Place
from order_svc.domain.orders.allocation import AllocatedLine, Allocation
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


class Answers:
    """Gives one answer, or raises it, and keeps what was asked."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.asked: Any = None

    async def execute(self, operation: str, variables: Mapping[str, JSON]) -> dict[str, Any]:
        self.asked = variables["input"]
        assert operation in OPERATIONS
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def payload(*errors: dict[str, Any], reservation: Any = None) -> dict[str, Any]:
    return {"reservationAllocate": {"reservation": reservation, "userErrors": list(errors)}}


async def test_an_allocation_is_read_with_its_locations() -> None:
    lines = [
        {"lineId": "o1.l1", "quantity": 1, "locationCode": "S1", "location": {"id": "x"}},
        {"lineId": "o1.l1", "quantity": 1, "locationCode": "S2", "location": None},
    ]
    answers = Answers(
        payload(reservation={"id": to_global_id("Reservation", "r1"), "lines": lines})
    )
    assert await GraphQLInventory(answers).allocate(REQUEST) == Allocation(
        "r1",
        (
            AllocatedLine("o1.l1", 1, Place("x", "S1")),
            AllocatedLine("o1.l1", 1, Place(to_global_id("Location", "S2"), "S2")),
        ),
    )
    assert from_global_id(answers.asked["orderId"], "Order") == "o1"
    assert answers.asked["excludedLocations"] == ["W1"]


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
