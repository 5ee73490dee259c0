import hypothesis.strategies as st
import pytest
from hypothesis import given

from order_svc.domain.payments.payment import PaymentMethod
from order_svc.domain.payments.tenders import Purse, TenderRule, divided, poured, spread

M = PaymentMethod
VOUCHER_AND_CARD = (Purse("v", M.VOUCHER, 3000), Purse("c", M.CARD, 7000))
AMOUNTS = st.integers(0, 10**6)
PURSES = st.lists(st.tuples(st.sampled_from(M), AMOUNTS), max_size=4).map(
    lambda drawn: [Purse(f"p{index}", *each) for index, each in enumerate(drawn)]
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(TenderRule.CARD_FIRST, {"c": 5000}), (TenderRule.PRO_RATA, {"v": 1500, "c": 3500})],
)
def test_fifty_of_thirty_by_voucher_and_seventy_by_card_are_divided_by_the_rule(
    rule: TenderRule, expected: dict[str, int]
) -> None:
    assert divided(rule, 5000, VOUCHER_AND_CARD) == expected


def test_the_card_is_emptied_before_the_voucher_and_cash_is_last() -> None:
    purses = (Purse("k", M.CASH, 10), *VOUCHER_AND_CARD)
    assert divided(TenderRule.CARD_FIRST, 10_005, purses) == {"c": 7000, "v": 3000, "k": 5}


@given(st.sampled_from(TenderRule), AMOUNTS, PURSES)
def test_what_is_divided_is_all_that_the_purses_hold_and_never_more(
    rule: TenderRule, minor: int, purses: list[Purse]
) -> None:
    found = divided(rule, minor, purses)
    most = {purse.payment_id: purse.minor for purse in purses}
    assert sum(found.values()) == min(minor, sum(most.values()))
    assert all(0 < share <= most[payment_id] for payment_id, share in found.items())


@given(st.lists(AMOUNTS, max_size=4), st.lists(AMOUNTS, max_size=4))
def test_parts_by_tender_and_by_line_add_up_both_ways(tenders: list[int], lines: list[int]) -> None:
    given_ = {f"t{index}": minor for index, minor in enumerate(tenders)}
    room = {f"l{index}": minor for index, minor in enumerate(lines)}
    found = spread(poured(sum(lines), given_), room)
    by_line = dict.fromkeys(room, 0)
    for tender, parts in found.items():
        assert sum(parts.values()) <= given_[tender]
        for line, minor in parts.items():
            assert minor > 0
            by_line[line] += minor
    assert all(by_line[line] <= most for line, most in room.items())
    assert sum(by_line.values()) == min(sum(tenders), sum(lines))
