"""One change to an order: the order after it, what to tell people, what to ask of stock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from order_svc.domain.lifecycles.actions import Action, hindrance_of
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.orders.order import Order, folded
from order_svc.domain.refusals import action_not_allowed
from order_svc.domain.stock_effects import StockEffect


class Happening(StrEnum):
    """What the timeline of an order can tell."""

    ORDER_PLACED = "ORDER_PLACED"
    LINES_ALLOCATED = "LINES_ALLOCATED"
    LINE_BACKORDERED = "LINE_BACKORDERED"
    LINE_UNFILLABLE = "LINE_UNFILLABLE"
    LINE_SOURCING_STARTED = "LINE_SOURCING_STARTED"
    LINE_CANCELLED = "LINE_CANCELLED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    GOODS_PICKED = "GOODS_PICKED"
    GOODS_SHORT = "GOODS_SHORT"
    PARCEL_PACKED = "PARCEL_PACKED"
    PARCEL_SHIPPED = "PARCEL_SHIPPED"
    PARCEL_DELIVERED = "PARCEL_DELIVERED"


class SubjectType(StrEnum):
    """What a line of the timeline is about."""

    ORDER = "Order"
    ORDER_LINE = "OrderLine"
    FULFILMENT = "Fulfilment"
    PARCEL = "Parcel"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: ids and figures only, nothing personal."""

    happening: Happening
    subject_type: SubjectType
    subject_id: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The order after a change, the timeline's new lines, and what stock is asked to do."""

    order: Order
    entries: tuple[Entry, ...]
    effects: tuple[StockEffect, ...] = ()


def changed(
    before: Order, after: Order, *, entries: list[Entry], effects: list[StockEffect]
) -> Change:
    """Fold the states and number the versions of everything that differs."""
    return Change(versioned(before, folded(after)), tuple(entries), tuple(effects))


def versioned(before: Order, after: Order) -> Order:
    """The order one version on; each part one version on if it differs from before."""
    lines = tuple(
        line if line == before.line(line.id) else replace(line, version=line.version + 1)
        for line in after.lines
    )
    fulfilments = []
    for fulfilment in after.fulfilments:
        parcels = tuple(
            parcel
            if parcel == before.parcel(parcel.id)
            else replace(parcel, version=parcel.version + 1)
            for parcel in fulfilment.parcels
        )
        numbered = replace(fulfilment, parcels=parcels)
        if numbered != before.fulfilment(fulfilment.id):
            numbered = replace(numbered, version=fulfilment.version + 1)
        fulfilments.append(numbered)
    return replace(after, lines=lines, fulfilments=tuple(fulfilments), version=before.version + 1)


def require(action: Action, states: tuple[SliceState, ...]) -> None:
    """Refuse the action if the table of actions does not allow it on these states."""
    hindrance = hindrance_of(action, states)
    if hindrance is not None:
        raise action_not_allowed(action, hindrance)
