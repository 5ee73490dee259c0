"""Positions, movements and reservations as documents, and back; pure."""

from typing import Any

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.rules.sale import USUAL_SERVICE, OrderType, Service, ServiceLevel
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey, Shipped
from inventory_svc.domain.stock.inbound.supply import named_supply
from inventory_svc.domain.stock.movement import (
    DECLARATIONS,
    PICKS,
    AdjustmentReason,
    Movement,
    MovementKind,
)
from inventory_svc.domain.stock.pace import NO_PACE, Pace
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from inventory_svc.domain.stock.reservation import (
    Awaited,
    Peg,
    Reservation,
    ReservationKind,
    ReservationState,
)
from inventory_svc.domain.stock.unavailable import Disposition, Unavailable
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts


def _with_unavailable(document: Document) -> Document:
    """Turn a position of version 1, of which nothing could be declared, into one of 2."""
    return {**document, "unavailable": []}


def _without_pieces(document: Document) -> Document:
    """Turn a position of version 2, whose units had no serial numbers, into one of 3."""
    return {**document, "pieces": 0}


POSITION_UPCASTS = Upcasts(current=3, steps={1: _with_unavailable, 2: _without_pieces})
_NO_PIECES = Upcasts(current=2)
_NOTHING_DECLARED = Upcasts(current=1)
MOVEMENT_UPCASTS = Upcasts(current=2, steps={1: dict})
_OF_FIRST_KINDS = Upcasts(current=1)
_LATER_KINDS = frozenset({MovementKind.RENTED, MovementKind.REFURBISHED, MovementKind.CONVERTED})
RESERVATION_UPCASTS = Upcasts(current=1)
DRAW_UPCASTS = Upcasts(current=1)


def position_to_document(position: Position) -> Document:
    """Write a position; `unallocated` feeds the index of stocked positions.

    Only one with declared units is of version 2, and only one with pieces is of version 3: an
    earlier release must not lose them. It may lose how fast the units sell, which is soon known.
    """
    sku, location, condition = position.key
    document: Document = {
        "_id": position.key.identifier,
        "sku": sku,
        "location": location,
        "condition": condition.value,
        "onHand": position.on_hand,
        "allocated": position.allocated,
        "unallocated": position.on_hand - position.unavailable_units - position.allocated,
        "holds": [
            {"expiresAt": hold.expires_at, "quantity": hold.quantity} for hold in position.holds
        ],
        "version": position.version,
        "movements": position.movements,
        "movedAt": position.moved_at,
        "countedAt": position.counted_at,
        "changedAt": position.changed_at,
    }
    if position.pace.day:
        document["pace"] = position.pace._asdict()
    if not position.unavailable and not position.pieces:
        return _NOTHING_DECLARED.stamp(document)
    document["unavailable"] = [
        {"disposition": why.value, "quantity": units, "declaredAt": at}
        for why, units, at in position.unavailable
    ]
    if not position.pieces:
        return _NO_PIECES.stamp(document)
    document["pieces"] = position.pieces
    return POSITION_UPCASTS.stamp(document)


def position_from_document(document: Document) -> Position:
    """Read a position."""
    document = POSITION_UPCASTS.upcast(document)
    return Position(
        key=PositionKey(document["sku"], document["location"], Condition(document["condition"])),
        on_hand=document["onHand"],
        allocated=document["allocated"],
        holds=tuple(Hold(hold["expiresAt"], hold["quantity"]) for hold in document["holds"]),
        version=document["version"],
        movements=document["movements"],
        moved_at=document["movedAt"],
        counted_at=document["countedAt"],
        changed_at=document["changedAt"],
        unavailable=tuple(
            Unavailable(Disposition(row["disposition"]), row["quantity"], row["declaredAt"])
            for row in document["unavailable"]
        ),
        pieces=document["pieces"],
        pace=pace_in(document),
    )


