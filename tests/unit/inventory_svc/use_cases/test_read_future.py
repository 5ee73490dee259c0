"""Looking ahead for many items leaves room for others: one item a turn, and few rows a read."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.availability.future import Ahead, Outlook
from inventory_svc.domain.stock.inbound.supply import (
    Announcement,
    InboundKey,
    InboundKind,
    InboundSupply,
)
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.use_cases.inbound.read_future import ROWS_AT_ONCE, read_future
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
)
from service_kit.runtime.clock import SettableClock
from tests.support.stock import NOW
from tests.support.unruled import NoRules, OneNetwork

SKUS = [f"sku-{number}" for number in range(20)]
ON_WEB = AvailabilityQuestion("web")


class Coming:
    """Seven units of everything in S1, and so many supplies of one unit that come there."""

    def __init__(self, supplies: int) -> None:
        self.reads: list[int] = []
        self._supplies = supplies

    async def positions_of(
        self, skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        """Read positions."""
        del condition
        return [Position(PositionKey(sku, "S1"), 7) for sku in skus]

    async def inbound_of(self, skus: Sequence[str]) -> Sequence[InboundSupply]:
        """Read what comes."""
        self.reads.append(len(skus))
        return [
            InboundSupply(Announcement(_key(sku, each), 1, at, at))
            for sku in skus
            for each in range(self._supplies)
            for at in [NOW + timedelta(days=1 + each)]
        ]


def _key(sku: str, number: int) -> InboundKey:
    return InboundKey(PositionKey(sku, "S1"), InboundKind.PURCHASE_ORDER, f"{number}")


def the_sources(stock: Coming) -> AvailabilitySources:
    nothing = object()
    return AvailabilitySources(
        OneNetwork(),  # type: ignore[arg-type]  # all that is asked of them
        NoRules(),  # type: ignore[arg-type]
        stock,  # type: ignore[arg-type]
        nothing,  # type: ignore[arg-type]
        SettableClock(NOW),
    )


async def test_two_who_look_ahead_look_at_one_item_in_a_turn_of_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn = 0
    looked: list[int] = []
    look = Outlook.ahead

    def noted(outlook: Outlook) -> Ahead:
        looked.append(turn)
        return look(outlook)

    async def turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Outlook, "ahead", noted)
    sources = the_sources(Coming(1))
    turning = asyncio.create_task(turns())
    answers = await asyncio.gather(*(read_future(SKUS, ON_WEB, sources) for _ in range(2)))
    turning.cancel()

    assert len(set(looked)) == len(looked) == 2 * len(SKUS)
    for answer in answers:
        assert list(answer) == SKUS
        assert {tuple(each.quantity for each in ahead.phases) for ahead in answer.values()} == {
            (7, 8)
        }


@pytest.mark.parametrize(("supplies", "reads"), [(1, [1, 19]), (ROWS_AT_ONCE // 2, [1] * 20)])
async def test_items_are_read_together_as_far_as_their_rows_are_few(
    supplies: int, reads: list[int]
) -> None:
    stock = Coming(supplies)

    await read_future(SKUS, ON_WEB, the_sources(stock))

    assert stock.reads == reads
