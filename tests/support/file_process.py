"""One process that applies a file of stock, joined without the rest of inventory.

`python -m tests.support.file_process URL DATABASE FILE READING` does one reading of a file, until
it is killed.
"""

import asyncio
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from inventory_svc.app import SERVICE
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.feeds.feed_file import FilePass
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.sourcing import NearestLocations
from inventory_svc.mongo.alerts import MongoAlerts
from inventory_svc.mongo.feed_files import MongoFeedFiles
from inventory_svc.mongo.freshness import MongoFreshness
from inventory_svc.mongo.group_commits import GroupCommits
from inventory_svc.mongo.stock_commits import CommitTools, StockTransactions
from inventory_svc.mongo.stock_reads import MongoStockReads
from inventory_svc.mongo.unnamed_positions import MongoUnnamedPositions
from inventory_svc.ports.catalogue import ItemsWanted
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.feeds.apply_file import apply_file
from inventory_svc.use_cases.feeds.file_steps import FileTools
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.storage.database import Database, connect
from service_kit.storage.idempotency import MongoOutcomes

SKUS: Final = frozenset({"shirt", "hat"})
_SHOP: Final = Location("S1", "Shop", LocationType.STORE, "FR")
_TILLS: Final = StockSource("tills", "Tills", frozenset({"S1"}))


class OneShop:
    """Knows S1, of which the tills tell."""

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        """Give it."""
        return NetworkDirectory({"S1": _SHOP}, sources={"tills": _TILLS})

    async def current(self) -> NetworkDirectory:
        """Give it."""
        return await self.directory()


class TwoItems:
    """Knows the shirt and the hat."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give them."""
        return {sku: Item(sku, sku) for sku in await self.known(skus)}

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that are theirs."""
        return SKUS & set(skus)

    async def categories(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Say that none is of any."""
        del skus
        return {}

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        """Say that none is known."""
        return frozenset(categories) & frozenset()

    async def page(self, wanted: ItemsWanted) -> Sequence[Item]:
        """Give no list."""
        raise NotImplementedError(wanted)


class NoTopSellers:
    """Sells everything alike, or some better."""

    def __init__(self, *skus: str) -> None:
        self._skus = skus

    async def top_sellers(self, limit: int) -> Sequence[str]:
        """Give them."""
        return self._skus[:limit]


def files_of(database: Database, clock: Clock) -> MongoFeedFiles:
    """Give the files of a database."""
    outcomes, due_work = MongoOutcomes(database, clock), DueWork(database, clock)
    alerts = MongoAlerts(database, Outbox(database, SERVICE, 4))
    return MongoFeedFiles(database, outcomes, due_work, alerts, clock)


def tools_of(database: Database, clock: Clock, commits: StockCommits | None = None) -> FileTools:
    """Join what a file is applied with, on commits of its own unless some are given."""
    outcomes, due_work = MongoOutcomes(database, clock), DueWork(database, clock)
    outbox = Outbox(database, SERVICE, 4)
    tools = CommitTools(database, outcomes, outbox, due_work, clock, NearestLocations())
    alerts = MongoAlerts(database, outbox)
    return FileTools(
        files_of(database, clock),
        TwoItems(),
        OneShop(),
        MongoStockReads(database),
        commits or GroupCommits(StockTransactions(tools)),
        MongoUnnamedPositions(database),
        MongoFreshness(database, clock, alerts, due_work),
        clock,
    )


async def _run(url: str, name: str, file: str, reading: str) -> None:
    database = connect(url, name)
    await apply_file(file, FilePass(reading), tools_of(database, SystemClock()))
    await database.close()


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:5]))