def pace_in(document: Document) -> Pace:
    """Read how fast something sells; no sale was ever written where that is not told."""
    pace = document.get("pace")
    return NO_PACE if pace is None else Pace(**pace)


def movement_to_document(movement: Movement) -> Document:
    """Write a movement; what moved goods, or was declared or picked, is marked for its index."""
    document: dict[str, Any] = {
        "_id": movement.identifier,
        "position": movement.position.identifier,
        "sku": movement.position.sku,
        "number": movement.number,
        "kind": movement.kind.value,
        "onHand": movement.on_hand,
        "allocated": movement.allocated,
        "held": movement.held,
        "cause": movement.cause,
        "actor": movement.actor,
        "occurredAt": movement.occurred_at,
        "effectiveAt": movement.effective_at,
        "reservationId": movement.reservation_id,
        "reason": None if movement.reason is None else movement.reason.value,
    }
    if movement.on_hand:
        document["physical"] = True
    if movement.expires_at is not None:
        document["expiresAt"] = movement.expires_at
    if movement.share is not None:
        document["share"] = movement.share
    if movement.disposition is not None:
        document["unavailable"] = movement.unavailable
        document["disposition"] = movement.disposition.value
    if movement.kind in DECLARATIONS:
        document["declaredBy"] = movement.position.location
    if movement.kind in PICKS:
        document["pickedFrom"] = movement.position.location
    if movement.pace.day:
        document["pace"] = movement.pace._asdict()
    kinds = MOVEMENT_UPCASTS if movement.kind in _LATER_KINDS else _OF_FIRST_KINDS
    return kinds.stamp(document)


def movement_from_document(document: Document) -> Movement:
    """Read a movement."""
    document = MOVEMENT_UPCASTS.upcast(document)
    reason, disposition = document["reason"], document.get("disposition")
    return Movement(
        position=position_key(document["position"]),
        number=document["number"],
        kind=MovementKind(document["kind"]),
        on_hand=document["onHand"],
        allocated=document["allocated"],
        held=document["held"],
        cause=document["cause"],
        actor=document["actor"],
        occurred_at=document["occurredAt"],
        effective_at=document["effectiveAt"],
        reservation_id=document["reservationId"],
        reason=None if reason is None else AdjustmentReason(reason),
        expires_at=document.get("expiresAt"),
        share=document.get("share"),
        unavailable=document.get("unavailable", 0),
        disposition=None if disposition is None else Disposition(disposition),
        pace=pace_in(document),
    )


def position_key(identifier: str) -> PositionKey:
    """Read the key out of a position's identifier."""
    sku, location, condition = identifier.split(SEPARATOR)
    return PositionKey(sku, location, Condition(condition))


def reservation_to_document(reservation: Reservation) -> Document:
    """Write a reservation with its pegs, and with what it waits for if it ever did."""
    return RESERVATION_UPCASTS.stamp(
        {
            **(_queue_to_document(reservation) if reservation.queue else {}),
            "_id": reservation.identifier,
            "kind": reservation.kind.value,
            "owner": reservation.owner,
            "state": reservation.state.value,
            "pegs": [_peg_to_document(peg) for peg in reservation.pegs],
            "createdAt": reservation.created_at,
            "expiresAt": reservation.expires_at,
            "orderId": reservation.order_id,
            "channel": reservation.channel,
            "version": reservation.version,
        }
    )


def reservation_from_document(document: Document) -> Reservation:
    """Read a reservation."""
    document = RESERVATION_UPCASTS.upcast(document)
    return Reservation(
        identifier=document["_id"],
        kind=ReservationKind(document["kind"]),
        owner=document["owner"],
        state=ReservationState(document["state"]),
        pegs=tuple(
            Peg(
                peg["line"],
                position_key(peg["position"]),
                peg["quantity"],
                peg["consumed"],
                peg["released"],
                peg["short"],
                peg.get("share"),
                peg.get("serial"),
            )
            for peg in document["pegs"]
        ),
        created_at=document["createdAt"],
        expires_at=document["expiresAt"],
        order_id=document["orderId"],
        channel=document["channel"],
        version=document["version"],
        awaited=tuple(_awaited_from_document(row) for row in document.get("awaited", ())),
        queue=document.get("queue", ""),
        accept_until=document.get("acceptUntil"),
        service=_service_from_document(document),
    )


