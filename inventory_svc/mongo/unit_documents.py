"""Pieces with a serial number and their histories as documents, and back; pure."""

from typing import Any

from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.units.history import UnitStep, UnitStepKind
from inventory_svc.domain.stock.units.unit import (
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


UNIT_UPCASTS = Upcasts(current=2, steps={1: _with_placing_read})
STEP_UPCASTS = Upcasts(current=1)
TAG_UPCASTS = Upcasts(current=1)

_NUMBER_DIGITS = 12


def unit_to_document(unit: SerialUnit) -> Document:
    """Write a piece; SKU, location and condition are there to be found by."""
    sku, location, condition = unit.position
    price = unit.price
    return UNIT_UPCASTS.stamp(
        {
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
    )


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
    )


def step_identifier(serial: str, number: int) -> str:
    """Give the `_id` of a step: those of one piece sort by number."""
    return f"{serial}{SEPARATOR}{number:0{_NUMBER_DIGITS}}"


def step_to_document(step: UnitStep) -> Document:
    """Write a step."""
    return STEP_UPCASTS.stamp(
        {
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
    )


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
