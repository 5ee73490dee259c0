"""Who is told that an item is back: one for each unit that has come, in order, once each."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.back_in_stock.registration import (
    ListKey,
    Person,
    Registration,
    RegistrationState,
    named_list,
)
from inventory_svc.domain.back_in_stock.rights import registered_person, visible_persons
from inventory_svc.domain.back_in_stock.waiting_list import WaitingList
from retail_kit.roles import Role
from service_kit.commands.refusal import Refusal
from service_kit.identity.caller import Caller, CallerKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
SHIRTS = ListKey("shirt", "web")
UNSAID = ("INVALID_INPUT", "customerRef")


def looked_at(waiting: WaitingList, units: int, persons: int) -> tuple[WaitingList, int]:
    told = min(waiting.turns(units), persons)
    return waiting.told(units, told, others_wait=told < persons), told


@given(st.integers(1, 30), st.lists(st.integers(0, 12), max_size=20))
def test_as_many_are_told_as_units_have_come_until_nobody_waits(
    persons: int, levels: Sequence[int]
) -> None:
    waiting, told, before, risen = WaitingList(SHIRTS), 0, 0, 0
    for _ in range(persons):
        waiting = waiting.joined(LATER)
    for units in levels:
        if told < persons:
            waiting, now = looked_at(waiting, units, persons - told)
            told += now
        risen += max(0, units - before)
        before = units
        assert told == min(persons, risen)
        assert waiting.open == (told < persons)


@given(st.integers(0, 9), st.lists(st.booleans(), max_size=30))
def test_whoever_looks_again_tells_nobody_and_whoever_comes_later_gets_what_is_left(
    units: int, joins: Sequence[bool]
) -> None:
    waiting, persons, told = WaitingList(SHIRTS), 20, 0
    for _ in range(persons):
        waiting = waiting.joined(LATER)
    for joined in (False, *joins):
        if joined:
            waiting, persons = waiting.joined(LATER), persons + 1
        waiting, now = looked_at(waiting, units, persons - told)
        told += now
        assert told == units


def test_each_number_is_given_once_and_each_look_writes_another_list() -> None:
    first = WaitingList(SHIRTS).joined(LATER)
    second = first.joined(LATER)
    assert (first.given, second.given) == (1, 2)
    assert second.told(0, 0, others_wait=True).version > second.version


def test_a_list_is_over_with_the_longest_wait_of_those_who_joined_since_it_was_opened() -> None:
    waiting = WaitingList(SHIRTS).joined(LATER).joined(NOON)
    assert not waiting.is_over(LATER - timedelta(milliseconds=1))
    assert waiting.is_over(LATER)
    closed = waiting.told(0, 0, others_wait=False)
    assert closed.joined(NOON).is_over(NOON)


def test_a_registration_is_over_with_its_time_without_being_written() -> None:
    end = NOON + timedelta(days=1)
    registration = Registration(SHIRTS, Person("7"), 1, NOON, end)

    assert registration.waits(end - timedelta(milliseconds=1))
    assert registration.state(end) is RegistrationState.EXPIRED
    told = registration.told(NOON)
    assert (told.state(end), told.version) == (RegistrationState.TOLD, 2)
    assert registration.withdrawn(NOON).state(NOON) is RegistrationState.WITHDRAWN
    assert registration.extended(end) is registration


def test_a_customer_and_a_contact_of_the_same_reference_are_two_persons() -> None:
    customer, contact = (
        Registration(SHIRTS, person, 1, NOON, NOON)
        for person in (Person("7"), Person(contact_ref="7"))
    )
    assert customer.identifier != contact.identifier
    assert named_list(SHIRTS.identifier) == SHIRTS


def a_caller(role: Role, *grants: str) -> Caller:
    return Caller("ann", CallerKind.USER, frozenset({role}), frozenset(grants), NOON)


@pytest.mark.parametrize(
    ("caller", "customer", "contact", "expected"),
    [
        (a_caller(Role.CUSTOMER, "customer:7"), None, None, Person("7")),
        (a_caller(Role.CUSTOMER, "customer:7"), "7", None, Person("7")),
        (a_caller(Role.CUSTOMER, "customer:7"), "8", None, ("FORBIDDEN", "customerRef")),
        (a_caller(Role.CUSTOMER, "customer:7"), None, "x", ("FORBIDDEN", "contactRef")),
        (a_caller(Role.CUSTOMER), None, None, ("FORBIDDEN", "customerRef")),
        (a_caller(Role.CUSTOMER, "customer:7", "customer:8"), None, None, UNSAID),
        (a_caller(Role.INTEGRATION), "8", None, Person("8")),
        (a_caller(Role.INTEGRATION), None, "x", Person(contact_ref="x")),
        (a_caller(Role.INTEGRATION), None, None, UNSAID),
        (a_caller(Role.INTEGRATION), "8", "x", ("INVALID_INPUT", "contactRef")),
        (a_caller(Role.ASSISTANT), " ", None, ("INVALID_INPUT", "customerRef")),
    ],
)
def test_customers_speak_for_themselves_and_others_for_anybody(
    caller: Caller, customer: str | None, contact: str | None, expected: Person | tuple[str, str]
) -> None:
    if isinstance(expected, Person):
        assert registered_person(caller, customer, contact) == expected
        return
    with pytest.raises(Refusal) as refused:
        registered_person(caller, customer, contact)
    assert (refused.value.code, refused.value.path) == (expected[0], ("input", expected[1]))


def test_customers_see_their_own_registrations_and_others_all() -> None:
    own = visible_persons(a_caller(Role.CUSTOMER, "customer:7", "location:S1"))
    assert own == frozenset({Person("7")})
    assert visible_persons(a_caller(Role.OPERATOR)) is None
