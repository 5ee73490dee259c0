from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retail_kit.money import Money, sum_of
from returns_svc.domain.errands import GiveBack, OrderStep, OrderUnits, Restock, TellOrders
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies.eligibility import Claim, DeliveredUnits
from returns_svc.domain.policies.policy import Grade, Place, ReturnReason
from returns_svc.domain.requests.change import Doing
from returns_svc.domain.requests.declaring import Beginning, Rules, approved, declared
from returns_svc.domain.requests.inspecting import Finding, inspected
from returns_svc.domain.requests.line import Basis, RejectReason
from returns_svc.domain.requests.refunding import answered, fixed
from returns_svc.domain.requests.return_request import (
    RefundState,
    Return,
    ReturnChannel,
    SoldIn,
)
from returns_svc.domain.requests.returnable import ReturnableLine, ReturnableOrder
from service_kit.commands.refusal import Refusal

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOING = Doing("user:ann", NOW)
SHOP = Place("S1", "STORE")
LINE = "ret.l1"


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def a_return(
    units: int = 2, paid: int = 2000, *, earlier: int = 0, paid_here: bool = True
) -> Return:
    """Units in a shop, of an order line of so many units more that came back earlier."""
    line = ReturnableLine(
        "order.l1", "SHOE", eur(paid), units + earlier, (DeliveredUnits(units, NOW),), 0, earlier
    )
    order = ReturnableOrder(SoldIn("order", "T-1", "web", "EUR", "FR", paid_here), (line,))
    beginning = Beginning("ret", ReturnChannel.STORE, DOING, timedelta(days=30), "S1")
    claims = [Claim("order.l1", units, ReturnReason.CHANGED_MIND)]
    found = declared(beginning, order, claims, Rules([], {}))
    return approved(found, SHOP, DOING).after


def graded(*findings: tuple[int, Grade]) -> list[Finding]:
    return [Finding(LINE, quantity, grade) for quantity, grade in findings]


def looked_at(found: Return, findings: Sequence[Finding]) -> Return:
    return inspected(found, findings, {}, DOING).after


def test_two_units_as_new_and_worn_are_refunded_by_their_grades() -> None:
    change = inspected(a_return(), graded((1, Grade.A), (1, Grade.C)), {}, DOING)
    assert change.after.state is ReturnState.ACCEPTED
    (refund,) = change.after.refunds
    assert refund.amount("EUR") == eur(1000 + 400)
    (told,) = [one for one in change.errands if isinstance(one, TellOrders)]
    assert (told.step, told.lines) == (OrderStep.COMPLETE, (OrderUnits("order.l1", 2),))
    (restock,) = [one for one in change.errands if isinstance(one, Restock)]
    assert [(one.condition, one.quantity) for one in restock.lines] == [("NEW", 1), ("USED_B", 1)]
    assert any(isinstance(one, GiveBack) for one in change.errands)


def test_a_rejected_unit_stays_with_the_customer_and_costs_nothing() -> None:
    findings = [Finding(LINE, 1, Grade.A), Finding(LINE, 1, Grade.C, RejectReason.WORN)]
    change = inspected(a_return(), findings, {}, DOING)
    assert change.after.state is ReturnState.PARTIALLY_ACCEPTED
    steps = {one.step: one.lines for one in change.errands if isinstance(one, TellOrders)}
    assert steps == {
        OrderStep.WITHDRAW: (OrderUnits("order.l1", 1),),
        OrderStep.COMPLETE: (OrderUnits("order.l1", 1),),
    }
    rejected = looked_at(a_return(1), [Finding(LINE, 1, Grade.C, RejectReason.WORN)])
    assert (rejected.state, rejected.refunds) == (ReturnState.REJECTED, ())


def test_units_are_inspected_one_after_the_other_and_none_twice() -> None:
    half = looked_at(a_return(), graded((1, Grade.A)))
    assert half.state is ReturnState.INSPECTING
    with pytest.raises(Refusal, match="QUANTITY_EXCEEDED"):
        looked_at(half, graded((2, Grade.A)))
    assert looked_at(half, graded((1, Grade.A))).state is ReturnState.ACCEPTED


def test_an_order_paid_elsewhere_is_refunded_elsewhere() -> None:
    change = inspected(a_return(paid_here=False), graded((2, Grade.A)), {}, DOING)
    assert [one.state for one in change.after.refunds] == [RefundState.ELSEWHERE]
    assert not [one for one in change.errands if isinstance(one, GiveBack)]


def test_a_refund_asks_for_no_more_than_is_left_and_ends_the_return_when_it_has_gone() -> None:
    found = looked_at(a_return(), graded((2, Grade.A)))
    (refund,) = found.refunds
    asked = fixed(found, refund, {"order.l1": eur(1500)}, DOING).after
    assert asked.refunds[0].amount("EUR") == eur(1500)
    assert asked.refunds[0].state is RefundState.SUBMITTED
    done = answered(asked, asked.refunds[0], RefundState.SUCCEEDED, DOING).after
    assert (done.state, done.refunded) == (ReturnState.REFUNDED, eur(1500))


def test_a_refund_of_which_nothing_is_left_has_succeeded_with_nothing() -> None:
    found = looked_at(a_return(), graded((2, Grade.A)))
    done = fixed(found, found.refunds[0], {}, DOING).after
    assert (done.state, done.refunded) == (ReturnState.REFUNDED, eur(0))


@given(
    paid=st.integers(0, 100_000),
    units=st.integers(1, 12),
    earlier=st.integers(0, 12),
    grades=st.data(),
)
def test_all_units_together_are_worth_what_was_paid_and_no_grade_gives_more(
    paid: int, units: int, earlier: int, grades: st.DataObject
) -> None:
    found = a_return(units, paid, earlier=earlier)
    share = Basis(eur(paid), units + earlier).share(earlier, units + earlier)
    left, worse = units, False
    while left:
        quantity = grades.draw(st.integers(1, left))
        grade = grades.draw(st.sampled_from(Grade))
        found = looked_at(found, graded((quantity, grade)))
        left -= quantity
        worse = worse or grade is not Grade.A
    given_back = sum_of([one.amount("EUR") for one in found.refunds], "EUR")
    assert given_back <= share
    if not worse:
        assert given_back == share


@given(paid=st.integers(0, 100_000), parts=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_the_shares_of_an_order_line_add_up_to_what_was_paid(paid: int, parts: list[int]) -> None:
    basis = Basis(eur(paid), sum(parts))
    shares, before = [], 0
    for part in parts:
        shares.append(replace(basis, before=before).share(0, part))
        before += part
    assert sum_of(shares, "EUR") == eur(paid)
