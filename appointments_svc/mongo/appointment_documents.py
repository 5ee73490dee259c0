"""Appointments and diaries as documents, and back."""

from datetime import date
from typing import Any

from appointments_svc.domain.agenda.diary import Commitment, Diary, Taken
from appointments_svc.domain.appointments.appointment import (
    Appointment,
    JourneyStep,
    Product,
    Visitor,
)
from appointments_svc.domain.kinds.form import Answer
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from retail_kit.calendars.opening_hours import Period
from service_kit.storage.schema_versions import Upcasts

APPOINTMENT_UPCASTS = Upcasts(current=1)
DIARY_UPCASTS = Upcasts(current=1)


def appointment_document(found: Appointment) -> dict[str, Any]:
    """The appointment; `day` is a day and not a moment, so it is text."""
    return APPOINTMENT_UPCASTS.stamp(
        {
            "_id": found.id,
            "ref": found.ref,
            "typeCode": found.type_code,
            "locationCode": found.location_code,
            "day": found.day.isoformat(),
            "start": found.visit.start,
            "end": found.visit.end,
            "busy": _period_document(found.busy),
            "state": found.state.value,
            "advisor": found.taken.advisor,
            "resource": found.taken.resource,
            "holder": found.holder,
            "holdEnds": found.hold_ends,
            "customerId": found.customer.id if found.customer else None,
            "customerRef": found.customer.ref if found.customer else None,
            "orderId": found.order_id,
            "answers": [{"name": each.name, "value": each.value} for each in found.answers],
            "products": [
                {"lineId": each.line_id, "sku": each.sku, "quantity": each.quantity}
                for each in found.products
            ],
            "reservationId": found.reservation_id,
            "keptUntil": found.kept_until,
            "moves": found.moves,
            "remindedAt": found.reminded_at,
            "journey": [
                {"state": each.state.value, "at": each.at, "actor": each.actor}
                for each in found.journey
            ],
            "version": found.version,
        }
    )


def appointment_of(document: dict[str, Any]) -> Appointment:
    """The appointment of a document."""
    document = APPOINTMENT_UPCASTS.upcast(document)
    customer = document["customerId"]
    return Appointment(
        id=document["_id"],
        ref=document["ref"],
        type_code=document["typeCode"],
        location_code=document["locationCode"],
        day=date.fromisoformat(document["day"]),
        visit=Period(document["start"], document["end"]),
        busy=_period_of(document["busy"]),
        state=AppointmentState(document["state"]),
        taken=Taken(document["advisor"], document["resource"]),
        holder=document["holder"],
        hold_ends=document["holdEnds"],
        journey=tuple(
            JourneyStep(AppointmentState(each["state"]), each["at"], each["actor"])
            for each in document["journey"]
        ),
        customer=None if customer is None else Visitor(customer, document["customerRef"]),
        order_id=document["orderId"],
        answers=tuple(Answer(each["name"], each["value"]) for each in document["answers"]),
        products=tuple(
            Product(each["lineId"], each["sku"], each["quantity"]) for each in document["products"]
        ),
        reservation_id=document["reservationId"],
        kept_until=document["keptUntil"],
        moves=document["moves"],
        reminded_at=document["remindedAt"],
        version=document["version"],
    )


def diary_key(location_code: str, day: date) -> str:
    """The id of a diary; the day has a fixed length, so no two places share one."""
    return f"{day.isoformat()}|{location_code}"


def diary_document(diary: Diary) -> dict[str, Any]:
    """The diary."""
    return DIARY_UPCASTS.stamp(
        {
            "_id": diary_key(diary.location_code, diary.day),
            "locationCode": diary.location_code,
            "day": diary.day.isoformat(),
            "commitments": [_commitment_document(each) for each in diary.commitments],
            "version": diary.version,
        }
    )


def diary_of(document: dict[str, Any]) -> Diary:
    """The diary of a document."""
    document = DIARY_UPCASTS.upcast(document)
    return Diary(
        document["locationCode"],
        date.fromisoformat(document["day"]),
        tuple(_commitment_of(each) for each in document["commitments"]),
        document["version"],
    )


def _commitment_document(one: Commitment) -> dict[str, Any]:
    return {
        "appointmentId": one.appointment_id,
        "visit": _period_document(one.visit),
        "busy": _period_document(one.busy),
        "advisor": one.advisor,
        "resource": one.resource,
        "expiresAt": one.expires_at,
    }


def _commitment_of(document: dict[str, Any]) -> Commitment:
    return Commitment(
        document["appointmentId"],
        _period_of(document["visit"]),
        _period_of(document["busy"]),
        document["advisor"],
        document["resource"],
        document["expiresAt"],
    )


def _period_document(period: Period) -> dict[str, Any]:
    return {"start": period.start, "end": period.end}


def _period_of(document: dict[str, Any]) -> Period:
    return Period(document["start"], document["end"])
