"""What can be done with a return, as one table: each action with the states it starts from.

The functions that change a return and the `availableActions` shown to clients both read it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from returns_svc.domain.lifecycles.return_state import ACCEPTING, AWAITED, ENDED, STEPS, ReturnState


class Action(StrEnum):
    """Something that a caller can do, named as its mutation is."""

    RETURN_TRACK = "RETURN_TRACK"
    RETURN_RECEIVE = "RETURN_RECEIVE"
    RETURN_INSPECT = "RETURN_INSPECT"
    RETURN_SEND_BACK = "RETURN_SEND_BACK"
    RETURN_ABANDON = "RETURN_ABANDON"
    RETURN_CANCEL = "RETURN_CANCEL"
    RETURN_CLOSE = "RETURN_CLOSE"


class Hindrance(StrEnum):
    """Why an action is not possible now."""

    NOT_MATCHED = "NOT_MATCHED"
    NOT_RECEIVED = "NOT_RECEIVED"
    NOT_INSPECTED = "NOT_INSPECTED"
    ALREADY_RECEIVED = "ALREADY_RECEIVED"
    ALREADY_INSPECTED = "ALREADY_INSPECTED"
    ALREADY_ENDED = "ALREADY_ENDED"
    NOTHING_REJECTED = "NOTHING_REJECTED"
    NOTHING_TO_DO = "NOTHING_TO_DO"
    REFUND_PENDING = "REFUND_PENDING"
    NOT_YOURS = "NOT_YOURS"


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """An action, and why it is not possible now; None when it is."""

    action: Action
    hindrance: Hindrance | None


_R = ReturnState


def _leading_to(*states: ReturnState) -> frozenset[ReturnState]:
    return frozenset(state for state in ReturnState if STEPS[state].intersection(states))


STARTS: Final = {
    Action.RETURN_TRACK: _leading_to(_R.DROPPED, _R.IN_TRANSIT),
    Action.RETURN_RECEIVE: _leading_to(_R.RECEIVED),
    Action.RETURN_INSPECT: _leading_to(_R.INSPECTING) | {_R.INSPECTING},
    Action.RETURN_SEND_BACK: _leading_to(_R.SENT_BACK),
    Action.RETURN_ABANDON: _leading_to(_R.ABANDONED),
    Action.RETURN_CANCEL: _leading_to(_R.CANCELLED),
    Action.RETURN_CLOSE: _leading_to(_R.CLOSED),
}
"""The table of actions: the states from which each is possible."""

_TO_COME: Final = AWAITED | {_R.DECLARED}
_UNDER_INSPECTION: Final = frozenset({_R.RECEIVED, _R.INSPECTING})


def hindrance_of(
    action: Action, state: ReturnState, *, refund_pending: bool = False
) -> Hindrance | None:
    """Say why the action is not possible in this state; None when it is."""
    if state in STARTS[action]:
        waits = action is Action.RETURN_CLOSE and refund_pending
        return Hindrance.REFUND_PENDING if waits else None
    if state in ENDED:
        return Hindrance.ALREADY_ENDED
    if state is ReturnState.UNMATCHED:
        return Hindrance.NOT_MATCHED
    if action in _BEFORE_INSPECTION:
        return Hindrance.ALREADY_RECEIVED
    if state in _TO_COME:
        return Hindrance.NOT_RECEIVED
    if action is Action.RETURN_INSPECT:
        return Hindrance.ALREADY_INSPECTED
    if state in _UNDER_INSPECTION:
        return Hindrance.NOT_INSPECTED
    accepted = state in ACCEPTING | {_R.REFUNDED}
    return Hindrance.NOTHING_REJECTED if accepted else Hindrance.NOTHING_TO_DO


_BEFORE_INSPECTION: Final = frozenset(
    {Action.RETURN_TRACK, Action.RETURN_RECEIVE, Action.RETURN_CANCEL}
)
