"""What a commit tells the world: one event per changed entity, with all its changes."""

from collections.abc import Iterator

from inventory_svc.domain.stock.crossings import ChannelsOf, sections_of_position
from inventory_svc.domain.stock.decisions import GroupDecision
from inventory_svc.domain.stock.draft import InboundChange, PositionChange, ReservationChange
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Position
from inventory_svc.domain.stock.reservation import Awaited, Reservation
from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.open_units import UnitChange
from inventory_svc.domain.stock.units.unit import SerialUnit
from service_kit.messaging.entity_events import NEW, Cause, Fields, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event, text_of
from service_kit.runtime.json_values import JSON

POSITION_CHANGED = "stockPositionChanged"
RESERVATION_CHANGED = "reservationChanged"
INBOUND_CHANGED = "inboundSupplyChanged"
UNIT_CHANGED = "serialUnitChanged"


def no_channels(_: str) -> tuple[str, ...]:
    """Know of no channel that sells from a location."""
    return ()


def events_of(
    decision: GroupDecision,
    traceparent: str | None = None,
    channels_of: ChannelsOf = no_channels,
) -> Iterator[Event]:
    """Give the events of a commit; a position whose count was only confirmed has none."""
    causes = {movement.position: movement for movement in decision.movements}
    for position in decision.positions:
        last = causes.get(position.after.key)
        if last is not None:
            said = sections_of_position(position, decision.now, channels_of)
            yield _position_changed(position, last, said, decision, traceparent)
    for reservation in decision.reservations:
        yield _reservation_changed(reservation, decision, traceparent)
    for inbound in decision.inbound:
        yield _inbound_changed(inbound, decision, traceparent)
    steps = {step.serial: step for step in decision.unit_steps}
    for unit in decision.units:
        if unit.after.serial in steps:
            yield _unit_changed(unit, steps[unit.after.serial], decision, traceparent)


def _position_changed(
    change: PositionChange,
    last: Movement,
    said: Fields,
    decision: GroupDecision,
    traceparent: str | None,
) -> Event:
    sku, location, condition = change.after.key
    entity = EntityRef("StockPosition", change.after.key.identifier)
    before = _counters(change.before) if change.before else NEW
    return entity_event(
        POSITION_CHANGED,
        entity,
        change.after.version,
        Cause(last.actor, last.cause, decision.now),
        (f"location:{location}",),
        differences(before, _counters(change.after)),
        {"sku": sku, "locationCode": location, "condition": condition.value, **said},
        traceparent=traceparent,
    )


def _reservation_changed(
    change: ReservationChange, decision: GroupDecision, traceparent: str | None
) -> Event:
    after = change.after
    entity = EntityRef("Reservation", after.identifier)
    places = sorted({peg.position.location for peg in after.everything})
    audience = [f"location:{code}" for code in places]
    if after.channel is not None:
        audience.append(f"channel:{after.channel}")
    return entity_event(
        RESERVATION_CHANGED,
        entity,
        after.version,
        Cause(after.owner, after.order_id or "", decision.now),
        tuple(audience),
        differences(_standing(change.before) if change.before else NEW, _standing(after)),
        {"kind": after.kind.value, "orderId": after.order_id, "channel": after.channel},
        traceparent=traceparent,
    )


def _inbound_changed(
    change: InboundChange, decision: GroupDecision, traceparent: str | None
) -> Event:
    key = change.after.key
    sku, location, condition = key.position
    return entity_event(
        INBOUND_CHANGED,
        EntityRef("InboundSupply", key.identifier),
        change.after.version,
        Cause("inventory", key.reference, decision.now),
        (f"location:{location}",),
        differences(_expected(change.before) if change.before else NEW, _expected(change.after)),
        {"sku": sku, "locationCode": location, "condition": condition.value},
        traceparent=traceparent,
    )


def _expected(supply: InboundSupply) -> Fields:
    announced = supply.announced
    ship_before = announced.ship_before
    return {
        "state": supply.state.value,
        "quantity": announced.quantity,
        "received": supply.received,
        "pegged": supply.pegged,
        "expectedAt": text_of(announced.expected_at),
        "availableFrom": text_of(announced.available_from),
        "shipBefore": None if ship_before is None else text_of(ship_before),
    }


def _unit_changed(
    change: UnitChange, last: UnitStep, decision: GroupDecision, traceparent: str | None
) -> Event:
    before, after = change
    places = {unit.position.location for unit in (before, after) if unit is not None}
    return entity_event(
        UNIT_CHANGED,
        EntityRef("SerialUnit", after.serial),
        after.version,
        Cause(last.actor, last.cause, decision.now),
        tuple(f"location:{code}" for code in sorted(places)),
        differences(_standing_of_unit(before) if before else NEW, _standing_of_unit(after)),
        {"sku": after.position.sku},
        traceparent=traceparent,
    )


def _standing_of_unit(unit: SerialUnit) -> Fields:
    claim, price = unit.claim, unit.price
    return {
        "state": unit.state.value,
        "locationCode": unit.position.location,
        "condition": unit.position.condition.value,
        "epc": unit.epc,
        "price": {"amount": price.format(), "currency": price.currency} if price else None,
        "reservationId": claim.reservation_id if claim else None,
        "lineId": claim.line_id if claim else None,
        "orderId": claim.order_id if claim else None,
        "uses": unit.uses,
    }


def _counters(position: Position) -> Fields:
    return {
        "onHand": position.on_hand,
        "allocated": position.allocated,
        "reserved": position.reserved,
        "unavailable": position.unavailable_units,
    }


def _standing(reservation: Reservation) -> Fields:
    """Say where a reservation stands; only one that waited for goods says for which."""
    waiting: Fields = {
        "awaited": [_awaited(row) for row in reservation.awaited],
        "late": reservation.is_late,
    }
    return {
        **(waiting if reservation.queue else {}),
        "state": reservation.state.value,
        "expiresAt": text_of(reservation.expires_at) if reservation.expires_at else None,
        "lines": [
            {
                "lineId": peg.line_id,
                "sku": peg.position.sku,
                "condition": peg.position.condition.value,
                "locationCode": peg.position.location,
                "quantity": peg.quantity,
                "consumed": peg.consumed,
                "released": peg.released,
                "short": peg.short,
            }
            for peg in reservation.pegs
        ],
    }


def _awaited(row: Awaited) -> JSON:
    return {
        "lineId": row.line_id,
        "sku": row.position.sku,
        "condition": row.position.condition.value,
        "locationCode": row.position.location,
        "open": row.open,
        "short": row.short,
        "writtenOff": row.written_off,
        "availableFrom": text_of(row.available_from),
    }
