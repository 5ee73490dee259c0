"""Feeding the stock: lines are checked one by one and cut into commits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import ItemsWanted
from inventory_svc.use_cases.feeds.feed_lines import StockLine
from inventory_svc.use_cases.stock.import_stock import (
    LINES_PER_COMMIT,
    StockFeed,
    import_stock,
)
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock


class TwoItems:
    """Knows the shirt and the hat."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        return {sku: Item(sku, sku) for sku in await self.known(skus)}

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        return frozenset(skus) & {"shirt", "hat"}

    async def categories(self, skus: Sequence[str]) -> Mapping[str, str]:
        raise NotImplementedError

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        raise NotImplementedError

    async def page(self, wanted: ItemsWanted) -> Sequence[Item]:
        raise NotImplementedError


TILLS = StockSource("tills", "Tills", frozenset({"S1"}), timedelta(days=1))


class OneShop:
    """Knows S1, of which the tills tell."""

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        shop = Location("S1", "Shop", LocationType.STORE, "FR")
        return NetworkDirectory({"S1": shop}, {}, 1, sources={"tills": TILLS})

    async def current(self) -> NetworkDirectory:
        """Give it."""
        return await self.directory()


class Told:
    """Hears when the tills told last."""

    def __init__(self) -> None:
        self.moments: list[datetime] = []

    async def told(self, _source: StockSource, as_of: datetime) -> None:
        self.moments.append(as_of)

    async def look(self, source: StockSource) -> None:
        raise NotImplementedError

    async def told_at(self, codes: Iterable[str]) -> Mapping[str, datetime]:
        raise NotImplementedError


@pytest.fixture
def stock() -> InMemoryStock:
    return InMemoryStock(SettableClock(NOW))


async def feed(
    stock: InMemoryStock,
    lines: Sequence[StockLine],
    mode: FeedMode = FeedMode.SNAPSHOT,
    key: str | None = None,
) -> list[LineResult]:
    given = StockFeed(build.a_request(key), "erp", mode, lines)
    return await import_stock(given, TwoItems(), OneShop(), stock, Told(), stock.clock)


def told(results: Sequence[LineResult]) -> list[str]:
    return [
        result.refusals[0].code if result.refusals else result.status.value for result in results
    ]


async def test_good_lines_are_written_and_bad_ones_explained(stock: InMemoryStock) -> None:
    results = await feed(
        stock,
        [
            StockLine("shirt", "S1", 5),
            StockLine("sock", "S1", 5),
            StockLine("shirt", "S9", 5),
            StockLine("shirt", "S1", -5),
            StockLine("hat", "S1", 1, snapshot_at=NOW + timedelta(minutes=1)),
            StockLine("", "S1", 5),
            StockLine("hat", " S1 ", 2),
        ],
    )

    assert sorted(result.index for result in results) == list(range(7))
    by_index = sorted(results, key=lambda result: result.index)
    assert told(by_index) == [
        "APPLIED",
        "UNKNOWN_SKU",
        "UNKNOWN_LOCATION",
        "INVALID_INPUT",
        "INVALID_INPUT",
        "INVALID_INPUT",
        "APPLIED",
    ]
    assert stock.counters(PositionKey("shirt", "S1")) == (5, 0, 0)
    assert stock.counters(PositionKey("hat", "S1")) == (2, 0, 0)


async def test_a_feed_that_broke_off_is_finished_by_sending_it_again(stock: InMemoryStock) -> None:
    lines = [StockLine("shirt", "S1", 1)] * (LINES_PER_COMMIT + 10)
    submit, calls = stock.submit, []

    async def broken(command: object) -> object:
        calls.append(command)
        if len(calls) == 2:
            raise ConnectionError("gone")
        return await submit(command)  # type: ignore[arg-type]  # a stock command

    stock.submit = broken  # type: ignore[method-assign, assignment]  # breaks the second commit
    with pytest.raises(ConnectionError):
        await feed(stock, lines, FeedMode.DELTA, key="night")
    stock.submit = submit  # type: ignore[method-assign]  # and is well again

    results = await feed(stock, lines, FeedMode.DELTA, key="night")

    assert told(results) == ["APPLIED"] * len(lines)
    assert stock.counters(PositionKey("shirt", "S1")) == (len(lines), 0, 0)


async def test_a_feed_of_no_lines_is_refused(stock: InMemoryStock) -> None:
    with pytest.raises(Refusal) as refused:
        await feed(stock, [])

    assert refused.value.path == ("input", "lines")


@pytest.mark.parametrize("counted", [None, timedelta(hours=2)])
async def test_a_feed_that_is_sent_again_makes_its_source_no_fresher(
    counted: timedelta | None,
) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    at = None if counted is None else NOW - counted
    lines = [StockLine("shirt", "S1", 1, snapshot_at=at), StockLine("sock", "S1", 1)]
    given = StockFeed(build.a_request("night"), "erp", FeedMode.SNAPSHOT, lines, "tills")
    tills = Told()

    for _ in range(2):
        await import_stock(given, TwoItems(), OneShop(), stock, tills, clock)
        clock.advance(timedelta(hours=30))

    assert tills.moments == [at or NOW] * 2
