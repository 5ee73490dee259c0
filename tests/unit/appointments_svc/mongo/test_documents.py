"""What is kept is read back as it was."""

from datetime import date, timedelta

from appointments_svc.domain.agenda.diary import Commitment, Diary, Taken
from appointments_svc.domain.appointments.appointment import (
    Appointment,
    JourneyStep,
    Product,
    Visitor,
)
from appointments_svc.domain.kinds.capacity import Capacity
from appointments_svc.domain.kinds.form import Answer, FieldKind, FormField, Wording
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.mongo import appointment_documents as documents
from appointments_svc.mongo import record_documents as records
from retail_kit.calendars.opening_hours import Period
from retail_kit.calendars.working_calendar import Closure
from tests.support.visits import MONDAY, advisor, at, kind

VISIT = Period(at(15), at(15, 30))


def test_appointments_and_diaries_survive_being_kept() -> None:
    found = Appointment(
        *("a-1", "REF1", "fitting", "S1", MONDAY, VISIT, VISIT),
        AppointmentState.CONFIRMED,
        Taken("ann", "room"),
        "bob",
        at(10),
        (JourneyStep(AppointmentState.HELD, at(9), "bob"),),
        *(Visitor("c-1", "C1"), "o-1", (Answer("size", "M"),), (Product("p0", "shirt", 2),)),
        reservation_id="r-1",
        kept_until=at(9) + timedelta(days=90),
        moves=1,
        reminded_at=at(9),
        version=3,
    )
    diary = Diary("S1", MONDAY, (Commitment("a-1", VISIT, VISIT, "ann", "room", at(10)),), 2)

    assert documents.appointment_of(documents.appointment_document(found)) == found
    assert documents.diary_of(documents.diary_document(diary)) == diary


def test_records_survive_being_kept() -> None:
    labels = (Wording("fr", "Taille"),)
    field = FormField("size", FieldKind.CHOICE, required=True, labels=labels, choices=("S",))
    one = kind(form=(field,), skills=frozenset({"s"}), location_codes=frozenset({"S1"}))
    absence = Closure(date(2026, 8, 1), date(2026, 8, 2), "Away")
    ann = advisor("ann", skills=frozenset({"s"}), absences=(absence,), version=2)
    capacity = Capacity("S1", {"fitting.room": 2}, 5, 1)

    assert records.type_of(records.type_document(one)) == one
    assert records.advisor_of(records.advisor_document(ann)) == ann
    assert records.capacity_of(records.capacity_document(capacity)) == capacity
