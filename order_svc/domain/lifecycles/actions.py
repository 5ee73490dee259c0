"""What can be done, as one table: each action with the slice states that it moves on.

The functions that change an order and the `availableActions` shown to clients both read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_svc.domain.lifecycles.slices import (
    ARRIVED,
    CANCELLABLE,
    HANDED_OVER,
    RESUMABLE,
    SliceState,
)


class Action(StrEnum):
    """Something that a caller can do, named as its mutation is."""

    ORDER_CANCEL = "ORDER_CANCEL"
    ORDER_LINE_CANCEL = "ORDER_LINE_CANCEL"
    ORDER_LINE_SOURCE = "ORDER_LINE_SOURCE"
    FULFILMENT_PICK = "FULFILMENT_PICK"
    FULFILMENT_PACK = "FULFILMENT_PACK"
    FULFILMENT_SHIP = "FULFILMENT_SHIP"
    PARCEL_DELIVER = "PARCEL_DELIVER"
    ORDER_REFUND = "ORDER_REFUND"


class Hindrance(StrEnum):
    """Why an action is not possible now."""

    PLACEMENT_IN_PROGRESS = "PLACEMENT_IN_PROGRESS"
    ALREADY_CANCELLED = "ALREADY_CANCELLED"
    ALREADY_SHIPPED = "ALREADY_SHIPPED"
    ALREADY_DELIVERED = "ALREADY_DELIVERED"
    STILL_PICKING = "STILL_PICKING"
    NOTHING_TO_DO = "NOTHING_TO_DO"
    NOT_YOURS = "NOT_YOURS"


@dataclass(frozen=True, slots=True)
class ActionRule:
    """An action moves slices in the states `moves`, unless one is in a state of `unless`."""

    action: Action
    moves: frozenset[SliceState]
    unless: tuple[tuple[frozenset[SliceState], Hindrance], ...] = ()


_S = SliceState
_BEING_PICKED: Final = frozenset({_S.ALLOCATED, _S.PICKING})
_PLACING: Final = (frozenset({_S.PLACED}), Hindrance.PLACEMENT_IN_PROGRESS)

RULES: Final = {
    rule.action: rule
    for rule in (
        ActionRule(
            Action.ORDER_CANCEL,
            moves=CANCELLABLE,
            unless=(_PLACING, (HANDED_OVER, Hindrance.ALREADY_SHIPPED)),
        ),
        ActionRule(Action.ORDER_LINE_CANCEL, moves=CANCELLABLE, unless=(_PLACING,)),
        ActionRule(Action.ORDER_LINE_SOURCE, moves=RESUMABLE, unless=(_PLACING,)),
        ActionRule(Action.FULFILMENT_PICK, moves=_BEING_PICKED),
        ActionRule(
            Action.FULFILMENT_PACK,
            moves=frozenset({_S.PICKED}),
            unless=((_BEING_PICKED, Hindrance.STILL_PICKING),),
        ),
        ActionRule(Action.FULFILMENT_SHIP, moves=frozenset({_S.PACKED})),
        ActionRule(Action.PARCEL_DELIVER, moves=frozenset({_S.SHIPPED})),
        ActionRule(Action.ORDER_REFUND, moves=frozenset()),
    )
}
"""The table of actions. A refund moves no goods: what was taken decides about it."""

_WHY_NOTHING: Final = (
    (frozenset({_S.CANCELLED}), Hindrance.ALREADY_CANCELLED),
    (ARRIVED | {_S.CANCELLED}, Hindrance.ALREADY_DELIVERED),
    (HANDED_OVER | {_S.CANCELLED}, Hindrance.ALREADY_SHIPPED),
)
"""When no slice can be moved: the first row that covers all the states says why."""


def hindrance_of(action: Action, states: Iterable[SliceState]) -> Hindrance | None:
    """Say why the action is not possible on slices in these states; None when it is."""
    found = frozenset(states)
    rule = RULES[action]
    for blocking, hindrance in rule.unless:
        if found & blocking:
            return hindrance
    if found & rule.moves:
        return None
    covering = (why for states_, why in _WHY_NOTHING if found and found <= states_)
    return next(covering, Hindrance.NOTHING_TO_DO)
