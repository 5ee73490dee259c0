"""Packing: picked goods are put into parcels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.lifecycles.actions import Action
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Hands, Matching, NotEnough, move
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed, require
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel
from order_svc.domain.refusals import quantity_exceeded
from service_kit.commands.denials import invalid, not_found


@dataclass(frozen=True, slots=True)
class PackedParcel:
    """What was put into one parcel, in units by line id, and what it weighs in grams."""

    quantities: Mapping[str, int]
    weight_grams: int | None = None


def pack(order: Order, fulfilment: Fulfilment, packed: Sequence[PackedParcel]) -> Change:
    """Put picked goods into new parcels; what is left can be packed later."""
    require(Action.FULFILMENT_PACK, order.states_in(fulfilment.id))
    _check(packed)
    after, parcels, entries = order, list(fulfilment.parcels), list[Entry]()
    for index, one in enumerate(packed):
        parcel_id = f"{fulfilment.id}.p{len(parcels) + 1}"
        after = _filled(after, fulfilment, one, parcel_id, index)
        parcels.append(Parcel(parcel_id, fulfilment.id, lines=(), weight_grams=one.weight_grams))
        details = {"fulfilment": fulfilment.id, "location": fulfilment.location.code}
        entries.append(Entry(Happening.PARCEL_PACKED, SubjectType.PARCEL, parcel_id, details))
    after = after.with_fulfilment(replace(fulfilment, parcels=tuple(parcels)))
    return changed(order, after, entries=entries, effects=[])


def _check(packed: Sequence[PackedParcel]) -> None:
    if not packed:
        raise invalid("Say what is in at least one parcel.", "input", "parcels")
    for index, one in enumerate(packed):
        path = ("input", "parcels", str(index))
        if not one.quantities:
            raise invalid("A parcel holds something.", *path, "lines")
        if min(one.quantities.values()) < 1:
            raise invalid("A parcel holds at least one unit of a line.", *path, "lines")
        if one.weight_grams is not None and one.weight_grams < 1:
            raise invalid("A weight is positive.", *path, "weightGrams")


def _filled(
    order: Order, fulfilment: Fulfilment, one: PackedParcel, parcel_id: str, index: int
) -> Order:
    path = ("input", "parcels", str(index), "lines")
    hands = Hands(fulfilment_id=fulfilment.id, parcel_id=parcel_id)
    for line_id, quantity in one.quantities.items():
        line = order.line(line_id)
        if line is None:
            raise not_found("line in this order", *path)
        try:
            moved = move(
                line, quantity, _picked_by(fulfilment.id), (SliceState.PACKED,), hands=hands
            )
        except NotEnough as error:
            raise quantity_exceeded(line_id, quantity, error.there_is, *path) from error
        order = order.with_line(moved)
    return order


def _picked_by(fulfilment_id: str) -> Matching:
    return lambda part: (
        part.hands.fulfilment_id == fulfilment_id and part.state is SliceState.PICKED
    )
