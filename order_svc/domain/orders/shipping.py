"""Shipping and delivery: parcels leave a location, and arrive."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.lifecycles.actions import Action
from order_svc.domain.lifecycles.parcel_state import ParcelState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line, move
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed, require
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel
from order_svc.domain.stock_effects import ConsumeStock, StockLine, effect_key
from service_kit.commands.denials import invalid, not_found
from service_kit.commands.naming import refuse_any, text_errors


@dataclass(frozen=True, slots=True)
class ShippedParcel:
    """A parcel given to the carrier, with the number under which it can be followed."""

    parcel_id: str
    tracking_number: str | None = None


def ship(
    order: Order,
    fulfilment: Fulfilment,
    carrier: str | None,
    shipped: Sequence[ShippedParcel],
    at: datetime,
) -> Change:
    """Hand parcels over to the carrier, all those packed unless some are named."""
    require(Action.FULFILMENT_SHIP, order.states_in(fulfilment.id))
    drafts = {one.id: one for one in fulfilment.parcels if one.state is ParcelState.DRAFT}
    chosen = list(shipped) or [ShippedParcel(parcel_id) for parcel_id in drafts]
    _check(carrier, chosen, drafts)
    left = {
        one.parcel_id: replace(
            drafts[one.parcel_id],
            carrier=carrier,
            tracking_number=one.tracking_number,
            shipped_at=at,
        )
        for one in chosen
    }
    after = order.with_fulfilment(_with_parcels(fulfilment, left))
    after = after.with_lines(lambda line: _moved(line, frozenset(left), SliceState.SHIPPED))
    consumed = ConsumeStock(
        effect_key(order.id, order.version + 1, 0),
        order.id,
        fulfilment.reservation_id,
        _leaving(fulfilment, list(left.values())),
    )
    entries = [_told(Happening.PARCEL_SHIPPED, parcel) for parcel in left.values()]
    return changed(order, after, entries=entries, effects=[consumed])


def deliver(order: Order, parcel: Parcel, at: datetime) -> Change:
    """Record that a parcel has reached its addressee."""
    require(Action.PARCEL_DELIVER, order.states_in_parcel(parcel.id))
    fulfilment = order.fulfilment(parcel.fulfilment_id)
    if fulfilment is None:
        raise not_found("fulfilment")
    arrived = replace(parcel, delivered_at=at)
    after = order.with_fulfilment(_with_parcels(fulfilment, {parcel.id: arrived}))
    after = after.with_lines(
        lambda line: _moved(line, frozenset({parcel.id}), SliceState.DELIVERED)
    )
    entries = [_told(Happening.PARCEL_DELIVERED, arrived)]
    return changed(order, after, entries=entries, effects=[])


def _check(carrier: str | None, chosen: Sequence[ShippedParcel], drafts: dict[str, Parcel]) -> None:
    if carrier:
        refuse_any(text_errors(carrier, "input", "carrier"))
    if len({one.parcel_id for one in chosen}) < len(chosen):
        raise invalid("Name each parcel once.", "input", "parcels")
    for index, one in enumerate(chosen):
        if one.parcel_id not in drafts:
            path = ("input", "parcels", str(index), "parcelId")
            raise not_found("parcel waiting in this fulfilment", *path)
        if one.tracking_number:
            path = ("input", "parcels", str(index), "trackingNumber")
            refuse_any(text_errors(one.tracking_number, *path))


def _with_parcels(fulfilment: Fulfilment, changed_parcels: dict[str, Parcel]) -> Fulfilment:
    parcels = tuple(changed_parcels.get(one.id, one) for one in fulfilment.parcels)
    return replace(fulfilment, parcels=parcels)


def _moved(line: Line, parcel_ids: frozenset[str], state: SliceState) -> Line:
    quantity = sum(part.quantity for part in line.slices if part.hands.parcel_id in parcel_ids)
    return move(line, quantity, lambda part: part.hands.parcel_id in parcel_ids, (state,))


def _leaving(fulfilment: Fulfilment, parcels: Sequence[Parcel]) -> tuple[StockLine, ...]:
    quantities: dict[str, int] = {}
    for parcel in parcels:
        for line in parcel.lines:
            quantities[line.line_id] = quantities.get(line.line_id, 0) + line.quantity
    return tuple(
        StockLine(line_id, fulfilment.location.code, quantity)
        for line_id, quantity in quantities.items()
    )


def _told(happening: Happening, parcel: Parcel) -> Entry:
    details = {"fulfilment": parcel.fulfilment_id}
    if parcel.carrier:
        details["carrier"] = parcel.carrier
    if parcel.tracking_number:
        details["trackingNumber"] = parcel.tracking_number
    return Entry(happening, SubjectType.PARCEL, parcel.id, details)
