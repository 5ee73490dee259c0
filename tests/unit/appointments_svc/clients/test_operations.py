"""What appointments ask of other services is what those services offer."""

import pytest
from graphql import parse, validate

from appointments_svc.clients import inventory, orders
from inventory_svc.api.schema import inventory_schema
from order_svc.api.schema import order_schema
from service_kit.graphql.schema import SubgraphSchema


@pytest.mark.parametrize("operation", orders.OPERATIONS)
def test_what_is_asked_of_orders_is_in_their_schema(operation: str) -> None:
    assert problems(order_schema(), operation) == []


@pytest.mark.parametrize("operation", inventory.OPERATIONS)
def test_what_is_asked_of_inventory_is_in_its_schema(operation: str) -> None:
    assert problems(inventory_schema(), operation) == []


def problems(schema: SubgraphSchema, operation: str) -> list[str]:
    return [error.message for error in validate(schema._schema, parse(operation))]
