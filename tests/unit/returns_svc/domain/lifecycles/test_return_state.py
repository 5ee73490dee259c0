import pytest

from returns_svc.domain.lifecycles.actions import STARTS, Action, Hindrance, hindrance_of
from returns_svc.domain.lifecycles.return_state import (
    AWAITED,
    ENDED,
    STEPS,
    IllegalStep,
    ReturnState,
    step,
)

R = ReturnState


def test_every_state_stands_in_the_table() -> None:
    assert set(STEPS) == set(ReturnState)


@pytest.mark.parametrize("before", ReturnState)
@pytest.mark.parametrize("after", ReturnState)
def test_a_step_is_taken_if_and_only_if_the_table_has_it(
    before: ReturnState, after: ReturnState
) -> None:
    if after in STEPS[before]:
        assert step(before, after) is after
    else:
        with pytest.raises(IllegalStep):
            step(before, after)


def test_every_state_is_a_beginning_or_can_be_reached_and_none_comes_again() -> None:
    assert set().union(*STEPS.values()) == set(ReturnState) - {R.UNMATCHED, R.DECLARED}
    for state in ReturnState:
        assert state not in _after(state)


def test_goods_are_awaited_until_they_are_received_and_nothing_follows_an_end() -> None:
    assert {R.APPROVED, R.LABEL_ISSUED, R.DROPPED, R.IN_TRANSIT} == AWAITED
    assert {R.CLOSED, R.CANCELLED, R.EXPIRED} == ENDED


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", ReturnState)
def test_an_action_is_hindered_wherever_it_does_not_start(
    action: Action, state: ReturnState
) -> None:
    hindered = hindrance_of(action, state) is not None
    assert hindered is (state not in STARTS[action])


def test_a_return_is_not_closed_while_its_money_is_under_way() -> None:
    found = hindrance_of(Action.RETURN_CLOSE, R.ACCEPTED, refund_pending=True)
    assert found is Hindrance.REFUND_PENDING
    assert hindrance_of(Action.RETURN_CLOSE, R.ACCEPTED) is None


@pytest.mark.parametrize(
    ("action", "state", "why"),
    [
        (Action.RETURN_INSPECT, R.IN_TRANSIT, Hindrance.NOT_RECEIVED),
        (Action.RETURN_INSPECT, R.ACCEPTED, Hindrance.ALREADY_INSPECTED),
        (Action.RETURN_CANCEL, R.RECEIVED, Hindrance.ALREADY_RECEIVED),
        (Action.RETURN_SEND_BACK, R.ACCEPTED, Hindrance.NOTHING_REJECTED),
        (Action.RETURN_CLOSE, R.RECEIVED, Hindrance.NOT_INSPECTED),
        (Action.RETURN_RECEIVE, R.UNMATCHED, Hindrance.NOT_MATCHED),
        (Action.RETURN_RECEIVE, R.EXPIRED, Hindrance.ALREADY_ENDED),
    ],
)
def test_the_hindrance_says_why(action: Action, state: ReturnState, why: Hindrance) -> None:
    assert hindrance_of(action, state) is why


def _after(state: ReturnState) -> set[ReturnState]:
    found: set[ReturnState] = set()
    waiting = [state]
    while waiting:
        following = STEPS[waiting.pop()] - found
        found |= following
        waiting += following
    return found
