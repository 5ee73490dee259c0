"""Who sees which appointments: by grants, and a hold by whoever made it."""

from dataclasses import replace

import pytest

from appointments_svc.domain.agenda.diary import Taken
from appointments_svc.domain.agenda.grid import slot_of
from appointments_svc.domain.appointments.appointment import Appointment, Visitor
from appointments_svc.domain.appointments.booking import held
from appointments_svc.domain.appointments.change import Doing
from appointments_svc.domain.rights.visibility import (
    actor_of,
    is_listed,
    may_see,
    visibility_of,
)
from retail_kit.roles import Role
from service_kit.identity.caller import Caller, CallerKind
from tests.support.visits import FITTING, MONDAY, at

ADA = Visitor("c-1", "ADA")


def a_caller(role: str, *grants: str, subject: str = "ann") -> Caller:
    return Caller(subject, CallerKind.USER, frozenset({role}), frozenset(grants), at(23))


HOLDER = a_caller(Role.ASSISTANT, "location:S2")


def a_hold() -> Appointment:
    slot = slot_of(FITTING, MONDAY, at(15))
    doing = Doing(actor_of(HOLDER), at(9))
    return held("a-1", "A1", FITTING, "S1", slot, Taken(), doing).after


@pytest.mark.parametrize(
    ("caller", "sees_hold", "sees_visit"),
    [
        (HOLDER, True, False),
        (a_caller(Role.ASSISTANT, "location:S2", subject="bob"), False, False),
        (a_caller(Role.ASSISTANT, "location:S1", subject="bob"), True, True),
        (a_caller(Role.CUSTOMER, "customer:ADA"), True, True),
        (a_caller(Role.CUSTOMER, "customer:c-1", subject="ada"), False, True),
        (a_caller(Role.CUSTOMER, "customer:EVE", subject="eve"), False, False),
        (a_caller(Role.CUSTOMER, "location:S1", subject="eve"), False, False),
        (a_caller(Role.CUSTOMER_SERVICE, subject="cs"), True, True),
        (a_caller(Role.VISITOR, subject="eve"), False, False),
    ],
)
def test_a_hold_is_its_makers_until_somebody_is_named_as_the_one_who_comes(
    caller: Caller, *, sees_hold: bool, sees_visit: bool
) -> None:
    assert may_see(caller, a_hold()) is sees_hold
    assert may_see(caller, replace(a_hold(), customer=ADA)) is sees_visit
    assert is_listed(visibility_of(caller), replace(a_hold(), customer=ADA)) is sees_visit


def test_lists_are_the_same_for_all_who_have_the_same_roles_and_grants() -> None:
    """So that what a live event leads to can be shared between them."""
    ann, bob = (a_caller(Role.ASSISTANT, "location:S1", subject=name) for name in ("ann", "bob"))

    assert visibility_of(ann) == visibility_of(bob)
