"""What can be done with an appointment, as one table: each action with the states it starts from.

The functions that change an appointment and the `availableActions` shown to clients both read it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from appointments_svc.domain.lifecycles.appointment_state import ENDED, AppointmentState


class Action(StrEnum):
    """Something that a caller can do, named as its mutation is."""

    APPOINTMENT_BOOK = "APPOINTMENT_BOOK"
    APPOINTMENT_MOVE = "APPOINTMENT_MOVE"
    APPOINTMENT_CANCEL = "APPOINTMENT_CANCEL"
    APPOINTMENT_CHECK_IN = "APPOINTMENT_CHECK_IN"
    APPOINTMENT_COMPLETE = "APPOINTMENT_COMPLETE"


class Hindrance(StrEnum):
    """Why an action is not possible now."""

    ALREADY_BOOKED = "ALREADY_BOOKED"
    ALREADY_CHECKED_IN = "ALREADY_CHECKED_IN"
    ALREADY_ENDED = "ALREADY_ENDED"
    BEING_BOOKED = "BEING_BOOKED"
    NOT_BOOKED = "NOT_BOOKED"
    NOT_CHECKED_IN = "NOT_CHECKED_IN"
    NOT_YOURS = "NOT_YOURS"


@dataclass(frozen=True, slots=True)
class AvailableAction:
    """An action, and why it is not possible now; None when it is."""

    action: Action
    hindrance: Hindrance | None


_A = AppointmentState

STARTS: Final = {
    Action.APPOINTMENT_BOOK: frozenset({_A.HELD}),
    Action.APPOINTMENT_MOVE: frozenset({_A.CONFIRMED}),
    Action.APPOINTMENT_CANCEL: frozenset({_A.HELD, _A.CONFIRMED}),
    Action.APPOINTMENT_CHECK_IN: frozenset({_A.CONFIRMED}),
    Action.APPOINTMENT_COMPLETE: frozenset({_A.CHECKED_IN}),
}
"""The table of actions: the states from which each is possible."""


def hindrance_of(action: Action, state: AppointmentState) -> Hindrance | None:
    """Say why the action is not possible in this state; None when it is."""
    if state in STARTS[action]:
        return None
    if state in ENDED:
        return Hindrance.ALREADY_ENDED
    if state is _A.BOOKING:
        return Hindrance.BEING_BOOKED
    if state is _A.HELD:
        return Hindrance.NOT_BOOKED
    if action is Action.APPOINTMENT_BOOK:
        return Hindrance.ALREADY_BOOKED
    return Hindrance.ALREADY_CHECKED_IN if state is _A.CHECKED_IN else Hindrance.NOT_CHECKED_IN
