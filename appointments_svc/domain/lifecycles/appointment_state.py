"""The life of an appointment as one table: its states, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AppointmentState(StrEnum):
    """How far an appointment has come."""

    HELD = "HELD"
    BOOKING = "BOOKING"
    CONFIRMED = "CONFIRMED"
    CHECKED_IN = "CHECKED_IN"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    LAPSED = "LAPSED"


_A = AppointmentState

STEPS: Final[Mapping[AppointmentState, frozenset[AppointmentState]]] = MappingProxyType(
    {
        _A.HELD: frozenset({_A.BOOKING, _A.CONFIRMED, _A.CANCELLED, _A.LAPSED}),
        _A.BOOKING: frozenset({_A.CONFIRMED, _A.HELD, _A.LAPSED}),
        _A.CONFIRMED: frozenset({_A.CHECKED_IN, _A.CANCELLED, _A.NO_SHOW}),
        _A.CHECKED_IN: frozenset({_A.COMPLETED}),
        _A.COMPLETED: frozenset(),
        _A.CANCELLED: frozenset(),
        _A.NO_SHOW: frozenset(),
        _A.LAPSED: frozenset(),
    }
)
"""Which state may follow which."""

ENDED: Final = frozenset(state for state in AppointmentState if not STEPS[state])
"""States that nothing follows; the slot is free again, or over."""


class IllegalStep(Exception):
    """A state was asked to follow one that it may not follow; nothing was changed."""

    def __init__(self, before: AppointmentState, after: AppointmentState) -> None:
        super().__init__(f"{after} does not follow {before}")
        self.before = before
        self.after = after


def step(before: AppointmentState, after: AppointmentState) -> AppointmentState:
    """Give the state after one step; a step that is not in the table raises."""
    if after not in STEPS[before]:
        raise IllegalStep(before, after)
    return after
