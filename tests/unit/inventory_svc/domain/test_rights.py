"""Who may reserve and release what, beyond the roles that the operations name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.domain.rights import OF_CUSTOMERS, allowance_of, release_right
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import (
    HOLD_PERIODS,
    Peg,
    Reservation,
    ReservationKind,
)
from retail_kit.quantities import Unit
from retail_kit.roles import SERVICE, Role
from service_kit.identity.caller import Caller, CallerKind
from tests.support.stock import NOW

SOFT = tuple(HOLD_PERIODS)
NO, HIDDEN, YES = "FORBIDDEN", "NOT_FOUND", None


def a_caller(role: str, *locations: str, subject: str = "ann") -> Caller:
    kind = CallerKind.SERVICE if role == SERVICE else CallerKind.USER
    grants = frozenset(f"location:{code}" for code in locations)
    return Caller(subject, kind, frozenset({role}), grants, NOW + timedelta(hours=1))


def a_reservation(kind: ReservationKind, owner: str = "bob") -> Reservation:
    pegs = tuple(Peg(at, PositionKey("shirt", at), 1) for at in ("S1", "S2"))
    order = "order-1" if kind is ReservationKind.ORDER else None
    return Reservation("r", kind, owner, pegs, NOW, order_id=order)


def told(caller: Caller, reservation: Reservation) -> str | None:
    refusal = release_right(caller).refusal_of(reservation)
    return None if refusal is None else refusal.code


@pytest.mark.parametrize(
    ("caller", "of_an_order", "soft"),
    [
        (a_caller(Role.CUSTOMER), HIDDEN, HIDDEN),
        (a_caller(Role.ASSISTANT), NO, NO),
        (a_caller(Role.ASSISTANT, "S1"), NO, NO),
        (a_caller(Role.ASSISTANT, "S1", "S2", "S3"), NO, YES),
        (a_caller(Role.CUSTOMER_SERVICE), NO, YES),
        (a_caller(Role.OPERATOR), NO, YES),
        (a_caller(Role.INTEGRATION), NO, YES),
        (a_caller(SERVICE, subject="order_svc"), YES, YES),
    ],
)
def test_who_may_release_what_somebody_else_reserved(
    caller: Caller, of_an_order: str | None, soft: str | None
) -> None:
    assert told(caller, a_reservation(ReservationKind.ORDER)) == of_an_order
    assert {told(caller, a_reservation(kind)) for kind in SOFT} == {soft}


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.ASSISTANT, Role.CUSTOMER_SERVICE])
@pytest.mark.parametrize("kind", SOFT)
def test_people_release_their_own_reservations_wherever_they_are(
    role: Role, kind: ReservationKind
) -> None:
    assert told(a_caller(role), a_reservation(kind, owner="ann")) is YES


def test_the_name_of_the_service_gives_nobody_the_reservations_of_its_orders() -> None:
    reservation = a_reservation(ReservationKind.ORDER, owner="order_svc")

    assert told(a_caller(Role.INTEGRATION, subject="order_svc"), reservation) == NO


def test_an_integration_releases_the_hard_reservation_that_it_made_without_an_order() -> None:
    reservation = replace(a_reservation(ReservationKind.ORDER, owner="ann"), order_id=None)

    assert told(a_caller(Role.INTEGRATION), reservation) is YES
    assert told(a_caller(Role.OPERATOR, subject="otto"), reservation) == NO


def test_a_customer_has_only_so_much_kept_and_those_who_serve_customers_more() -> None:
    assert allowance_of(a_caller(Role.CUSTOMER)) == OF_CUSTOMERS
    for role in (Role.ASSISTANT, Role.CUSTOMER_SERVICE, Role.INTEGRATION, SERVICE):
        assert allowance_of(a_caller(role)) is None


def test_what_a_customer_has_kept_is_bounded_in_whatever_unit_it_is_measured() -> None:
    assert OF_CUSTOMERS.measured.keys() == {*Unit} - {Unit.PIECE}
