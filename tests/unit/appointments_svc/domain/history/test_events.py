"""What the world is told of an appointment: to whom, with ids only, and without a gap."""

from dataclasses import replace

import pytest

from appointments_svc.domain.agenda.diary import Taken
from appointments_svc.domain.agenda.grid import slot_of
from appointments_svc.domain.appointments.appointment import Appointment, Product, Visitor
from appointments_svc.domain.appointments.booking import Wish, booking, held, kept, not_kept
from appointments_svc.domain.appointments.change import Doing
from appointments_svc.domain.history.events import event_of_appointment
from appointments_svc.domain.kinds.form import Answer
from service_kit.messaging.entity_events import Cause
from service_kit.messaging.envelope import Event
from tests.support.visits import FITTING, MONDAY, at

ADA = Visitor("c-1", "ADA")
HERS = ("customer:ADA", "customer:c-1", "location:S1")
DOING = Doing("user:ada", at(9))
WISH = Wish(ADA, "o-1", (Answer("note", "a private word"),), (Product("p0", "shirt", 1),))


def told(before: Appointment | None, after: Appointment) -> Event:
    return event_of_appointment(before, after, Cause("user:ada", "appointmentBook", at(9)))


def a_hold() -> Appointment:
    return held("a-1", "A1", FITTING, "S1", slot_of(FITTING, MONDAY, at(15)), Taken(), DOING).after


def test_a_hold_of_nobody_in_particular_concerns_its_location_alone() -> None:
    event = told(None, a_hold())

    assert (event.type, event.seq, event.audience) == ("appointmentCreated", 1, ("location:S1",))


@pytest.mark.parametrize("was_held", [True, False])
def test_who_was_to_come_hears_that_it_has_fallen_through(*, was_held: bool) -> None:
    asked = booking(a_hold(), WISH, DOING).after
    refused = not_kept(asked, DOING, was_held=was_held).after

    event = told(asked, refused)

    assert refused.customer is None
    assert (event.seq, event.audience) == (3, HERS)
    section = event.data["appointmentUpdated"]
    assert isinstance(section, dict)
    keys = section["keys"]
    assert isinstance(keys, dict)
    assert keys["customerId"] is not None


def test_events_hold_ids_and_never_what_somebody_has_answered() -> None:
    asked = booking(a_hold(), WISH, DOING).after
    after = kept(asked, "r-1", at(23), FITTING, DOING).after

    event = told(asked, after)

    assert (event.type, event.seq, event.audience) == ("appointmentChanged", 3, HERS)
    assert event.changes["state"].after == "CONFIRMED"
    assert "a private word" not in repr(event)


def test_a_visit_at_another_time_says_that_it_has_moved() -> None:
    slot = slot_of(FITTING, MONDAY, at(16))
    before = replace(a_hold(), customer=ADA)
    after = replace(before, visit=slot.visit, busy=slot.busy, version=2)

    section = told(before, after).data["appointmentUpdated"]

    assert isinstance(section, dict)
    payload = section["payload"]
    assert isinstance(payload, dict)
    assert payload["type"] == "MOVED"
