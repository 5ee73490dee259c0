import pytest

from order_svc.domain.lifecycles.payment_state import PaymentState, folded_state
from retail_kit.money import Money

S = PaymentState


@pytest.mark.parametrize(
    ("authorised", "captured", "voided", "failed", "state"),
    [
        (0, 0, 0, False, S.PENDING),
        (100, 0, 0, False, S.AUTHORISED),
        (100, 60, 0, False, S.PARTIALLY_CAPTURED),
        (100, 100, 0, False, S.CAPTURED),
        (100, 60, 40, False, S.CAPTURED),
        (100, 60, 30, False, S.PARTIALLY_CAPTURED),
        (100, 0, 100, False, S.VOIDED),
        (100, 0, 0, True, S.FAILED),
    ],
)
def test_the_state_follows_from_the_sums(
    authorised: int, captured: int, voided: int, failed: bool, state: PaymentState
) -> None:
    sums = [Money(minor, "EUR") for minor in (authorised, captured, voided)]
    assert folded_state(*sums, failed=failed) is state
