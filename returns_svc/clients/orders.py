"""Orders over GraphQL: as this service, with an idempotency key in every change."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from retail_kit.money import Money
from returns_svc.domain.errands import OrderStep, OrderUnits, TellOrders
from returns_svc.domain.policies.eligibility import DeliveredUnits
from returns_svc.domain.requests.return_request import Refund, RefundState, SoldIn
from returns_svc.domain.requests.returnable import ReturnableLine, ReturnableOrder
from returns_svc.ports import Contact, CustomerBy, OrderBy, OrdersUnavailable
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.service_calls import USER_ERRORS, Executes, called
from service_kit.graphql.service_client import ServiceRejected, ServiceUnavailable
from service_kit.runtime.json_values import JSON

_ORDER: Final = """
fragment Returnable on ReturnableOrder {
  orderId ref channelCode customerId customerRef country paymentState
  lines {
    lineId sku quantity paidQuantity returnDeclared returned
    paidTotal { amount currency } capturedTotal { amount currency }
    refundedTotal { amount currency } isSettling
    delivered { quantity deliveredAt }
  }
}
"""
ORDERS_OF: Final = f"""
query ReturnsOrdersOf($by: CustomerForReturnBy!, $sku: String!) {{
  ordersForReturn(by: $by, sku: $sku) {{ ...Returnable }}
}}
{_ORDER}
"""
ORDERS_OF_LINES: Final = f"""
query ReturnsOrdersOfLines($lines: [ID!]!) {{
  ordersOfLinesForReturn(lineIds: $lines) {{ ...Returnable }}
}}
{_ORDER}
"""
CONTACT: Final = """
query ReturnsContact($id: ID!) { customerContact(id: $id) { email language givenName } }
"""
DECLARE: Final = f"""
mutation ReturnsDeclare($input: OrderReturnDeclareInput!) {{
  orderReturnDeclare(input: $input) {{ {USER_ERRORS} }}
}}
"""
WITHDRAW: Final = f"""
mutation ReturnsWithdraw($input: OrderReturnWithdrawInput!) {{
  orderReturnWithdraw(input: $input) {{ {USER_ERRORS} }}
}}
"""
COMPLETE: Final = f"""
mutation ReturnsComplete($input: OrderReturnCompleteInput!) {{
  orderReturnComplete(input: $input) {{ {USER_ERRORS} }}
}}
"""
REFUND: Final = f"""
mutation ReturnsRefund($input: OrderRefundInput!) {{
  orderRefund(input: $input) {{ refund {{ state }} {USER_ERRORS} }}
}}
"""
MOST_AT_ONCE: Final = 50
_PAID_ELSEWHERE: Final = "NONE"


def orders_operation(count: int) -> str:
    """Give the query of so many orders at once."""
    asked = range(count)
    declared = ", ".join(f"$by{place}: OrderForReturnBy!" for place in asked)
    fields = " ".join(
        f"o{place}: orderForReturn(by: $by{place}) {{ ...Returnable }}" for place in asked
    )
    return f"query ReturnsOrders({declared}) {{ {fields} }}\n{_ORDER}"


OPERATIONS: Final = (
    orders_operation(2),
    ORDERS_OF,
    ORDERS_OF_LINES,
    CONTACT,
    DECLARE,
    WITHDRAW,
    COMPLETE,
    REFUND,
)
"""Everything that is asked of orders."""


class GraphQLOrders:
    """The orders, as their subgraph offers them to other services."""

    def __init__(self, client: Executes) -> None:
        self._client = client

    async def order(self, by: OrderBy) -> ReturnableOrder | None:
        """The order as returns see it."""
        return (await self.orders([by]))[0]

    async def orders(self, by: Sequence[OrderBy]) -> Sequence[ReturnableOrder | None]:
        """Several of them in one call, in the order in which they were asked for."""
        found: list[ReturnableOrder | None] = []
        for start in range(0, len(by), MOST_AT_ONCE):
            part = by[start : start + MOST_AT_ONCE]
            variables = {f"by{place}": _by(one) for place, one in enumerate(part)}
            data = await self._asked(orders_operation(len(part)), variables)
            answers = (data[f"o{place}"] for place in range(len(part)))
            found += [None if one is None else _order_of(one) for one in answers]
        return found

    async def orders_of_lines(self, line_ids: Collection[str]) -> Sequence[ReturnableOrder]:
        """The orders of lines, each order once."""
        lines: list[JSON] = [to_global_id("OrderLine", each) for each in sorted(set(line_ids))]
        data = await self._asked(ORDERS_OF_LINES, {"lines": lines})
        return [_order_of(one) for one in data["ordersOfLinesForReturn"] or ()]

    async def orders_of(self, customer: CustomerBy, sku: str) -> Sequence[ReturnableOrder]:
        """The customer's orders with units of the SKU that can come back, the newest first."""
        by: JSON = {"email": customer.email} if customer.email else {"ref": customer.ref}
        data = await self._asked(ORDERS_OF, {"by": by, "sku": sku})
        return [_order_of(one) for one in data["ordersForReturn"] or ()]

    async def declare(
        self, key: str, return_id: str, order_id: str, lines: Sequence[OrderUnits]
    ) -> None:
        """Set delivered units aside, all of them or none; refused NOTHING_LEFT."""
        await self._called(DECLARE, _units(key, return_id, order_id, lines))

    async def tell(self, errand: TellOrders) -> None:
        """Declared units are back, or stay with the customer."""
        operation = COMPLETE if errand.step is OrderStep.COMPLETE else WITHDRAW
        given = _units(errand.key, errand.return_id, errand.order_id, errand.lines)
        await self._called(operation, given)

    async def refund(self, order_id: str, refund: Refund) -> RefundState:
        """Have money given back, and say how far that is."""
        payload = await self._called(
            REFUND,
            {
                "idempotencyKey": refund.id,
                "orderId": to_global_id("Order", order_id),
                "refundId": refund.id,
                "reason": "RETURN",
                "lines": [
                    {
                        "lineId": to_global_id("OrderLine", line.order_line_id),
                        "quantity": line.quantity,
                        "amount": {
                            "amount": line.amount.format(),
                            "currency": line.amount.currency,
                        },
                    }
                    for line in refund.lines
                ],
            },
        )
        return RefundState(payload["refund"]["state"])

    async def contact(self, customer_id: str) -> Contact | None:
        """How to reach the customer."""
        data = await self._asked(CONTACT, {"id": to_global_id("Customer", customer_id)})
        found = data["customerContact"]
        if found is None:
            return None
        return Contact(found["email"], found["language"], found["givenName"])

    async def _asked(self, operation: str, variables: Mapping[str, JSON]) -> Mapping[str, Any]:
        try:
            return await self._client.execute(operation, variables)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise OrdersUnavailable(str(error)) from error

    async def _called(self, operation: str, given: Mapping[str, JSON]) -> Mapping[str, Any]:
        try:
            return await called(self._client, operation, given)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise OrdersUnavailable(str(error)) from error


