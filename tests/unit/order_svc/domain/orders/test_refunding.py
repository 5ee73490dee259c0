"""A refund never gives back more than was taken: by line, by tender and in all (L19)."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from order_svc.domain.lifecycles.payment_state import RefundState
from order_svc.domain.orders.account import captured_of, refundable_of, refunded_of
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.refunding import RefundWish, refund
from order_svc.domain.orders.settling import open_operation, settled
from order_svc.domain.payments.payment import (
    Answer,
    OperationKind,
    OperationState,
    PaymentMethod,
)
from order_svc.domain.payments.refund import RefundLine, RefundReason
from order_svc.domain.payments.tenders import TenderRule
from retail_kit.money import Money, sum_of
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from tests.support.orders import (
    AT,
    EUR,
    a_paid_order,
    all_answered,
    delivered,
    packed,
    picked,
    shipped,
)

M = PaymentMethod
LINES = st.tuples(st.integers(1, 5), st.integers(1, 5000), st.integers(0, 9000)).map(
    lambda line: (line[0], line[1], min(line[2], line[0] * line[1] - 1))
)
TENDERS = st.lists(st.tuples(st.sampled_from(M), st.integers(1, 9000)), max_size=3)


def eur(minor: int) -> Money:
    return Money(minor, EUR)


def a_sent_order(
    lines: list[tuple[int, int, int]],
    tenders: list[tuple[PaymentMethod, int]],
    rule: TenderRule = TenderRule.CARD_FIRST,
) -> Order:
    order = all_answered(a_paid_order(lines, tenders, rule))
    return all_answered(delivered(shipped(packed(picked(order)))))


def asked(order: Order, ref: str, *lines: RefundLine, amount: int | None = None) -> Order:
    wish = RefundWish(ref, RefundReason.RETURN, lines, None if amount is None else eur(amount))
    change = refund(order, wish)
    assert change is not None
    return change.order


def codes(order: Order, ref: str, *lines: RefundLine, amount: int | None = None) -> list[str]:
    with pytest.raises((Refusal, RefusedAll)) as refused:
        asked(order, ref, *lines, amount=amount)
    assert isinstance(refused.value, Refusal | RefusedAll)
    return [one.code for one in refusals_in(refused.value)]


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(LINES, min_size=1, max_size=4),
    tenders=TENDERS,
    rule=st.sampled_from(TenderRule),
    data=st.data(),
)
def test_l19_refunds_never_exceed_captures_line_by_line_tender_by_tender(
    lines: list[tuple[int, int, int]],
    tenders: list[tuple[PaymentMethod, int]],
    rule: TenderRule,
    data: Any,
) -> None:
    order = a_sent_order(lines, tenders, rule)
    paid = sum_of([line.total for line in order.lines], EUR)
    assert sum_of([one.captured for one in order.payments], EUR) == paid
    for number in range(data.draw(st.integers(1, 6))):
        line = data.draw(st.sampled_from(order.lines))
        minor = data.draw(st.integers(1, line.total.minor + 1))
        there_is = refundable_of(order, line.id)
        part = RefundLine(line.id, 1, eur(minor))
        if eur(minor) > there_is:
            assert codes(order, f"r{number}", part) == ["REFUND_EXCEEDS_PAID"]
        else:
            order = asked(order, f"r{number}", part)
            accepted = data.draw(st.booleans())
            order = all_answered(order, accepted=accepted)
        never_more_than_taken(order)
    rest = [refundable_of(order, line.id).minor for line in order.lines]
    if sum(rest):
        order = all_answered(asked(order, "rest", amount=sum(rest)))
        never_more_than_taken(order)
    assert sum_of([one.refunded for one in order.payments], EUR) == paid
    assert codes(order, "more", amount=1) == ["REFUND_EXCEEDS_PAID"]


def never_more_than_taken(order: Order) -> None:
    for line in order.lines:
        assert refunded_of(order, line.id) <= captured_of(order, line.id) == line.total
    for payment in order.payments:
        assert payment.refunded <= payment.captured <= payment.authorised


@pytest.mark.parametrize(
    ("rule", "back"), [(TenderRule.CARD_FIRST, (0, 5000)), (TenderRule.PRO_RATA, (1500, 3500))]
)
def test_fifty_back_of_thirty_by_voucher_and_seventy_by_card(
    rule: TenderRule, back: tuple[int, int]
) -> None:
    order = a_sent_order([(2, 5000, 0)], [(M.VOUCHER, 3000)], rule)
    order = all_answered(asked(order, "r", RefundLine(order.lines[0].id, 1, eur(5000))))
    assert tuple(one.refunded.minor for one in order.payments) == back


def test_nothing_is_given_back_before_it_was_taken() -> None:
    order = a_paid_order([(1, 5000, 0)], [])
    assert codes(order, "r", amount=1) == ["REFUND_EXCEEDS_PAID"]


def test_a_refund_asked_for_twice_by_its_name_is_one_refund() -> None:
    order = a_sent_order([(1, 5000, 0)], [])
    order = asked(order, "r", amount=1000)
    assert refund(order, RefundWish("r", RefundReason.RETURN, amount=eur(1000))) is None
    assert codes(order, "r", amount=2000) == ["INVALID_INPUT"]


def test_a_refused_refund_is_tried_three_times_under_new_keys_and_then_has_failed() -> None:
    order = asked(a_sent_order([(1, 5000, 0)], []), "r", amount=1000)
    (key,) = [
        one.key for one in order.payments[0].operations if one.state is OperationState.REQUESTED
    ]
    keys = []
    while found := open_operation(order, key):
        keys.append(found[1].provider_key)
        change = settled(order, key, Answer(accepted=False, reason="CLOSED"), AT)
        assert change is not None
        order = change.order
    assert [one.removeprefix(key) for one in keys] == ["", ".a2", ".a3"]
    assert order.refunds[0].state is RefundState.FAILED
    assert refundable_of(order, order.lines[0].id) == eur(5000)


def test_what_one_tender_has_refused_goes_to_another() -> None:
    order = a_sent_order([(1, 10_000, 0)], [(M.VOUCHER, 5000)])
    order = all_answered(asked(order, "r1", amount=1000), accepted=False)
    assert order.payments[1].has_failed(OperationKind.REFUND)
    order = all_answered(asked(order, "r2", amount=6000))
    assert [one.refunded.minor for one in order.payments] == [5000, 1000]


@pytest.mark.parametrize(
    ("lines", "amount", "code"),
    [
        ([("o1.l1", 1, 6000)], None, "REFUND_EXCEEDS_PAID"),
        ([("o1.l9", 1, 100)], None, "NOT_FOUND"),
        ([("o1.l1", 2, 100)], None, "INVALID_INPUT"),
        ([("o1.l1", 1, 0)], None, "INVALID_INPUT"),
        ([("o1.l1", 1, 100)], 200, "INVALID_INPUT"),
        ([("o1.l1", 1, 100), ("o1.l1", 1, 100)], None, "INVALID_INPUT"),
        ([], None, "INVALID_INPUT"),
        ([], -1, "INVALID_INPUT"),
    ],
)
def test_a_refund_that_makes_no_sense_is_refused(
    lines: list[tuple[str, int, int]], amount: int | None, code: str
) -> None:
    order = a_sent_order([(1, 5000, 0), (1, 5000, 0)], [])
    wished = [RefundLine(line, units, eur(minor)) for line, units, minor in lines]
    assert codes(order, "r", *wished, amount=amount) == [code]
