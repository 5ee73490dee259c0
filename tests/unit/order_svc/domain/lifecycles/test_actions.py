import itertools

import pytest

from order_svc.domain.lifecycles.actions import RULES, Action, Hindrance, hindrance_of
from order_svc.domain.lifecycles.slices import HANDED_OVER, STEPS, SliceState

S = SliceState


def test_every_action_has_a_rule() -> None:
    assert set(RULES) == set(Action)


@pytest.mark.parametrize(
    ("action", "states", "expected"),
    [
        (Action.ORDER_CANCEL, [S.ALLOCATED, S.PACKED], None),
        (Action.ORDER_CANCEL, [S.ALLOCATED, S.SHIPPED], Hindrance.ALREADY_SHIPPED),
        (Action.ORDER_CANCEL, [S.PLACED], Hindrance.PLACEMENT_IN_PROGRESS),
        (Action.ORDER_CANCEL, [S.CANCELLED], Hindrance.ALREADY_CANCELLED),
        (Action.ORDER_LINE_CANCEL, [S.ALLOCATED, S.SHIPPED], None),
        (Action.ORDER_LINE_CANCEL, [S.SHIPPED, S.CANCELLED], Hindrance.ALREADY_SHIPPED),
        (Action.ORDER_LINE_SOURCE, [S.UNFILLABLE, S.SHIPPED], None),
        (Action.ORDER_LINE_SOURCE, [S.ALLOCATED], Hindrance.NOTHING_TO_DO),
        (Action.FULFILMENT_PICK, [S.ALLOCATED], None),
        (Action.FULFILMENT_PICK, [S.PICKED], Hindrance.NOTHING_TO_DO),
        (Action.FULFILMENT_PACK, [S.PICKED, S.PICKING], Hindrance.STILL_PICKING),
        (Action.FULFILMENT_PACK, [S.PICKED, S.PACKED], None),
        (Action.FULFILMENT_SHIP, [S.PACKED, S.PICKED], None),
        (Action.FULFILMENT_SHIP, [S.SHIPPED], Hindrance.ALREADY_SHIPPED),
        (Action.FULFILMENT_SHIP, [], Hindrance.NOTHING_TO_DO),
        (Action.PARCEL_DELIVER, [S.SHIPPED], None),
        (Action.PARCEL_DELIVER, [S.DELIVERED], Hindrance.ALREADY_DELIVERED),
        (Action.PARCEL_DELIVER, [S.PACKED], Hindrance.NOTHING_TO_DO),
    ],
)
def test_the_hindrance_is_the_first_that_holds(
    action: Action, states: list[SliceState], expected: Hindrance | None
) -> None:
    assert hindrance_of(action, states) is expected


def test_a_possible_action_always_finds_a_slice_that_the_table_lets_move() -> None:
    for action, states in itertools.product(Action, itertools.product(SliceState, repeat=2)):
        if hindrance_of(action, states) is None:
            assert any(STEPS[state] for state in states if state in RULES[action].moves)


def test_no_action_is_possible_on_what_has_ended() -> None:
    for action in Action:
        assert hindrance_of(action, [S.CANCELLED]) is not None
        assert hindrance_of(action, [S.DELIVERED]) is not None


def test_a_whole_order_is_never_cancelled_once_something_has_left() -> None:
    for left, other in itertools.product(HANDED_OVER, SliceState):
        assert hindrance_of(Action.ORDER_CANCEL, [left, other]) is not None
