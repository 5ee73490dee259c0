"""Amounts in minor units: reading, writing, adding, dividing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retail_kit.money import MalformedMoney, Money, MoneyMismatch, sum_of

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "USD"])
AMOUNTS = st.builds(Money, st.integers(-(10**15), 10**15), CURRENCIES)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("-0.05", "EUR", -5),
        ("1200", "JPY", 1200),
        ("1200.00", "JPY", 1200),
        ("1.234", "KWD", 1234),
    ],
)
def test_a_decimal_text_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.505", "EUR"),
        ("0.5", "JPY"),
        ("1e3", "EUR"),
        ("", "EUR"),
        (" 1", "EUR"),
        ("1.", "EUR"),
        (".5", "EUR"),
        ("1,5", "EUR"),
        ("\u0661", "EUR"),
        ("1", "eur"),
        ("1", "EURO"),
    ],
)
def test_a_text_that_is_no_amount_of_the_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MalformedMoney):
        Money.parse(text, currency)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(5, "EUR"), "0.05"),
        (Money(-5, "EUR"), "-0.05"),
        (Money(1250, "EUR"), "12.50"),
        (Money(1250, "JPY"), "1250"),
        (Money(0, "KWD"), "0.000"),
    ],
)
def test_an_amount_is_written_with_all_decimals_of_its_currency(money: Money, text: str) -> None:
    assert money.format() == text


@given(AMOUNTS)
def test_what_is_written_is_read_back_unchanged(money: Money) -> None:
    assert Money.parse(money.format(), money.currency) == money


def test_two_currencies_are_never_combined() -> None:
    with pytest.raises(MoneyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(MoneyMismatch):
        _ = Money(1, "EUR") < Money(1, "USD")


def test_amounts_add_subtract_and_multiply() -> None:
    price = Money(1999, "EUR")
    assert sum_of([price, price * 2, -price], "EUR") == Money(3998, "EUR")
    assert (price - price) == Money.zero("EUR")
    assert not Money.zero("EUR")


def test_the_cent_that_is_left_goes_to_the_largest_remainder() -> None:
    shares = Money(100, "EUR").allocate([1, 1, 1])
    assert [share.minor for share in shares] == [34, 33, 33]
    assert [share.minor for share in Money(10, "EUR").allocate([3, 5, 7])] == [2, 3, 5]


@given(AMOUNTS, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_shares_add_up_and_stay_within_a_unit_of_their_proportion(
    money: Money, weights: list[int]
) -> None:
    shares = money.allocate(weights)
    assert sum_of(shares, money.currency) == money
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor * sum(weights) - money.minor * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_without_a_whole_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(1, "EUR").allocate(weights)
