import pytest

from order_svc.domain.payments.card_numbers import looks_like_a_card


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "tok-5500-0055-5555-5559",
        "card=378282246310005;",
        "6011000990139424",
    ],
)
def test_a_number_whose_last_digit_checks_the_others_is_a_card(text: str) -> None:
    assert looks_like_a_card(text)


@pytest.mark.parametrize(
    "text", ["tok_ok", "tok_1234", "4111111111111112", "pm_1Nf0aa9", "12345678901", "4" * 20]
)
def test_a_token_is_none(text: str) -> None:
    assert not looks_like_a_card(text)
