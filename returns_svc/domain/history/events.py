"""The event of one commit on a return, and what it says to those who listen."""

from enum import StrEnum
from typing import Final

from returns_svc.domain.policies.policy import ReturnPolicy
from returns_svc.domain.requests.return_request import Return
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.entity_events import NEW, Cause, Fields, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event
from service_kit.runtime.json_values import JSON

RETURN_DECLARED: Final = "returnDeclared"
RETURN_CHANGED: Final = "returnChanged"
POLICY_CHANGED: Final = "returnPolicyChanged"
RETURN_UPDATED: Final = "returnUpdated"
"""The subscription field that hears of every change."""


class ReturnUpdateType(StrEnum):
    """What happened to a return, the most important first."""

    DECLARED = "DECLARED"
    STATE_CHANGED = "STATE_CHANGED"
    REFUND_CHANGED = "REFUND_CHANGED"
    PROGRESSED = "PROGRESSED"


def event_of_return(before: Return | None, after: Return, cause: Cause) -> Event:
    """The event of a change to a return; `before` is None for a new one."""
    return entity_event(
        RETURN_DECLARED if before is None else RETURN_CHANGED,
        EntityRef("ReturnRequest", after.id),
        after.version,
        cause,
        audience_of(after),
        differences(NEW if before is None else _fields(before), _fields(after)),
        {
            "rma": after.rma,
            "customerId": after.customer_id,
            "orderId": after.order.id if after.order else None,
            RETURN_UPDATED: _section(before, after),
        },
    )


def event_of_policy(policy: ReturnPolicy, cause: Cause) -> Event:
    """The event of a change to a policy; whoever sees everything hears of it."""
    fields: Fields = {"windowDays": policy.window_days}
    entity = EntityRef("ReturnPolicy", policy.code)
    return entity_event(POLICY_CHANGED, entity, policy.version, cause, (), differences(NEW, fields))


def audience_of(found: Return) -> tuple[str, ...]:
    """Who may hear of it: its customer, the channel of its order, the locations it comes to."""
    customers = sorted(filter(None, {found.customer_id, found.customer_ref}))
    return (
        *(f"customer:{customer}" for customer in customers),
        *((f"channel:{found.order.channel}",) if found.order else ()),
        *(f"location:{code}" for code in sorted(found.location_codes)),
    )


def _fields(found: Return) -> Fields:
    return {
        "state": found.state.value,
        "locationCode": found.place.code if found.place else None,
        "labelIssued": found.label is not None,
        "lines": [
            {
                "lineId": line.id,
                "sku": line.sku,
                "quantity": line.quantity,
                "accepted": line.accepted,
                "rejected": line.rejected,
            }
            for line in found.lines
        ],
        "refunds": [
            {"refundId": one.id, "state": one.state.value, "amount": _amount(found, one.id)}
            for one in found.refunds
        ],
    }


def _amount(found: Return, refund_id: str) -> JSON:
    refund = found.refund(refund_id)
    if refund is None or found.order is None:
        return None
    amount = refund.amount(found.order.currency)
    return {"amount": amount.format(), "currency": amount.currency}


def _section(before: Return | None, after: Return) -> JSON:
    order = to_global_id("Order", after.order.id) if after.order else None
    customer = to_global_id("Customer", after.customer_id) if after.customer_id else None
    locations: JSON = [to_global_id("Location", code) for code in sorted(after.location_codes)]
    found = to_global_id("ReturnRequest", after.id)
    return {
        "keys": {
            "returnId": found,
            "orderId": order,
            "customerId": customer,
            "locationId": locations,
        },
        "payload": {
            "type": _type(before, after).value,
            "returnRequest": {"id": found},
            "order": None if order is None else {"id": order},
            "state": after.state.value,
            "previousState": None if before is None else before.state.value,
        },
    }


def _type(before: Return | None, after: Return) -> ReturnUpdateType:
    if before is None:
        return ReturnUpdateType.DECLARED
    if before.state is not after.state:
        return ReturnUpdateType.STATE_CHANGED
    if before.refunds != after.refunds:
        return ReturnUpdateType.REFUND_CHANGED
    return ReturnUpdateType.PROGRESSED
