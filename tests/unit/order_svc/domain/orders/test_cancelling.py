import pytest

from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.orders.cancelling import CancelReason, cancel_line, cancel_order, source_again
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.orders.sourcing import sourced
from order_svc.domain.stock_effects import ReleaseStock, SourceLine, StockLine
from service_kit.commands.refusal import Refusal
from tests.support.orders import (
    AT,
    a_placing_order,
    an_order,
    fulfilment_of,
    line_of,
    packed,
    picked,
    shipped,
)

REASON = CancelReason.CUSTOMER_REQUEST


def test_cancelling_an_order_releases_each_location_once() -> None:
    order = an_order(2, 1, at={"S1": {"o1.l1": 2}, "S2": {"o1.l2": 1}})
    change = cancel_order(order, REASON)
    assert change.order.status is OrderStatus.CANCELLED
    assert change.effects == (
        ReleaseStock("o1.e2.0", "o1", "r1", (StockLine("o1.l1", "S1", 2),)),
        ReleaseStock("o1.e2.1", "o1", "r1", (StockLine("o1.l2", "S2", 1),)),
    )
    assert change.order.totals.due.minor == 0


def test_the_least_advanced_units_of_a_line_are_cancelled_first() -> None:
    order = an_order(4)
    order = pick(order, fulfilment_of(order), [PickedLine("o1.l1", 2)], AT).order
    change = cancel_line(order, line_of(order), 3, REASON)
    assert [(part.quantity, part.state) for part in line_of(change.order).slices] == [
        (1, SliceState.PICKED),
        (3, SliceState.CANCELLED),
    ]


def test_units_that_are_being_sought_are_cancelled_without_releasing_anything() -> None:
    order = an_order(1)
    short = PickedLine("o1.l1", 0, 1, ShortReason.NOT_FOUND)
    order = pick(order, fulfilment_of(order), [short], AT).order
    change = cancel_order(order, REASON)
    assert change.order.status is OrderStatus.CANCELLED
    assert change.effects == ()


def test_what_has_left_stays_when_the_rest_of_its_line_is_cancelled() -> None:
    order = an_order(2, at={"S1": {"o1.l1": 1}, "S2": {"o1.l1": 1}})
    order = shipped(packed(picked(order)))
    change = cancel_line(order, line_of(order), None, REASON)
    assert change.order.status is OrderStatus.SHIPPED
    assert change.effects[0] == ReleaseStock(
        change.effects[0].key, "o1", "r1", (StockLine("o1.l1", "S2", 1),)
    )
    with pytest.raises(Refusal) as refused:
        cancel_line(change.order, line_of(change.order), None, REASON)
    assert refused.value.params["reason"] == "ALREADY_SHIPPED"


@pytest.mark.parametrize(("quantity", "code"), [(0, "INVALID_INPUT"), (4, "QUANTITY_EXCEEDED")])
def test_a_quantity_that_is_not_there_is_refused(quantity: int, code: str) -> None:
    order = an_order(3)
    with pytest.raises(Refusal) as refused:
        cancel_line(order, line_of(order), quantity, REASON)
    assert refused.value.code == code


def test_an_order_that_is_being_placed_is_not_cancelled() -> None:
    with pytest.raises(Refusal) as refused:
        cancel_order(a_placing_order(1), REASON)
    assert refused.value.params["reason"] == "PLACEMENT_IN_PROGRESS"


def test_what_could_not_be_filled_is_sought_again_under_a_new_key() -> None:
    order = an_order(1)
    short = PickedLine("o1.l1", 0, 1, ShortReason.NOT_FOUND)
    order = pick(order, fulfilment_of(order), [short], AT).order
    change = sourced(order, "o1.l1", "o1.e2.1", [], AT)
    assert change is not None
    assert [part.state for part in line_of(change.order).slices] == [SliceState.UNFILLABLE]
    again = source_again(change.order, line_of(change.order))
    assert again.effects == (SourceLine("o1.e4.0", "o1", "o1.l1", 1),)
    with pytest.raises(Refusal, match="ACTION_NOT_ALLOWED"):
        source_again(again.order, line_of(again.order))
