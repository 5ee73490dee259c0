"""Pieces with a serial number and their histories as documents, and back; pure."""

from typing import Any

from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.units.history import UnitStep, UnitStepKind
from inventory_svc.domain.stock.units.unit import (
    OFF_SALE,
    Claim,
    ReadPoint,
    SerialUnit,
    Sighting,
    UnitState,
)
from inventory_svc.mongo.stock_documents import position_key
from retail_kit.money import Money
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts


def _with_placing_read(document: Document) -> Document:
    """Turn a piece of version 1, which knew its last read alone, into one of 2."""
    seen = document["seen"]
    is_by_door = seen is not None and seen["point"] == ReadPoint.DOOR.value
    tells = is_by_door and seen["at"] >= document["placedAt"]
    return {**document, "placedBy": seen if tells else None}


def _never_rented(document: Document) -> Document:
    """Turn a piece of version 2, which nobody could rent, into one of 3."""
    return {**document, "rentals": 0, "uses": 0}


def _unused(document: Document) -> Document:
    """Turn a step of version 1, of a piece that nobody had used, into one of 2."""
    return {**document, "uses": 0}


UNIT_UPCASTS = Upcasts(current=3, steps={1: _with_placing_read, 2: _never_rented})
_NEVER_RENTED = Upcasts(current=2)
STEP_UPCASTS = Upcasts(current=2, steps={1: _unused})
_UNUSED = Upcasts(current=1)
TAG_UPCASTS = Upcasts(current=1)

_NUMBER_DIGITS = 12


def unit_to_document(unit: SerialUnit) -> Document:
    """Write a piece; SKU, location and condition are there to be found by.

    Only one that was ever rented out is of version 3: an earlier release must not lose its uses,
    and goes on with all others.
    """
    sku, location, condition = unit.position
    price = unit.price
    document: Document = {
        "_id": unit.serial,
        "position": unit.position.identifier,
        "sku": sku,
        "location": location,
        "condition": condition.value,
        "state": unit.state.value,
        "placedAt": unit.placed_at,
        "epc": unit.epc,
        "price": None if price is None else {"minor": price.minor, "currency": price.currency},
        "claim": _claim_to_document(unit.claim),
        "seen": _sighting_to_document(unit.seen),
        "placedBy": _sighting_to_document(unit.placed_by),
        "version": unit.version,
        "steps": unit.steps,
    }
    if not unit.rentals:
        return _NEVER_RENTED.stamp(document)
    return UNIT_UPCASTS.stamp({**document, "rentals": unit.rentals, "uses": unit.uses})


def unit_from_document(document: Document) -> SerialUnit:
    """Read a piece."""
    document = UNIT_UPCASTS.upcast(document)
    price = document["price"]
    return SerialUnit(
        serial=document["_id"],
        position=position_key(document["position"]),
        state=UnitState(document["state"]),
        placed_at=document["placedAt"],
        epc=document["epc"],
        price=None if price is None else Money(price["minor"], price["currency"]),
        claim=_claim_from_document(document["claim"]),
        seen=_sighting_from_document(document["seen"]),
        placed_by=_sighting_from_document(document["placedBy"]),
        version=document["version"],
        steps=document["steps"],
        rentals=document["rentals"],
        uses=document["uses"],
    )


def step_identifier(serial: str, number: int) -> str:
    """Give the `_id` of a step: those of one piece sort by number."""
    return f"{serial}{SEPARATOR}{number:0{_NUMBER_DIGITS}}"


def step_to_document(step: UnitStep) -> Document:
    """Write a step; one that an earlier release knows is as that would write it."""
    document: Document = {
        "_id": step_identifier(step.serial, step.number),
        "serial": step.serial,
        "number": step.number,
        "kind": step.kind.value,
        "state": step.state.value,
        "position": step.position.identifier,
        "claim": _claim_to_document(step.claim),
        "cause": step.cause,
        "actor": step.actor,
        "occurredAt": step.occurred_at,
        "effectiveAt": step.effective_at,
    }
    if not step.uses and step.state not in OFF_SALE:
        return _UNUSED.stamp(document)
    return STEP_UPCASTS.stamp({**document, "uses": step.uses})


def step_from_document(document: Document) -> UnitStep:
    """Read a step."""
    document = STEP_UPCASTS.upcast(document)
    return UnitStep(
        serial=document["serial"],
        number=document["number"],
        kind=UnitStepKind(document["kind"]),
        state=UnitState(document["state"]),
        position=position_key(document["position"]),
        claim=_claim_from_document(document["claim"]),
        cause=document["cause"],
        actor=document["actor"],
        occurred_at=document["occurredAt"],
        effective_at=document["effectiveAt"],
        uses=document["uses"],
    )


def tag_to_document(epc: str, serial: str) -> Document:
    """Write which piece bears a tag."""
    return TAG_UPCASTS.stamp({"_id": epc, "serial": serial})


def _sighting_to_document(sighting: Sighting | None) -> Document | None:
    if sighting is None:
        return None
    return {"location": sighting.location, "at": sighting.at, "point": sighting.point.value}


def _sighting_from_document(document: Any) -> Sighting | None:
    if document is None:
        return None
    return Sighting(document["location"], document["at"], ReadPoint(document["point"]))


def _claim_to_document(claim: Claim | None) -> Document | None:
    if claim is None:
        return None
    return {
        "reservationId": claim.reservation_id,
        "lineId": claim.line_id,
        "orderId": claim.order_id,
        "expiresAt": claim.expires_at,
    }


def _claim_from_document(document: Any) -> Claim | None:
    if document is None:
        return None
    return Claim(
        document["reservationId"],
        document["lineId"],
        document["orderId"],
        document["expiresAt"],
    )
