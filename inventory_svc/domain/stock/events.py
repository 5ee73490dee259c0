"""What a commit tells the world: one event per changed entity, with all its changes."""

from collections.abc import Iterator, Mapping

from inventory_svc.domain.stock.crossings import ChannelsOf, sections_of_position
from inventory_svc.domain.stock.decisions import GroupDecision
from inventory_svc.domain.stock.draft import PositionChange, ReservationChange
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Position
from inventory_svc.domain.stock.reservation import Reservation
from service_kit.messaging.envelope import Change, EntityRef, Event, text_of
from service_kit.runtime.identifiers import derived_identifier
from service_kit.runtime.json_values import JSON

POSITION_CHANGED = "stockPositionChanged"
RESERVATION_CHANGED = "reservationChanged"


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


def _position_changed(
    change: PositionChange,
    last: Movement,
    said: Mapping[str, JSON],
    decision: GroupDecision,
    traceparent: str | None,
) -> Event:
    sku, location, condition = change.after.key
    entity = EntityRef("StockPosition", change.after.key.identifier)
    return Event(
        event_id=_event_id(entity, change.after.version),
        type=POSITION_CHANGED,
        entity=entity,
        seq=change.after.version,
        occurred_at=decision.now,
        actor=last.actor,
        cause=last.cause,
        audience=(f"location:{location}",),
        changes=_differences(
            _counters(change.before) if change.before else {}, _counters(change.after)
        ),
        data={"sku": sku, "locationCode": location, "condition": condition.value, **said},
        traceparent=traceparent,
    )


def _reservation_changed(
    change: ReservationChange, decision: GroupDecision, traceparent: str | None
) -> Event:
    after = change.after
    entity = EntityRef("Reservation", after.identifier)
    places = sorted({peg.position.location for peg in after.pegs})
    audience = [f"location:{code}" for code in places]
    if after.channel is not None:
        audience.append(f"channel:{after.channel}")
    return Event(
        event_id=_event_id(entity, after.version),
        type=RESERVATION_CHANGED,
        entity=entity,
        seq=after.version,
        occurred_at=decision.now,
        actor=after.owner,
        cause=after.order_id or "",
        audience=tuple(audience),
        changes=_differences(_standing(change.before) if change.before else {}, _standing(after)),
        data={"kind": after.kind.value, "orderId": after.order_id, "channel": after.channel},
        traceparent=traceparent,
    )


def _event_id(entity: EntityRef, version: int) -> str:
    return derived_identifier(entity.type, entity.id, str(version))


def _counters(position: Position) -> Mapping[str, JSON]:
    return {
        "onHand": position.on_hand,
        "allocated": position.allocated,
        "reserved": position.reserved,
    }


def _standing(reservation: Reservation) -> Mapping[str, JSON]:
    return {
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


def _differences(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> dict[str, Change]:
    return {
        name: Change(before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }
