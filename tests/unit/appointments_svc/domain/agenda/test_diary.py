"""What is free in a slot: advisors, places, the cap of visits, buffers, holds."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from appointments_svc.domain.agenda.diary import (
    Commitment,
    Diary,
    Means,
    free_places,
    most_at_once,
    take,
)
from appointments_svc.domain.agenda.grid import Slot, slot_of
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Capacity
from appointments_svc.domain.periods import overlap
from retail_kit.calendars.working_calendar import Closure
from tests.support.visits import FITTING, MONDAY, SHOP, advisor, at, committed, kind, means

THREE = slot_of(FITTING, MONDAY, at(15))


def filled(
    shop: Means, of: AppointmentType, slots: list[Slot]
) -> tuple[list[Commitment], list[bool]]:
    commitments: list[Commitment] = []
    taken_or_not = []
    for index, slot in enumerate(slots):
        taken = take(shop, of, slot, commitments)
        taken_or_not.append(taken is not None)
        if taken is not None:
            commitments.append(committed(str(index), slot, taken))
    return commitments, taken_or_not


def test_three_advisors_receive_three_visitors_and_no_fourth() -> None:
    commitments, taken = filled(means("a", "b", "c"), FITTING, [THREE] * 4)

    assert taken == [True, True, True, False]
    assert [each.advisor for each in commitments] == ["a", "b", "c"]


def test_a_cap_of_two_visits_is_full_at_two_whoever_is_free() -> None:
    _, taken = filled(means("a", "b", "c", visit_cap=2), FITTING, [THREE] * 3)

    assert taken == [True, True, False]


def test_a_place_of_a_resource_is_enough_where_no_advisor_is_needed() -> None:
    room = kind(advised=False, resource="room")

    _, taken = filled(means(resources={"room": 2}), room, [THREE] * 3)

    assert taken == [True, True, False]
    assert free_places(means(), room, THREE, []) == 0


def test_buffers_of_both_visits_keep_them_apart() -> None:
    around = kind(buffer_before=timedelta(minutes=10), buffer_after=timedelta(minutes=5))
    shop = means("a")
    first = slot_of(around, MONDAY, at(15))
    taken = take(shop, around, first, [])
    assert taken is not None
    booked = [committed("1", first, taken)]

    assert take(shop, around, slot_of(around, MONDAY, at(15, 40)), booked) is None
    assert take(shop, around, slot_of(around, MONDAY, at(15, 45)), booked) is not None


def test_an_advisor_needs_the_skill_works_then_and_is_not_away() -> None:
    skilled = kind(skills=frozenset({"bra-fitting"}))
    able = advisor("able", skills=frozenset({"bra-fitting", "suits"}))
    away = advisor("away", skills=able.skills, absences=(Closure(MONDAY, MONDAY),))
    gone = advisor("gone", skills=able.skills, active=False)
    shop = Means(SHOP, (advisor("other"), away, gone, able), Capacity("S1"))

    assert free_places(shop, skilled, THREE, []) == 1
    chosen = take(shop, skilled, THREE, [])
    assert chosen is not None
    assert chosen.advisor == "able"
    assert take(shop, skilled, THREE, [], advisor="other") is None


def test_the_advisor_with_the_fewest_visits_is_chosen() -> None:
    slots = [slot_of(FITTING, MONDAY, at(hour)) for hour in (9, 10, 11, 14)]

    commitments, _ = filled(means("a", "b", "c"), FITTING, slots)

    assert [each.advisor for each in commitments] == ["a", "b", "c", "a"]


def test_a_hold_that_is_over_takes_nothing_and_is_dropped_from_the_diary() -> None:
    held = Commitment("1", THREE.visit, THREE.busy, "a", expires_at=at(9))
    diary = Diary("S1", MONDAY).with_commitment(held, at(8))

    assert diary.live(at(8, 59)) == (held,)
    assert diary.live(at(9)) == ()
    booked = Commitment("2", THREE.visit, THREE.busy, "a")
    assert diary.with_commitment(booked, at(9)).commitments == (booked,)


@given(
    st.lists(st.tuples(st.integers(9, 17), st.sampled_from([0, 10, 20, 30, 40, 50])), max_size=30),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 30),
)
def test_whatever_is_booked_nobody_is_in_two_places_and_no_cap_is_exceeded(
    starts: list[tuple[int, int]], people: int, rooms: int, cap: int, buffer: int
) -> None:
    of = kind(resource="room", buffer_after=timedelta(minutes=buffer))
    shop = means(*"abcd"[:people], resources={"room": rooms}, visit_cap=cap)
    slots = [slot_of(of, MONDAY, at(hour, minute)) for hour, minute in starts]

    booked, taken = filled(shop, of, slots)

    for index, one in enumerate(booked):
        assert most_at_once((each.visit for each in booked), one.visit) <= cap
        assert most_at_once((each.busy for each in booked), one.busy) <= rooms
        for other in booked[index + 1 :]:
            assert one.advisor != other.advisor or not overlap(one.busy, other.busy)
    for slot, was_taken in zip(slots, taken, strict=True):
        if not was_taken:
            assert free_places(shop, of, slot, booked) == 0
