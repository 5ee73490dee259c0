"""Answers out of memory when that is fresh, and out of the positions when it is not."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.rule import Share
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.availability.totals import packed_item
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.shelves import shelves_of_positions
from inventory_svc.ports.stock import FreshItems
from inventory_svc.use_cases.stock.read_availability import (
    FEW_ITEMS,
    MOST_MOVEMENTS,
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)
from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support.unruled import NoRules, OneNetwork

SKUS = [f"sku-{number}" for number in range(FEW_ITEMS + 1)]
ON_WEB = AvailabilityQuestion("web")
PAGES = 20
SEVEN = shelves_of_positions([Position(PositionKey("any", "S1"), 7)])


class Shelf7:
    """Seven units of everything in S1; whoever reads that keeps all others waiting a while."""

    def __init__(self) -> None:
        self.reading = 0
        self.most_at_once = 0
        self.reads = 0

    async def positions_of(
        self, skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        """Read positions."""
        del condition
        self.reads += 1
        self.reading += 1
        self.most_at_once = max(self.most_at_once, self.reading)
        for _ in range(10):
            await asyncio.sleep(0)
        self.reading -= 1
        return [Position(PositionKey(sku, "S1"), 7) for sku in skus]


class BusyShelf(Shelf7):
    """A shelf whose ledger has no end."""

    async def movements_after(
        self, skus: Sequence[str], moment: datetime, limit: int
    ) -> Sequence[object]:
        """Give as much as is asked for."""
        del skus, moment
        return [object()] * limit


class Memory:
    """Hears of nothing as long as anybody reads; then it has all at hand."""

    def __init__(self, stock: Shelf7, clock: SettableClock) -> None:
        self._stock = stock
        self._clock = clock

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems | None:
        """Give them."""
        del condition, waits
        if self._stock.reading or not self._stock.reads:
            return None
        return FreshItems({sku: packed_item(SEVEN) for sku in skus}, self._clock.now())


def the_sources(
    stock: Shelf7, clock: SettableClock, rules: NoRules | None = None
) -> AvailabilitySources:
    nothing = object()
    return AvailabilitySources(
        OneNetwork(),  # type: ignore[arg-type]  # all that is asked of them
        rules or NoRules(),  # type: ignore[arg-type]
        stock,  # type: ignore[arg-type]
        nothing,  # type: ignore[arg-type]
        clock,
    )


async def test_pages_that_are_not_at_hand_are_read_by_one_and_then_at_hand_for_all(
    clock: SettableClock,
) -> None:
    stock = Shelf7()
    sources = replace(the_sources(stock, clock), packed=Memory(stock, clock))

    answers = await asyncio.gather(
        *(read_availability(SKUS, ON_WEB, sources) for _ in range(PAGES))
    )

    assert (stock.reads, stock.most_at_once) == (1, 1)
    assert [[each.quantity for each in answer.values()] for answer in answers] == [
        [7] * len(SKUS)
    ] * PAGES


class SharedShelf(Shelf7):
    """Of everything three units were drawn under the share of half of it; told in what order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, ...]] = []

    async def uncounted_draws_of(self, skus: Sequence[str]) -> Sequence[ShareDraw]:
        """Give what was drawn."""
        self.asked.append(("draws", *skus))
        return [ShareDraw(ShareKey("half", sku), 3) for sku in skus]


class AtHand:
    """Has everything at hand."""

    def __init__(self, stock: SharedShelf, clock: SettableClock) -> None:
        self._stock = stock
        self._clock = clock

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems:
        """Give it after a while."""
        del condition, waits
        await asyncio.sleep(0)
        self._stock.asked.append(("shelves", *skus))
        return FreshItems({sku: packed_item(SEVEN) for sku in skus}, self._clock.now())


class HalfOfOne(NoRules):
    """A rule by which half of one item is sold."""

    async def in_force(self, _now: datetime) -> RuleSet:
        """Give it."""
        return RuleSet(1, (rule.a_rule("half", Share(percent=50), sku=SKUS[0]),))


async def test_under_a_share_only_what_was_drawn_is_read_and_after_what_is_at_hand(
    clock: SettableClock,
) -> None:
    stock = SharedShelf()
    sources = replace(the_sources(stock, clock, HalfOfOne()), packed=AtHand(stock, clock))

    answers = await read_availability(SKUS, ON_WEB, sources)

    assert [each.quantity for each in answers.values()] == [2, 7, 7, 7, 7]
    assert stock.asked == [("shelves", *SKUS), ("draws", SKUS[0])]
    assert stock.reads == 0


async def test_a_few_items_wait_for_nobody(clock: SettableClock) -> None:
    stock = Shelf7()
    sources = the_sources(stock, clock)

    async with sources.turn:
        answer = await read_availability(SKUS[:FEW_ITEMS], ON_WEB, sources)

    assert [each.quantity for each in answer.values()] == [7] * FEW_ITEMS


async def test_a_past_that_lies_behind_too_long_a_ledger_is_refused(clock: SettableClock) -> None:
    question = replace(ON_WEB, as_of=clock.now() - timedelta(days=400))

    with pytest.raises(Refusal) as refused:
        await read_availability(SKUS[:1], question, the_sources(BusyShelf(), clock))

    assert (refused.value.code, refused.value.path) == (INVALID_INPUT, ("for", "asOf"))
    assert refused.value.params == {"maximum": str(MOST_MOVEMENTS)}
