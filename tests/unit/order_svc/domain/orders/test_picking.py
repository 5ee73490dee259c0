from typing import Any

import pytest

from order_svc.domain.fulfilments.fulfilment import Shortage, ShortReason
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.stock_effects import CorrectStock, SourceLine, StockLine
from service_kit.commands.refusal import Refusal
from tests.support.orders import AT, an_order, fulfilment_of, line_of, picked

NOT_FOUND = ShortReason.NOT_FOUND


def states(order: Any, place: int = 1) -> list[tuple[int, SliceState]]:
    return [(part.quantity, part.state) for part in line_of(order, place).slices]


def test_a_first_round_starts_everything_and_picks_what_it_says() -> None:
    order = an_order(3, 2)
    after = pick(order, fulfilment_of(order), [PickedLine("o1.l1", 2)], AT).order
    assert states(after) == [(1, SliceState.PICKING), (2, SliceState.PICKED)]
    assert states(after, 2) == [(2, SliceState.PICKING)]
    assert fulfilment_of(after).state is FulfilmentState.PICKING


def test_the_last_round_ends_the_picking() -> None:
    assert fulfilment_of(picked(an_order(3, 2))).state is FulfilmentState.PICKED


def test_what_is_short_is_corrected_here_and_sought_elsewhere_under_the_key_of_its_slice() -> None:
    order = an_order(3)
    change = pick(order, fulfilment_of(order), [PickedLine("o1.l1", 1, 2, NOT_FOUND, 4)], AT)
    correct, source = change.effects
    assert correct == CorrectStock("o1.e2.0", "o1", "r1", StockLine("o1.l1", "S1", 2), NOT_FOUND, 4)
    assert source == SourceLine("o1.e2.1", "o1", "o1.l1", 2)
    sought = [part for part in line_of(change.order).slices if part.hands.sourcing_id]
    assert [(part.quantity, part.hands.sourcing_id) for part in sought] == [(2, "o1.e2.1")]
    assert line_of(change.order).excluded_locations == ("S1",)
    assert fulfilment_of(change.order).shortages == (Shortage("o1.l1", 2, NOT_FOUND, 4, AT),)


def test_a_location_that_had_nothing_is_short_and_done() -> None:
    order = an_order(2, at={"S1": {"o1.l1": 1}, "S2": {"o1.l1": 1}})
    change = pick(order, fulfilment_of(order), [PickedLine("o1.l1", 0, 1, NOT_FOUND)], AT)
    assert [one.state for one in change.order.fulfilments] == [
        FulfilmentState.SHORT,
        FulfilmentState.ASSIGNED,
    ]


def test_a_second_shortage_excludes_the_second_location_too() -> None:
    order = an_order(2, at={"S1": {"o1.l1": 1}, "S2": {"o1.l1": 1}})
    for place in (1, 2):
        fulfilment = fulfilment_of(order, place)
        order = pick(order, fulfilment, [PickedLine("o1.l1", 0, 1, NOT_FOUND)], AT).order
    assert line_of(order).excluded_locations == ("S1", "S2")
    keys = {part.hands.sourcing_id for part in line_of(order).slices}
    assert keys == {"o1.e2.1", "o1.e3.1"}


@pytest.mark.parametrize(
    ("lines", "code", "path"),
    [
        ([], "INVALID_INPUT", ("input", "lines")),
        ([PickedLine("o1.l1", 1)] * 2, "INVALID_INPUT", ("input", "lines")),
        ([PickedLine("o1.l1", -1)], "INVALID_INPUT", ("input", "lines", "0")),
        ([PickedLine("o1.l1", 0)], "INVALID_INPUT", ("input", "lines", "0")),
        ([PickedLine("o1.l1", 0, 1)], "INVALID_INPUT", ("input", "lines", "0", "reason")),
        ([PickedLine("o1.l1", 1, 0, None, -1)], "INVALID_INPUT", ("input", "lines", "0")),
        ([PickedLine("o1.l9", 1)], "NOT_FOUND", ("input", "lines", "0", "lineId")),
        ([PickedLine("o1.l1", 2, 2, NOT_FOUND)], "QUANTITY_EXCEEDED", ("input", "lines", "0")),
    ],
)
def test_a_round_that_makes_no_sense_is_refused_with_its_path(
    lines: list[PickedLine], code: str, path: tuple[str, ...]
) -> None:
    order = an_order(3)
    with pytest.raises(Refusal) as refused:
        pick(order, fulfilment_of(order), lines, AT)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_a_line_of_another_fulfilment_is_not_found_in_this_one() -> None:
    order = an_order(1, 1, at={"S1": {"o1.l1": 1}, "S2": {"o1.l2": 1}})
    with pytest.raises(Refusal, match="NOT_FOUND"):
        pick(order, fulfilment_of(order), [PickedLine("o1.l2", 1)], AT)


def test_picking_again_what_is_picked_is_not_possible() -> None:
    order = picked(an_order(1))
    with pytest.raises(Refusal) as refused:
        pick(order, fulfilment_of(order), [PickedLine("o1.l1", 1)], AT)
    assert refused.value.params == {"action": "FULFILMENT_PICK", "reason": "NOTHING_TO_DO"}
