"""The life of an appointment: every step is in the table, every action says what hinders it."""

import pytest

from appointments_svc.domain.lifecycles.actions import STARTS, Action, hindrance_of
from appointments_svc.domain.lifecycles.appointment_state import (
    ENDED,
    STEPS,
    AppointmentState,
    IllegalStep,
    step,
)

LEADS_TO = {
    Action.APPOINTMENT_BOOK: AppointmentState.CONFIRMED,
    Action.APPOINTMENT_CANCEL: AppointmentState.CANCELLED,
    Action.APPOINTMENT_CHECK_IN: AppointmentState.CHECKED_IN,
    Action.APPOINTMENT_COMPLETE: AppointmentState.COMPLETED,
}


@pytest.mark.parametrize("before", AppointmentState)
@pytest.mark.parametrize("after", AppointmentState)
def test_a_step_is_taken_only_if_it_is_in_the_table(
    before: AppointmentState, after: AppointmentState
) -> None:
    if after in STEPS[before]:
        assert step(before, after) is after
    else:
        with pytest.raises(IllegalStep):
            step(before, after)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", AppointmentState)
def test_an_action_is_hindered_wherever_it_does_not_start(
    action: Action, state: AppointmentState
) -> None:
    assert (hindrance_of(action, state) is None) == (state in STARTS[action])


@pytest.mark.parametrize(("action", "after"), LEADS_TO.items())
def test_an_action_leads_by_a_legal_step(action: Action, after: AppointmentState) -> None:
    assert all(after in STEPS[state] for state in STARTS[action])


def test_every_state_can_be_reached_from_a_hold_and_ends_somewhere() -> None:
    reached = {AppointmentState.HELD}
    while more := {after for state in reached for after in STEPS[state]} - reached:
        reached |= more

    assert reached == set(AppointmentState)
    assert {each.value for each in ENDED} == {"COMPLETED", "CANCELLED", "NO_SHOW", "LAPSED"}
