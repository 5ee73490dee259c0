from dataclasses import replace

import pytest

from order_svc.domain.lifecycles.slices import IllegalStep, SliceState
from order_svc.domain.lines.line import Hands, Line, NotEnough, PriceSource, Slice, merged, move
from retail_kit.money import Money

S = SliceState
F1, F2 = Hands("f1"), Hands("f2")


def anything(_: Slice) -> bool:
    return True


def a_line(*slices: Slice) -> Line:
    quantity = sum(part.quantity for part in slices)
    return Line("l1", "A", quantity, Money(250, "EUR"), PriceSource.GIVEN, merged(slices))


def test_moving_some_units_splits_the_slice_and_keeps_the_sum() -> None:
    moved = move(a_line(Slice(5, S.PICKING, F1)), 3, anything, (S.PICKED,))
    assert moved.slices == (Slice(2, S.PICKING, F1), Slice(3, S.PICKED, F1))


def test_moving_units_takes_from_several_slices_in_their_order() -> None:
    line = a_line(Slice(2, S.ALLOCATED, F1), Slice(2, S.ALLOCATED, F2))
    moved = move(line, 3, anything, (S.CANCELLED,), hands=Hands())
    assert moved.slices == (Slice(1, S.ALLOCATED, F2), Slice(3, S.CANCELLED))


def test_units_that_become_alike_are_one_slice() -> None:
    assert merged([Slice(1, S.PICKED, F1), Slice(2, S.PICKED, F1), Slice(1, S.PACKED, F1)]) == (
        Slice(3, S.PICKED, F1),
        Slice(1, S.PACKED, F1),
    )


def test_more_units_than_there_are_change_nothing() -> None:
    line = a_line(Slice(2, S.PICKING, F1))
    with pytest.raises(NotEnough) as refused:
        move(line, 3, anything, (S.PICKED,))
    assert (refused.value.asked, refused.value.there_is) == (3, 2)
    assert line == a_line(Slice(2, S.PICKING, F1))


def test_an_illegal_step_changes_nothing() -> None:
    line = a_line(Slice(2, S.ALLOCATED, F1))
    with pytest.raises(IllegalStep):
        move(line, 1, anything, (S.SHIPPED,))
    assert line == a_line(Slice(2, S.ALLOCATED, F1))


def test_a_line_whose_slices_do_not_add_up_cannot_exist() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Line("l1", "A", 3, Money(1, "EUR"), PriceSource.GIVEN, (Slice(2, S.PLACED),))


def test_the_money_of_a_line_is_units_times_price() -> None:
    line = replace(a_line(Slice(2, S.CANCELLED), Slice(3, S.SHIPPED, F1)), charged_minor=750)
    assert line.total == Money(1250, "EUR")
    assert line.cancelled_total == Money(500, "EUR")
