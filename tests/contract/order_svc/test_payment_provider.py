"""What any payment provider must do for orders; held by the sandbox on a real MongoDB."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from order_svc.domain.payments.payment import Answer, PaymentMethod
from order_svc.ports import MoneyMove, PaymentProvider, PaymentUnavailable, Tender
from order_svc.providers.absent import NoProvider
from order_svc.providers.sandbox import SandboxProvider
from retail_kit.money import Money
from tests.support.orders_process import OrdersProcess


@pytest.fixture
def provider(process: OrdersProcess) -> PaymentProvider:
    """Give the provider that is held to the contract."""
    return SandboxProvider(process.database)


def a_tender(means: str = "tok_ok", minor: int = 1000, key: str = "a") -> Tender:
    return Tender(key, "o1", PaymentMethod.CARD, means, Money(minor, "EUR"))


def a_move(key: str, minor: int, authorisation: str = "a", currency: str = "EUR") -> MoneyMove:
    return MoneyMove(key, authorisation, Money(minor, currency))


async def accepted(asked: Awaitable[Answer]) -> bool:
    return (await asked).accepted


async def test_what_is_authorised_is_taken_in_parts_and_never_more(
    provider: PaymentProvider,
) -> None:
    assert await accepted(provider.authorise(a_tender()))
    assert await accepted(provider.capture(a_move("c1", 600)))
    assert not await accepted(provider.capture(a_move("c2", 401)))
    assert await accepted(provider.capture(a_move("c3", 400)))
    assert not await accepted(provider.capture(a_move("c4", 1)))


async def test_what_is_taken_is_given_back_in_parts_and_never_more(
    provider: PaymentProvider,
) -> None:
    await provider.authorise(a_tender())
    assert not await accepted(provider.refund(a_move("r0", 1)))
    await provider.capture(a_move("c", 600))
    assert await accepted(provider.refund(a_move("r1", 500)))
    assert not await accepted(provider.refund(a_move("r2", 101)))
    assert await accepted(provider.refund(a_move("r3", 100)))


async def test_what_is_let_go_of_cannot_be_taken(provider: PaymentProvider) -> None:
    await provider.authorise(a_tender())
    await provider.capture(a_move("c1", 600))
    assert not await accepted(provider.void(a_move("v1", 401)))
    assert await accepted(provider.void(a_move("v2", 400)))
    assert not await accepted(provider.capture(a_move("c2", 1)))


async def test_an_authorisation_that_comes_after_it_was_voided_is_refused(
    provider: PaymentProvider,
) -> None:
    assert await accepted(provider.void(a_move("v", 1000)))
    assert not await accepted(provider.authorise(a_tender()))
    assert not await accepted(provider.capture(a_move("c", 1000)))


async def test_a_declined_authorisation_can_be_voided_and_pays_nothing(
    provider: PaymentProvider,
) -> None:
    assert await provider.authorise(a_tender("tok_declined")) == Answer(
        accepted=False, reason="DECLINED"
    )
    assert not await accepted(provider.capture(a_move("c", 1)))
    assert await accepted(provider.void(a_move("v", 1000)))


@pytest.mark.parametrize("minor", [0, -1])
async def test_nothing_moves_without_an_amount_or_in_another_currency(
    minor: int, provider: PaymentProvider
) -> None:
    await provider.authorise(a_tender())
    assert not await accepted(provider.capture(a_move("c1", minor)))
    assert not await accepted(provider.capture(a_move("c2", 1, currency="USD")))


async def test_each_call_is_done_once_per_key_however_often_and_at_once_it_is_made(
    provider: PaymentProvider,
) -> None:
    calls: list[Callable[[], Awaitable[Answer]]] = [
        lambda: provider.authorise(a_tender()),
        lambda: provider.capture(a_move("c", 400)),
        lambda: provider.refund(a_move("r", 300)),
        lambda: provider.void(a_move("v", 500)),
    ]
    for call in calls:
        answers = await asyncio.gather(*(call() for _ in range(5)))
        assert answers == [Answer(accepted=True)] * 5
    assert await accepted(provider.capture(a_move("c2", 100)))
    assert await accepted(provider.refund(a_move("r2", 200)))
    assert not await accepted(provider.refund(a_move("r3", 1)))


async def test_a_no_is_repeated_too(provider: PaymentProvider) -> None:
    await provider.authorise(a_tender())
    assert not await accepted(provider.refund(a_move("r", 100)))
    await provider.capture(a_move("c", 100))
    assert not await accepted(provider.refund(a_move("r", 100)))


async def test_many_captures_at_once_take_no_more_than_was_authorised(
    provider: PaymentProvider,
) -> None:
    await provider.authorise(a_tender())
    moves = [a_move(f"c{index}", 300) for index in range(8)]
    answers = await asyncio.gather(*(provider.capture(move) for move in moves))
    assert sum(one.accepted for one in answers) == 3


async def test_an_answer_that_was_lost_is_found_again_under_the_same_key(
    provider: PaymentProvider,
) -> None:
    tender = a_tender("tok_slow")
    calls: list[Callable[[], Awaitable[Answer]]] = [
        lambda: provider.authorise(tender),
        lambda: provider.capture(a_move("c", 1000)),
        lambda: provider.refund(a_move("r", 1000)),
    ]
    for call in calls:
        with pytest.raises(PaymentUnavailable):
            await call()
        assert await accepted(call())


async def test_a_refund_can_fail_once_or_for_good(provider: PaymentProvider) -> None:
    for name, token in (("once", "tok_refund_fails_once_1"), ("closed", "tok_refund_closed")):
        await provider.authorise(a_tender(token, key=name))
        await provider.capture(a_move(f"{name}.c", 1000, name))
        answers = [
            await accepted(provider.refund(a_move(f"{name}.r{attempt}", 1000, name)))
            for attempt in ("", ".a2")
        ]
        assert answers == [False, name == "once"]


async def test_without_a_provider_every_tender_is_declined() -> None:
    provider = NoProvider()
    assert await provider.authorise(a_tender()) == Answer(accepted=False, reason="NO_PROVIDER")
    assert not await accepted(provider.capture(a_move("c", 1)))
    assert not await accepted(provider.refund(a_move("r", 1)))
    assert await accepted(provider.void(a_move("v", 1)))
