"""One change to an appointment: the appointment after it, and what it asks of the world."""

from dataclasses import dataclass, replace
from datetime import datetime

from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.errands import Errand
from appointments_svc.domain.lifecycles.actions import (
    Action,
    AvailableAction,
    Hindrance,
    hindrance_of,
)
from appointments_svc.domain.refusals import action_not_allowed


@dataclass(frozen=True, slots=True)
class Doing:
    """Who changes an appointment, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """The appointment after a change, and what is to be done about it."""

    after: Appointment
    errands: tuple[Errand, ...] = ()


def changed(before: Appointment, after: Appointment, *errands: Errand) -> Change:
    """Number the version."""
    return Change(replace(after, version=before.version + 1), errands)


def require(action: Action, found: Appointment) -> None:
    """Refuse the action if the table of actions does not allow it now."""
    hindrance = hindrance_of(action, found.state)
    if hindrance is not None:
        raise action_not_allowed(action.value, hindrance.value)


def actions_on(found: Appointment, *, receives: bool, owns: bool) -> tuple[AvailableAction, ...]:
    """Give every action; `receives` is whether the caller works there, `owns` if it is theirs."""
    return tuple(
        AvailableAction(
            action,
            hindrance_of(action, found.state)
            if receives or (owns and action in BY_CUSTOMERS)
            else Hindrance.NOT_YOURS,
        )
        for action in Action
    )


BY_CUSTOMERS = frozenset(
    {Action.APPOINTMENT_BOOK, Action.APPOINTMENT_MOVE, Action.APPOINTMENT_CANCEL}
)
"""What the customer may do too."""
