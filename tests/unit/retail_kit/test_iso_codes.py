import pytest

from retail_kit.iso_codes import COUNTRIES, CURRENCIES
from retail_kit.money import exponent_of


@pytest.mark.parametrize("code", ["FR", "GB", "US", "JP", "RE"])
def test_a_country_with_a_code_is_known(code: str) -> None:
    assert code in COUNTRIES


@pytest.mark.parametrize("code", ["ZZ", "XX", "UK", "EU", "fr", ""])
def test_what_is_no_country_is_not_known(code: str) -> None:
    assert code not in COUNTRIES


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "ABC", "eur"])
def test_what_one_cannot_pay_with_is_no_currency(code: str) -> None:
    assert code not in CURRENCIES


def test_every_currency_has_decimals_and_the_list_is_whole() -> None:
    assert {len(code) for code in COUNTRIES} == {2}
    assert len(COUNTRIES) == 249
    assert {exponent_of(code) for code in CURRENCIES} == {0, 2, 3, 4}
