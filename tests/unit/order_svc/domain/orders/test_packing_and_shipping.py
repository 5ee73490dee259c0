import pytest

from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lifecycles.parcel_state import ParcelState
from order_svc.domain.orders.cancelling import CancelReason, cancel_line
from order_svc.domain.orders.packing import PackedParcel, pack
from order_svc.domain.orders.shipping import ShippedParcel, deliver, ship
from order_svc.domain.parcels.parcel import ParcelLine
from order_svc.domain.stock_effects import ConsumeStock, StockLine
from service_kit.commands.refusal import Refusal
from tests.support.orders import AT, an_order, fulfilment_of, line_of, packed, picked, shipped


def test_one_fulfilment_can_be_two_parcels_each_with_its_lines() -> None:
    order = picked(an_order(3, 1))
    parcels = [PackedParcel({"o1.l1": 2}, 500), PackedParcel({"o1.l1": 1, "o1.l2": 1}, 700)]
    after = pack(order, fulfilment_of(order), parcels).order
    first, second = after.parcels
    assert (first.id, first.lines, first.weight_grams) == (
        "o1.f1.p1",
        (ParcelLine("o1.l1", 2),),
        500,
    )
    assert second.lines == (ParcelLine("o1.l1", 1), ParcelLine("o1.l2", 1))
    assert fulfilment_of(after).state is FulfilmentState.PACKED


def test_what_is_not_packed_yet_can_be_packed_later() -> None:
    order = picked(an_order(3))
    order = pack(order, fulfilment_of(order), [PackedParcel({"o1.l1": 2})]).order
    assert fulfilment_of(order).state is FulfilmentState.PICKED
    order = pack(order, fulfilment_of(order), [PackedParcel({"o1.l1": 1})]).order
    assert [parcel.id for parcel in order.parcels] == ["o1.f1.p1", "o1.f1.p2"]
    assert fulfilment_of(order).state is FulfilmentState.PACKED


@pytest.mark.parametrize(
    ("parcels", "code"),
    [
        ([], "INVALID_INPUT"),
        ([PackedParcel({})], "INVALID_INPUT"),
        ([PackedParcel({"o1.l1": 0})], "INVALID_INPUT"),
        ([PackedParcel({"o1.l1": 1}, 0)], "INVALID_INPUT"),
        ([PackedParcel({"o1.l9": 1})], "NOT_FOUND"),
        ([PackedParcel({"o1.l1": 1}), PackedParcel({"o1.l1": 2})], "QUANTITY_EXCEEDED"),
    ],
)
def test_parcels_that_make_no_sense_are_refused(parcels: list[PackedParcel], code: str) -> None:
    order = picked(an_order(2))
    with pytest.raises(Refusal) as refused:
        pack(order, fulfilment_of(order), parcels)
    assert refused.value.code == code


def test_packing_before_picking_has_ended_is_not_possible() -> None:
    order = an_order(1)
    with pytest.raises(Refusal) as refused:
        pack(order, fulfilment_of(order), [PackedParcel({"o1.l1": 1})])
    assert refused.value.params["reason"] == "STILL_PICKING"


def test_shipping_consumes_exactly_what_leaves() -> None:
    order = picked(an_order(3, 2))
    parcels = [PackedParcel({"o1.l1": 2, "o1.l2": 2}), PackedParcel({"o1.l1": 1})]
    order = pack(order, fulfilment_of(order), parcels).order
    change = ship(order, fulfilment_of(order), "Colis", [ShippedParcel("o1.f1.p1", "T1")], AT)
    assert change.effects == (
        ConsumeStock(
            f"o1.e{order.version + 1}.0",
            "o1",
            "r1",
            (StockLine("o1.l1", "S1", 2), StockLine("o1.l2", "S1", 2)),
        ),
    )
    first, second = change.order.parcels
    assert (first.state, first.tracking_number, first.carrier, first.shipped_at) == (
        ParcelState.HANDED_OVER,
        "T1",
        "Colis",
        AT,
    )
    assert second.state is ParcelState.DRAFT
    assert change.order.status is OrderStatus.PARTIALLY_SHIPPED


def test_without_naming_parcels_all_that_are_packed_leave() -> None:
    order = shipped(packed(picked(an_order(2))))
    assert order.status is OrderStatus.SHIPPED
    assert fulfilment_of(order).state is FulfilmentState.HANDED_OVER


@pytest.mark.parametrize(
    ("parcels", "code"),
    [
        ([ShippedParcel("o1.f1.p9")], "NOT_FOUND"),
        ([ShippedParcel("o1.f1.p1")] * 2, "INVALID_INPUT"),
    ],
)
def test_parcels_that_are_not_there_do_not_leave(parcels: list[ShippedParcel], code: str) -> None:
    order = packed(picked(an_order(1)))
    with pytest.raises(Refusal) as refused:
        ship(order, fulfilment_of(order), None, parcels, AT)
    assert refused.value.code == code


def test_two_parcels_arrive_one_after_the_other() -> None:
    order = picked(an_order(2))
    parcels = [PackedParcel({"o1.l1": 1}), PackedParcel({"o1.l1": 1})]
    order = pack(order, fulfilment_of(order), parcels).order
    order = shipped(order)
    order = deliver(order, order.parcels[0], AT).order
    assert order.status is OrderStatus.PARTIALLY_DELIVERED
    order = deliver(order, order.parcels[1], AT).order
    assert order.status is OrderStatus.DELIVERED
    assert [parcel.delivered_at for parcel in order.parcels] == [AT, AT]


def test_a_parcel_that_has_not_left_does_not_arrive() -> None:
    order = packed(picked(an_order(1)))
    with pytest.raises(Refusal, match="ACTION_NOT_ALLOWED"):
        deliver(order, order.parcels[0], AT)


def test_a_parcel_of_which_everything_is_cancelled_is_cancelled_and_empty() -> None:
    order = packed(picked(an_order(1)))
    order = cancel_line(order, line_of(order), None, CancelReason.OTHER).order
    (parcel,) = order.parcels
    assert (parcel.state, parcel.lines) == (ParcelState.CANCELLED, ())
    assert fulfilment_of(order).state is FulfilmentState.CANCELLED
