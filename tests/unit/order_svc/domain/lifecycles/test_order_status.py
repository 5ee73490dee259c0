import itertools

import pytest

from order_svc.domain.lifecycles.order_status import (
    FOLD,
    TOLD_TO_CUSTOMERS,
    WORKED_ROWS,
    OrderStatus,
    folded_status,
)
from order_svc.domain.lifecycles.slices import SliceState

S = SliceState


@pytest.mark.parametrize(("states", "status"), WORKED_ROWS)
def test_every_worked_row_folds_as_published(
    states: tuple[SliceState, ...], status: OrderStatus
) -> None:
    assert folded_status(states) is status


def test_shipped_delivered_and_cancelled_lines_make_a_partially_delivered_order() -> None:
    assert folded_status([S.SHIPPED, S.DELIVERED, S.CANCELLED]) is OrderStatus.PARTIALLY_DELIVERED


def said_in_words(states: tuple[SliceState, ...]) -> OrderStatus:
    """The fold written a second time, as sentences, to check the table."""
    live = [state for state in states if state is not S.CANCELLED]
    arrived = [state for state in live if state in (S.DELIVERED, S.RETURN_DECLARED, S.RETURNED)]
    gone = [state for state in live if state is S.SHIPPED or state in arrived]
    if not live:
        return OrderStatus.CANCELLED
    if S.PLACED in live:
        return OrderStatus.PLACING
    if set(live) == {S.RETURNED}:
        return OrderStatus.RETURNED
    if arrived:
        whole = len(arrived) == len(live)
        return OrderStatus.DELIVERED if whole else OrderStatus.PARTIALLY_DELIVERED
    if gone:
        return OrderStatus.SHIPPED if len(gone) == len(live) else OrderStatus.PARTIALLY_SHIPPED
    if any(state in (S.PICKING, S.SHORT, S.PICKED, S.PACKED) for state in live):
        return OrderStatus.IN_PROGRESS
    return OrderStatus.OPEN


def test_all_combinations_of_up_to_three_lines_fold_as_the_sentences_say() -> None:
    seen = 0
    for size in (1, 2, 3):
        for states in itertools.product(SliceState, repeat=size):
            assert folded_status(states) is said_in_words(states), states
            seen += 1
    assert seen == 14 + 14**2 + 14**3


def test_neither_order_nor_repetition_of_lines_changes_the_status() -> None:
    for states in itertools.combinations(SliceState, 3):
        first = folded_status(states)
        assert {folded_status(other) for other in itertools.permutations(states)} == {first}
        assert folded_status(states * 2) is first


def test_a_cancelled_line_never_changes_the_status_of_the_others() -> None:
    for states in itertools.product(SliceState, repeat=2):
        assert folded_status((*states, S.CANCELLED)) is folded_status(states)


def test_every_row_of_the_table_is_reached_and_every_status_has_a_row_and_a_label() -> None:
    reached = {
        folded_status(states)
        for size in (1, 2)
        for states in itertools.product(SliceState, repeat=size)
    }
    assert reached == {row.status for row in FOLD} == set(OrderStatus)
    assert set(TOLD_TO_CUSTOMERS) == set(OrderStatus)
