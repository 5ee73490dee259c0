"""One change to an order: the order after it, what to tell people, what to ask of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from order_svc.domain.effects import Effect
from order_svc.domain.lifecycles.actions import Action, hindrance_of
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.orders.account import balanced, moves_between
from order_svc.domain.orders.order import Order, folded
from order_svc.domain.refusals import action_not_allowed


class Happening(StrEnum):
    """What the timeline of an order can tell."""

    ORDER_PLACED = "ORDER_PLACED"
    LINES_ALLOCATED = "LINES_ALLOCATED"
    LINE_BACKORDERED = "LINE_BACKORDERED"
    LINE_UNFILLABLE = "LINE_UNFILLABLE"
    LINE_DATE_CHANGED = "LINE_DATE_CHANGED"
    LINE_HELD = "LINE_HELD"
    LINE_PROMISE_BROKEN = "LINE_PROMISE_BROKEN"
    LINE_SOURCING_STARTED = "LINE_SOURCING_STARTED"
    LINE_CANCELLED = "LINE_CANCELLED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    GOODS_PICKED = "GOODS_PICKED"
    GOODS_SHORT = "GOODS_SHORT"
    PARCEL_PACKED = "PARCEL_PACKED"
    PARCEL_SHIPPED = "PARCEL_SHIPPED"
    PARCEL_DELIVERED = "PARCEL_DELIVERED"
    PAYMENT_CAPTURED = "PAYMENT_CAPTURED"
    PAYMENT_VOIDED = "PAYMENT_VOIDED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_SUCCEEDED = "REFUND_SUCCEEDED"
    REFUND_FAILED = "REFUND_FAILED"
    RETURN_DECLARED = "RETURN_DECLARED"
    RETURN_WITHDRAWN = "RETURN_WITHDRAWN"
    RETURN_COMPLETED = "RETURN_COMPLETED"


class SubjectType(StrEnum):
    """What a line of the timeline is about."""

    ORDER = "Order"
    ORDER_LINE = "OrderLine"
    FULFILMENT = "Fulfilment"
    PARCEL = "Parcel"
    PAYMENT = "Payment"
    REFUND = "Refund"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: ids and figures only, nothing personal."""

    happening: Happening
    subject_type: SubjectType
    subject_id: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The order after a change, the timeline's new lines, and what the world is asked to do."""

    order: Order
    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...] = ()


def changed(
    before: Order, after: Order, *, entries: Sequence[Entry], effects: Sequence[Effect]
) -> Change:
    """Fold the states, balance the account, and number the versions of all that differs."""
    settled = balanced(before, folded(after))
    requested = [
        Entry(Happening.REFUND_REQUESTED, SubjectType.REFUND, one.id, {"amount": str(one.amount)})
        for one in settled.refunds
        if before.refund(one.id) is None
    ]
    moves = moves_between(before, settled)
    return Change(versioned(before, settled), (*entries, *requested), (*effects, *moves))


def versioned(before: Order, after: Order) -> Order:
    """The order one version on; each part one version on if it differs from before."""
    lines = tuple(
        line if line == before.line(line.id) else replace(line, version=line.version + 1)
        for line in after.lines
    )
    fulfilments = []
    for fulfilment in after.fulfilments:
        parcels = tuple(
            parcel
            if parcel == before.parcel(parcel.id)
            else replace(parcel, version=parcel.version + 1)
            for parcel in fulfilment.parcels
        )
        numbered = replace(fulfilment, parcels=parcels)
        if numbered != before.fulfilment(fulfilment.id):
            numbered = replace(numbered, version=fulfilment.version + 1)
        fulfilments.append(numbered)
    payments = tuple(
        one if one == before.payment(one.id) else replace(one, version=one.version + 1)
        for one in after.payments
    )
    refunds = tuple(
        one if one == before.refund(one.id) else replace(one, version=one.version + 1)
        for one in after.refunds
    )
    return replace(
        after,
        lines=lines,
        fulfilments=tuple(fulfilments),
        payments=payments,
        refunds=refunds,
        version=before.version + 1,
    )


def require(action: Action, states: tuple[SliceState, ...]) -> None:
    """Refuse the action if the table of actions does not allow it on these states."""
    hindrance = hindrance_of(action, states)
    if hindrance is not None:
        raise action_not_allowed(action, hindrance)
