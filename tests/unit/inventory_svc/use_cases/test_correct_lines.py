"""Refused lines of a call are sent again: in the unit of then, and as of then."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.feed_rejection import (
    FeedRejection,
    RejectionKey,
    RejectionState,
)
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.feeds import RejectionsWanted
from inventory_svc.use_cases.feeds.correct_lines import (
    Correction,
    CorrectionSources,
    WantedCorrections,
    correct_feed_lines,
)
from inventory_svc.use_cases.feeds.feed_lines import StockLine
from inventory_svc.use_cases.stock.import_stock import StockFeed, import_stock
from retail_kit.quantities import Unit
from service_kit.commands.line_results import LineResult, LineStatus
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.file_process import OneShop, TwoItems
from tests.support.stock import NOW, InMemoryStock

SHIRT = PositionKey("shirt", "S1")
UNITS = {"shirt": Unit.PIECE, "ribbon": Unit.MILLIMETRE}


class PiecesAndRibbon(TwoItems):
    """Knows an item that is counted in pieces, and one that is measured."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        return {sku: Item(sku, sku, unit=UNITS[sku]) for sku in await self.known(skus)}

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        return frozenset(skus) & UNITS.keys()


class NobodyTells:
    """Hears of no source."""

    async def told(self, source: StockSource, as_of: datetime) -> None:
        raise NotImplementedError

    async def look(self, source: StockSource) -> None:
        raise NotImplementedError

    async def told_at(self, codes: Iterable[str]) -> Mapping[str, datetime]:
        raise NotImplementedError


class Refused:
    """The refused lines of a stock."""

    def __init__(self, stock: InMemoryStock) -> None:
        self._stock = stock

    async def named(self, feed: str, numbers: Sequence[int]) -> Mapping[int, FeedRejection]:
        known = self._stock.rejections
        keys = (RejectionKey(feed, number) for number in numbers)
        return {key.number: known[key] for key in keys if key in known}

    async def page(self, wanted: RejectionsWanted) -> Sequence[FeedRejection]:
        raise NotImplementedError


class Books:
    """A stock, and what is fed to it."""

    def __init__(self) -> None:
        self.clock = SettableClock(NOW)
        self.stock = InMemoryStock(self.clock)

    async def told(self, line: StockLine, mode: FeedMode = FeedMode.DELTA) -> str:
        """Import one line, and give the name of the feed."""
        feed = StockFeed(build.a_request(), "erp", mode, [line])
        await import_stock(
            feed, PiecesAndRibbon(), OneShop(), self.stock, NobodyTells(), self.clock
        )
        return feed.name

    async def corrected(self, feed: str, correction: Correction) -> LineResult:
        """Send its line again."""
        shop, items = OneShop(), PiecesAndRibbon()
        sources = CorrectionSources(Refused(self.stock), items, shop, self.stock, self.clock)
        wanted = WantedCorrections(feed, (correction,))
        (result,) = await correct_feed_lines(build.a_request(), "ann", wanted, sources)
        return result

    def kept(self, feed: str) -> FeedRejection:
        """Give what is kept of its line."""
        return self.stock.rejections[RejectionKey(feed, 0)]


@pytest.fixture
def books() -> Books:
    return Books()


async def test_a_line_that_the_stock_refuses_keeps_the_unit_that_its_sender_named(
    books: Books,
) -> None:
    books.stock.commit(build.a_count(SHIRT, 700))
    feed = await books.told(StockLine("ribbon", "S1", -500, unit=Unit.MILLIMETRE))
    again = await books.corrected(feed, Correction(0, quantity=-400))

    wrong = await books.corrected(feed, Correction(0, sku="shirt"))

    refusals = [refusal.code for each in (again, wrong) for refusal in each.refusals]
    assert refusals == ["NEGATIVE_STOCK", "WRONG_UNIT"]
    kept = books.kept(feed)
    assert (kept.state, kept.told["unit"]) == (RejectionState.OPEN, "MILLIMETRE")
    assert books.stock.counters(SHIRT) == (700, 0, 0)


async def test_a_line_of_which_no_unit_was_named_is_kept_without_one(books: Books) -> None:
    feed = await books.told(StockLine("ribbon", "S1", -500))

    assert "unit" not in books.kept(feed).told


@pytest.mark.parametrize(
    ("counted_after", "status", "on_hand"),
    [
        (timedelta(minutes=-1), LineStatus.APPLIED, 7),
        (timedelta(0), LineStatus.UNCHANGED, 13),
        (timedelta(minutes=30), LineStatus.UNCHANGED, 13),
    ],
)
async def test_movements_happened_before_they_were_first_refused_however_often_they_were_again(
    books: Books, counted_after: timedelta, status: LineStatus, on_hand: int
) -> None:
    books.clock.advance(timedelta(minutes=5))
    feed = await books.told(StockLine("shirt", "S1", -6))
    counted_at = books.clock.now() + counted_after
    books.clock.advance(timedelta(hours=1))
    for quantity in (-7, -6):
        await books.corrected(feed, Correction(0, quantity=quantity))
    books.stock.commit(build.a_count(SHIRT, 13, counted_at))
    books.clock.advance(timedelta(hours=1))

    result = await books.corrected(feed, Correction(0))

    assert result.status is status
    assert books.kept(feed).state is RejectionState.CORRECTED
    assert books.stock.counters(SHIRT) == books.stock.folded(SHIRT) == (on_hand, 0, 0)


async def test_a_count_that_comes_after_the_correction_knows_of_it_too(books: Books) -> None:
    feed = await books.told(StockLine("shirt", "S1", -6))
    counted_at = books.clock.advance(timedelta(minutes=30))
    books.clock.advance(timedelta(hours=1))
    books.stock.commit(build.a_feed(FeedMode.DELTA, (SHIRT, 9)))
    await books.corrected(feed, Correction(0))

    books.stock.commit(build.a_count(SHIRT, 4, counted_at))

    assert books.stock.counters(SHIRT) == (13, 0, 0)
