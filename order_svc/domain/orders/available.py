"""What can be done now with an order, a line, a fulfilment or a parcel, and by whom."""

from collections.abc import Iterable
from dataclasses import dataclass

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.lifecycles.actions import Action, Hindrance, hindrance_of
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.cancelling import states_to_source
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """An action, and why it is not possible now; None when it is."""

    action: Action
    hindrance: Hindrance | None


def actions_on_order(order: Order, *, allowed: bool) -> tuple[AvailableAction, ...]:
    """The actions on the order as a whole; `allowed` is whether the caller may change it."""
    states = [part.state for _, part in order.slices()]
    return _available((Action.ORDER_CANCEL,), states, allowed=allowed)


def refund_of_order(order: Order, *, allowed: bool) -> AvailableAction:
    """The refund of an order: possible while something that was taken is not given back."""
    if not allowed:
        return AvailableAction(Action.ORDER_REFUND, Hindrance.NOT_YOURS)
    possible = any(payment.refundable for payment in order.payments)
    return AvailableAction(Action.ORDER_REFUND, None if possible else Hindrance.NOTHING_TO_DO)


def actions_on_line(line: Line, *, allowed: bool) -> tuple[AvailableAction, ...]:
    """The actions on one line."""
    states = [part.state for part in line.slices]
    return (
        *_available((Action.ORDER_LINE_CANCEL,), states, allowed=allowed),
        *_available((Action.ORDER_LINE_SOURCE,), states_to_source(line), allowed=allowed),
    )


def actions_on_fulfilment(
    order: Order, fulfilment: Fulfilment, *, allowed: bool
) -> tuple[AvailableAction, ...]:
    """The actions on one fulfilment; `allowed` is whether the caller works at its location."""
    actions = (Action.FULFILMENT_PICK, Action.FULFILMENT_PACK, Action.FULFILMENT_SHIP)
    return _available(actions, order.states_in(fulfilment.id), allowed=allowed)


def actions_on_parcel(
    order: Order, parcel: Parcel, *, allowed: bool
) -> tuple[AvailableAction, ...]:
    """The actions on one parcel."""
    return _available((Action.PARCEL_DELIVER,), order.states_in_parcel(parcel.id), allowed=allowed)


def _available(
    actions: Iterable[Action], states: Iterable[SliceState], *, allowed: bool
) -> tuple[AvailableAction, ...]:
    found = tuple(states)
    return tuple(
        AvailableAction(action, hindrance_of(action, found) if allowed else Hindrance.NOT_YOURS)
        for action in actions
    )
