"""Whoever asks is told which service did not answer."""

import pytest

from returns_svc.ports import InventoryUnavailable, OrdersUnavailable
from returns_svc.use_cases.asking import answered
from service_kit.commands.refusal import Refusal


async def silence(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "service"),
    [(OrdersUnavailable(), "order_svc"), (InventoryUnavailable(), "inventory_svc")],
)
async def test_the_refusal_names_the_service_that_did_not_answer(
    error: Exception, service: str
) -> None:
    with pytest.raises(Refusal) as refused:
        await answered(silence(error))

    assert refused.value.code == "UNAVAILABLE"
    assert refused.value.retryable
    assert refused.value.params == {"service": service}
