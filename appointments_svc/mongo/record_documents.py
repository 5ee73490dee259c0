"""Types, advisors and capacities as documents, and back."""

from datetime import date, time, timedelta
from typing import Any

from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.kinds.form import FieldKind, FormField, Wording
from retail_kit.calendars.opening_hours import Hours, WeeklyHours
from retail_kit.calendars.working_calendar import Closure
from service_kit.storage.schema_versions import Upcasts

TYPE_UPCASTS = Upcasts(current=1)
ADVISOR_UPCASTS = Upcasts(current=1)
CAPACITY_UPCASTS = Upcasts(current=1)


def type_document(kind: AppointmentType) -> dict[str, Any]:
    """A type; durations in seconds."""
    return TYPE_UPCASTS.stamp(
        {
            "_id": kind.code,
            "names": _wordings_document(kind.names),
            "duration": _seconds(kind.duration),
            "step": _seconds(kind.step),
            "bufferBefore": _seconds(kind.buffer_before),
            "bufferAfter": _seconds(kind.buffer_after),
            "notice": _seconds(kind.notice),
            "horizonDays": kind.horizon_days,
            "hold": _seconds(kind.hold),
            "noShowAfter": _seconds(kind.no_show_after),
            "remindBefore": _seconds(kind.remind_before),
            "advised": kind.advised,
            "skills": sorted(kind.skills),
            "resource": kind.resource,
            "form": [_field_document(field) for field in kind.form],
            "locationCodes": sorted(kind.location_codes),
            "active": kind.active,
            "version": kind.version,
        }
    )


def type_of(document: dict[str, Any]) -> AppointmentType:
    """The type of a document."""
    document = TYPE_UPCASTS.upcast(document)
    return AppointmentType(
        code=document["_id"],
        names=_wordings_of(document["names"]),
        duration=timedelta(seconds=document["duration"]),
        step=timedelta(seconds=document["step"]),
        buffer_before=timedelta(seconds=document["bufferBefore"]),
        buffer_after=timedelta(seconds=document["bufferAfter"]),
        notice=timedelta(seconds=document["notice"]),
        horizon_days=document["horizonDays"],
        hold=timedelta(seconds=document["hold"]),
        no_show_after=timedelta(seconds=document["noShowAfter"]),
        remind_before=timedelta(seconds=document["remindBefore"]),
        advised=document["advised"],
        skills=frozenset(document["skills"]),
        resource=document["resource"],
        form=tuple(_field_of(field) for field in document["form"]),
        location_codes=frozenset(document["locationCodes"]),
        active=document["active"],
        version=document["version"],
    )


def advisor_document(advisor: Advisor) -> dict[str, Any]:
    """An advisor; days as text."""
    return ADVISOR_UPCASTS.stamp(
        {
            "_id": advisor.code,
            "name": advisor.name,
            "locationCode": advisor.location_code,
            "hours": [
                [
                    {"opens": each.opens.isoformat(), "closes": each.closes.isoformat()}
                    for each in day
                ]
                for day in advisor.hours.days
            ],
            "skills": sorted(advisor.skills),
            "absences": [
                {
                    "first": each.first.isoformat(),
                    "last": each.last.isoformat(),
                    "reason": each.reason,
                }
                for each in advisor.absences
            ],
            "active": advisor.active,
            "version": advisor.version,
        }
    )


def advisor_of(document: dict[str, Any]) -> Advisor:
    """The advisor of a document."""
    document = ADVISOR_UPCASTS.upcast(document)
    return Advisor(
        code=document["_id"],
        name=document["name"],
        location_code=document["locationCode"],
        hours=WeeklyHours(tuple(tuple(map(_hours_of, day)) for day in document["hours"])),
        skills=frozenset(document["skills"]),
        absences=tuple(
            Closure(
                date.fromisoformat(each["first"]), date.fromisoformat(each["last"]), each["reason"]
            )
            for each in document["absences"]
        ),
        active=document["active"],
        version=document["version"],
    )


def capacity_document(capacity: Capacity) -> dict[str, Any]:
    """A capacity; resources as a list, since a code may not do for a field's name."""
    return CAPACITY_UPCASTS.stamp(
        {
            "_id": capacity.location_code,
            "resources": [
                {"code": code, "places": places} for code, places in capacity.resources.items()
            ],
            "visitCap": capacity.visit_cap,
            "version": capacity.version,
        }
    )


def capacity_of(document: dict[str, Any]) -> Capacity:
    """The capacity of a document."""
    document = CAPACITY_UPCASTS.upcast(document)
    return Capacity(
        document["_id"],
        {each["code"]: each["places"] for each in document["resources"]},
        document["visitCap"],
        document["version"],
    )


def _field_document(field: FormField) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind.value,
        "required": field.required,
        "labels": _wordings_document(field.labels),
        "choices": list(field.choices),
    }


def _field_of(document: dict[str, Any]) -> FormField:
    return FormField(
        document["name"],
        FieldKind(document["kind"]),
        document["required"],
        _wordings_of(document["labels"]),
        tuple(document["choices"]),
    )


def _wordings_document(wordings: tuple[Wording, ...]) -> list[dict[str, str]]:
    return [{"language": each.language, "text": each.text} for each in wordings]


def _wordings_of(documents: list[dict[str, str]]) -> tuple[Wording, ...]:
    return tuple(Wording(each["language"], each["text"]) for each in documents)


def _hours_of(document: dict[str, str]) -> Hours:
    return Hours(time.fromisoformat(document["opens"]), time.fromisoformat(document["closes"]))


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
