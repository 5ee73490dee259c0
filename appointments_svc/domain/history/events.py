"""The event of one commit on an appointment, and what it says to those who listen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from appointments_svc.domain.appointments.appointment import Appointment, Visitor
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.envelope import Change, EntityRef, Event
from service_kit.runtime.identifiers import derived_identifier
from service_kit.runtime.json_values import JSON

APPOINTMENT_CREATED: Final = "appointmentCreated"
APPOINTMENT_CHANGED: Final = "appointmentChanged"
APPOINTMENT_UPDATED: Final = "appointmentUpdated"
"""The subscription field that hears of every change."""

_Fields = Mapping[str, JSON]
_NEW: Final[_Fields] = {}


class AppointmentUpdateType(StrEnum):
    """What happened to an appointment, the most important first."""

    CREATED = "CREATED"
    STATE_CHANGED = "STATE_CHANGED"
    MOVED = "MOVED"
    PROGRESSED = "PROGRESSED"


@dataclass(frozen=True, slots=True)
class Cause:
    """Who did it, when, and by which command."""

    actor: str
    cause: str
    at: datetime


def event_of_appointment(before: Appointment | None, after: Appointment, cause: Cause) -> Event:
    """The event of a change to an appointment; `before` is None for a new one."""
    earlier = _NEW if before is None else _fields(before)
    return Event(
        event_id=derived_identifier("Appointment", after.id, str(after.version)),
        type=APPOINTMENT_CREATED if before is None else APPOINTMENT_CHANGED,
        entity=EntityRef("Appointment", after.id),
        seq=after.version,
        occurred_at=cause.at,
        actor=cause.actor,
        cause=cause.cause,
        audience=audience_of(before, after),
        changes={
            name: Change(earlier.get(name), value)
            for name, value in _fields(after).items()
            if earlier.get(name) != value
        },
        data={
            "ref": after.ref,
            "customerId": after.customer.id if after.customer else None,
            "orderId": after.order_id,
            APPOINTMENT_UPDATED: _section(before, after),
        },
    )


def event_of_record(kind: str, key: str, version: int, cause: Cause) -> Event:
    """The event of a change to a record that was imported; whoever sees everything hears of it."""
    return Event(
        event_id=derived_identifier(kind, key, str(version)),
        type=f"{kind[0].lower()}{kind[1:]}Changed",
        entity=EntityRef(kind, key),
        seq=version,
        occurred_at=cause.at,
        actor=cause.actor,
        cause=cause.cause,
        audience=(),
        changes={},
        data={},
    )


def audience_of(before: Appointment | None, after: Appointment) -> tuple[str, ...]:
    """Who may hear of it: its location, and its customer, also when they are so no longer."""
    customer = _customer_of(before, after)
    named = sorted({customer.id, customer.ref}) if customer else []
    return (*(f"customer:{each}" for each in named), f"location:{after.location_code}")


def _customer_of(before: Appointment | None, after: Appointment) -> Visitor | None:
    """The one who comes; if that has fallen through, the one who was to come."""
    return after.customer or (before.customer if before else None)


def _fields(found: Appointment) -> _Fields:
    return {
        "state": found.state.value,
        "typeCode": found.type_code,
        "locationCode": found.location_code,
        "start": found.visit.start.isoformat(),
        "end": found.visit.end.isoformat(),
        "advisorCode": found.taken.advisor,
        "reservationId": found.reservation_id,
        "reminded": found.reminded_at is not None,
        "products": [
            {"lineId": each.line_id, "sku": each.sku, "quantity": each.quantity}
            for each in found.products
        ],
    }


def _section(before: Appointment | None, after: Appointment) -> JSON:
    found = to_global_id("Appointment", after.id)
    visitor = _customer_of(before, after)
    customer = to_global_id("Customer", visitor.id) if visitor else None
    location = to_global_id("Location", after.location_code)
    return {
        "keys": {"appointmentId": found, "locationId": location, "customerId": customer},
        "payload": {
            "type": _type(before, after).value,
            "appointment": {"id": found},
            "state": after.state.value,
            "previousState": None if before is None else before.state.value,
        },
    }


def _type(before: Appointment | None, after: Appointment) -> AppointmentUpdateType:
    if before is None:
        return AppointmentUpdateType.CREATED
    if before.state is not after.state:
        return AppointmentUpdateType.STATE_CHANGED
    if before.visit != after.visit:
        return AppointmentUpdateType.MOVED
    return AppointmentUpdateType.PROGRESSED
