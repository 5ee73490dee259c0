"""Counts of goods: never negative, never of two units."""

import pytest

from retail_kit.quantities import (
    LARGEST,
    InvalidQuantity,
    Quantity,
    Unit,
    UnitMismatch,
    require_non_negative,
    require_positive,
)


@pytest.mark.parametrize("count", [-1, LARGEST + 1])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(InvalidQuantity):
        require_non_negative(count)
    with pytest.raises(InvalidQuantity):
        Quantity(count)


def test_nothing_is_a_quantity_but_not_a_positive_one() -> None:
    assert require_non_negative(0) == 0
    with pytest.raises(InvalidQuantity):
        require_positive(0)
    assert require_positive(LARGEST) == LARGEST


def test_taking_more_than_there_is_fails_unless_asked_for_as_much_as_there_is() -> None:
    with pytest.raises(InvalidQuantity):
        Quantity(2) - Quantity(3)
    assert Quantity(2).less(Quantity(3)) == Quantity(0)
    assert Quantity(2) + Quantity(3) == Quantity(5)
    assert Quantity(2).at_most(Quantity(1)) == Quantity(1)


def test_pieces_and_grams_do_not_mix() -> None:
    with pytest.raises(UnitMismatch):
        Quantity(1) + Quantity(1, Unit.GRAM)