def _by(by: OrderBy) -> JSON:
    if by.ref is not None:
        return {"ref": by.ref}
    if by.line_id is not None:
        return {"lineId": to_global_id("OrderLine", by.line_id)}
    return {"id": to_global_id("Order", by.id or "")}


def _units(key: str, return_id: str, order_id: str, lines: Sequence[OrderUnits]) -> dict[str, JSON]:
    return {
        "idempotencyKey": key,
        "orderId": to_global_id("Order", order_id),
        "returnId": return_id,
        "lines": [
            {"lineId": to_global_id("OrderLine", line.line_id), "quantity": line.quantity}
            for line in lines
        ],
    }


def _order_of(found: Mapping[str, Any]) -> ReturnableOrder:
    lines = tuple(_line_of(line) for line in found["lines"])
    customer = found["customerId"]
    return ReturnableOrder(
        SoldIn(
            id=from_global_id(found["orderId"], "Order"),
            ref=found["ref"],
            channel=found["channelCode"],
            currency=lines[0].paid.currency,
            country=found["country"],
            paid_here=found["paymentState"] != _PAID_ELSEWHERE,
        ),
        lines,
        customer_id=None if customer is None else from_global_id(customer, "Customer"),
        customer_ref=found["customerRef"],
    )


def _line_of(line: Mapping[str, Any]) -> ReturnableLine:
    return ReturnableLine(
        line_id=from_global_id(line["lineId"], "OrderLine"),
        sku=line["sku"],
        paid=_money(line["paidTotal"]),
        paid_units=line["paidQuantity"],
        delivered=tuple(
            DeliveredUnits(units["quantity"], datetime.fromisoformat(units["deliveredAt"]))
            for units in line["delivered"]
        ),
        declared=line["returnDeclared"],
        returned=line["returned"],
        refundable=_money(line["capturedTotal"]) - _money(line["refundedTotal"]),
        is_settling=line["isSettling"],
    )


def _money(found: Mapping[str, str]) -> Money:
    return Money.parse(found["amount"], found["currency"])
