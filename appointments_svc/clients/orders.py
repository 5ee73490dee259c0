"""Orders over GraphQL: as this service; nothing is changed there."""

from collections.abc import Mapping
from typing import Any, Final

from appointments_svc.domain.appointments.appointment import Visitor
from appointments_svc.ports import Contact, CustomerBy, OrdersUnavailable
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.service_calls import Executes
from service_kit.graphql.service_client import ServiceRejected, ServiceUnavailable
from service_kit.runtime.json_values import JSON

VISITOR: Final = """
query AppointmentsVisitor($by: CustomerBy!) { customer(by: $by) { id ref } }
"""
ORDER: Final = """
query AppointmentsOrder($by: OrderForReturnBy!) { orderForReturn(by: $by) { customerId } }
"""
CONTACT: Final = """
query AppointmentsContact($id: ID!) { customerContact(id: $id) { email phone language givenName } }
"""
OPERATIONS: Final = (VISITOR, ORDER, CONTACT)
"""Everything that is asked of orders."""


class GraphQLOrders:
    """The orders and their customers, as orders' subgraph offers them to other services."""

    def __init__(self, client: Executes) -> None:
        self._client = client

    async def visitor(self, by: CustomerBy) -> Visitor | None:
        """The customer, if orders know one."""
        given: JSON = {"ref": by.ref}
        if by.id is not None:
            given = {"id": to_global_id("Customer", by.id)}
        found = (await self._asked(VISITOR, {"by": given}))["customer"]
        if found is None:
            return None
        return Visitor(from_global_id(found["id"], "Customer"), found["ref"])

    async def customer_of_order(self, order_id: str) -> tuple[bool, str | None]:
        """Whether there is such an order, and the id of its customer."""
        by: JSON = {"id": to_global_id("Order", order_id)}
        found = (await self._asked(ORDER, {"by": by}))["orderForReturn"]
        if found is None:
            return False, None
        customer = found["customerId"]
        return True, None if customer is None else from_global_id(customer, "Customer")

    async def contact(self, customer_id: str) -> Contact | None:
        """How to reach the customer."""
        data = await self._asked(CONTACT, {"id": to_global_id("Customer", customer_id)})
        found = data["customerContact"]
        if found is None:
            return None
        return Contact(found["email"], found["phone"], found["language"], found["givenName"])

    async def _asked(self, operation: str, variables: Mapping[str, JSON]) -> Mapping[str, Any]:
        try:
            return await self._client.execute(operation, variables)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise OrdersUnavailable(str(error)) from error
