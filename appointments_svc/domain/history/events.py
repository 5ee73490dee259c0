"""The event of one commit on an appointment, and what it says to those who listen."""

from enum import StrEnum
from typing import Final

from appointments_svc.domain.appointments.appointment import Appointment, Visitor
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.entity_events import NEW, Cause, Fields, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event
from service_kit.runtime.json_values import JSON

APPOINTMENT_CREATED: Final = "appointmentCreated"
APPOINTMENT_CHANGED: Final = "appointmentChanged"
APPOINTMENT_UPDATED: Final = "appointmentUpdated"
"""The subscription field that hears of every change."""


class AppointmentUpdateType(StrEnum):
    """What happened to an appointment, the most important first."""

    CREATED = "CREATED"
    STATE_CHANGED = "STATE_CHANGED"
    MOVED = "MOVED"
    PROGRESSED = "PROGRESSED"


def event_of_appointment(before: Appointment | None, after: Appointment, cause: Cause) -> Event:
    """The event of a change to an appointment; `before` is None for a new one."""
    return entity_event(
        APPOINTMENT_CREATED if before is None else APPOINTMENT_CHANGED,
        EntityRef("Appointment", after.id),
        after.version,
        cause,
        audience_of(before, after),
        differences(NEW if before is None else _fields(before), _fields(after)),
        {
            "ref": after.ref,
            "customerId": after.customer.id if after.customer else None,
            "orderId": after.order_id,
            APPOINTMENT_UPDATED: _section(before, after),
        },
    )


def event_of_record(kind: str, key: str, version: int, cause: Cause) -> Event:
    """The event of a change to a record that was imported; whoever sees everything hears of it."""
    changed = f"{kind[0].lower()}{kind[1:]}Changed"
    return entity_event(changed, EntityRef(kind, key), version, cause, (), {})


def audience_of(before: Appointment | None, after: Appointment) -> tuple[str, ...]:
    """Who may hear of it: its location, and its customer, also when they are so no longer."""
    customer = _customer_of(before, after)
    named = sorted({customer.id, customer.ref}) if customer else []
    return (*(f"customer:{each}" for each in named), f"location:{after.location_code}")


def _customer_of(before: Appointment | None, after: Appointment) -> Visitor | None:
    """The one who comes; if that has fallen through, the one who was to come."""
    return after.customer or (before.customer if before else None)


def _fields(found: Appointment) -> Fields:
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