def _service_from_document(document: Document) -> Service:
    """Read what is bought beside the goods; who waits for none, or since long, has not said it."""
    if "service" not in document:
        return USUAL_SERVICE
    method, level, order_type = document["service"]
    return Service(DeliveryMethod(method), ServiceLevel(level), OrderType(order_type))


def _queue_to_document(reservation: Reservation) -> Document:
    """Write what is waited for; `awaits` names the supplies and positions for the index of them."""
    waiting = [row.supply for row in reservation.awaited if row.open]
    awaits = {key.identifier for key in waiting} | {key.position.identifier for key in waiting}
    document: dict[str, Any] = {
        "queue": reservation.queue,
        "service": [part.value for part in reservation.service],
        "awaited": [
            {
                "line": row.line_id,
                "supply": row.supply.identifier,
                "quantity": row.quantity,
                "availableFrom": row.available_from,
                "released": row.released,
                "short": row.short,
                "writtenOff": row.written_off,
                **({} if row.share is None else {"share": row.share}),
            }
            for row in reservation.awaited
        ],
    }
    if reservation.accept_until is not None:
        document["acceptUntil"] = reservation.accept_until
    return {**document, "awaits": sorted(awaits)} if awaits else document


def _awaited_from_document(row: Document) -> Awaited:
    short: int = row["short"]
    return Awaited(
        row["line"],
        named_supply(row["supply"]),
        row["quantity"],
        row["availableFrom"],
        row["released"],
        short,
        row.get("share"),
        row.get("writtenOff", short),
    )


def _peg_to_document(peg: Peg) -> Document:
    """Write a peg; only one that draws on a share names it, and only one of a piece its serial."""
    document: dict[str, Any] = {
        "line": peg.line_id,
        "position": peg.position.identifier,
        "quantity": peg.quantity,
        "consumed": peg.consumed,
        "released": peg.released,
        "short": peg.short,
    }
    if peg.share is not None:
        document["share"] = peg.share
    if peg.serial is not None:
        document["serial"] = peg.serial
    return document


def draw_to_document(draw: ShareDraw) -> Document:
    """Write what was drawn of a share."""
    rule, sku, condition = draw.key
    return DRAW_UPCASTS.stamp(
        {
            "_id": draw.key.identifier,
            "rule": rule,
            "sku": sku,
            "condition": condition.value,
            "allocated": draw.allocated,
            "holds": [{"expiresAt": at, "quantity": units} for at, units in draw.holds],
            "shipped": [
                {"location": row.location, "at": row.at, "units": row.units} for row in draw.shipped
            ],
            "version": draw.version,
            "pegged": draw.pegged,
            "pegHolds": [{"expiresAt": at, "quantity": units} for at, units in draw.pegged_holds],
        }
    )


def draw_from_document(document: Document) -> ShareDraw:
    """Read what was drawn of a share."""
    document = DRAW_UPCASTS.upcast(document)
    return ShareDraw(
        key=ShareKey(document["rule"], document["sku"], Condition(document["condition"])),
        allocated=document["allocated"],
        holds=tuple(Hold(hold["expiresAt"], hold["quantity"]) for hold in document["holds"]),
        shipped=tuple(
            Shipped(row["location"], row["at"], row["units"]) for row in document["shipped"]
        ),
        version=document["version"],
        pegged=document.get("pegged", 0),
        pegged_holds=tuple(
            Hold(hold["expiresAt"], hold["quantity"]) for hold in document.get("pegHolds", ())
        ),
    )
