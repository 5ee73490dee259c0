"""What inventory's resolvers may reach."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from strawberry.dataloader import DataLoader

from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.availability.answer import Availability
from inventory_svc.domain.stock.availability.future import Ahead
from inventory_svc.domain.stock.availability.policy import Policies
from inventory_svc.domain.stock.availability.totals import PackedItem
from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.position import Position
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.units.unit import SerialUnit
from inventory_svc.ports.alerts import Alerts
from inventory_svc.ports.back_in_stock import BackInStock
from inventory_svc.ports.catalogue import Catalogue, Imports, TopSellers
from inventory_svc.ports.feeds import FeedFiles, FeedRejections
from inventory_svc.ports.network import Freshness, Network, Suppliers
from inventory_svc.ports.rules import Rules
from inventory_svc.ports.stock import FreshItems, PackedStock, PickRecords, StockCommits, StockReads
from inventory_svc.ports.units import UnitReads
from inventory_svc.use_cases.inbound.read_future import read_future
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)
from service_kit.commands.refusal import Refusal
from service_kit.graphql.context import InfoOf, LoadingContext
from service_kit.graphql.loaders import loader_of
from service_kit.messaging.event_log import EventLog
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Inventory:
    """The ports, joined to what is behind them."""

    catalogue: Catalogue
    network: Network
    stock: StockReads
    commits: StockCommits
    items: Imports[Item]
    locations: Imports[Location]
    location_groups: Imports[LocationGroup]
    channels: Imports[Channel]
    suppliers: Imports[Supplier]
    known_suppliers: Suppliers
    rules: Rules
    picks: PickRecords
    alert_rules: Imports[StockAlertRule]
    alerts: Alerts
    back_in_stock: BackInStock
    units: UnitReads
    sources_of_stock: Imports[StockSource]
    freshness: Freshness
    rejections: FeedRejections
    files: FeedFiles
    top_sellers: TopSellers
    clock: Clock
    policies: Policies = field(default_factory=Policies)
    packed: PackedStock | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def sources(self) -> AvailabilitySources:
        """What an answer about availability is made from."""
        return AvailabilitySources(
            self.network,
            self.rules,
            self.stock,
            self.catalogue,
            self.clock,
            self.policies,
            turn=self.turn,
        )


class PackedOnce:
    """Items at hand, of which all questions of a request see the same.

    A request about entities that others have named may follow an event: it wants what is so now,
    and nothing at hand is good enough.
    """

    def __init__(self, packed: PackedStock) -> None:
        self._packed = packed
        self._seen: dict[tuple[str, Condition], tuple[PackedItem, datetime]] = {}
        self.wants_present = False

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems | None:
        """Give items as first seen by this request, and the oldest moment at which one was so."""
        if self.wants_present:
            return None
        unseen = [sku for sku in skus if (sku, condition) not in self._seen]
        if unseen:
            found = await self._packed.items(unseen, condition, waits=waits)
            if found is None:
                return None
            for sku, item in found.items.items():
                self._seen.setdefault((sku, condition), (item, found.as_of))
        seen = {sku: self._seen[sku, condition] for sku in skus}
        return FreshItems(
            {sku: item for sku, (item, _) in seen.items()}, min(at for _, at in seen.values())
        )


class ReadOnce:
    """Reads of the stock in which all questions of a request about an item share one."""

    def __init__(self, stock: StockReads) -> None:
        self._stock = stock
        self.draws_of = stock.draws_of
        self.uncounted_draws_of = stock.uncounted_draws_of
        self.inbound_of = stock.inbound_of
        self.movements_after = stock.movements_after
        self.movements = stock.movements
        self.declarations = stock.declarations
        self.positions = stock.positions
        self.reservations = stock.reservations

    @cached_property
    def _positions(self) -> DataLoader[tuple[str, Condition | None], Sequence[Position]]:
        return DataLoader(self._read)

    async def positions_of(
        self, skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        """Give all positions of the SKUs, as first read by this request."""
        found = await self._positions.load_many([(sku, condition) for sku in skus])
        return [position for of_sku in found for position in of_sku]

    async def _read(self, keys: list[tuple[str, Condition | None]]) -> list[Sequence[Position]]:
        wanted: dict[Condition | None, list[str]] = {}
        for sku, condition in keys:
            wanted.setdefault(condition, []).append(sku)
        found: dict[tuple[str, Condition | None], list[Position]] = {key: [] for key in keys}
        for condition, skus in wanted.items():
            for position in await self._stock.positions_of(skus, condition):
                found[position.key.sku, condition].append(position)
        return [found[key] for key in keys]


class Loaders:
    """One read for all the parents of a level; made anew for each request, as far as it asks."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    @cached_property
    def items(self) -> DataLoader[str, Item | None]:
        """Items by SKU."""
        return loader_of(self._inventory.catalogue.items)

    @cached_property
    def packed(self) -> PackedOnce | None:
        """What is at hand, if anything is."""
        packed = self._inventory.packed
        return None if packed is None else PackedOnce(packed)

    @cached_property
    def sources(self) -> AvailabilitySources:
        """What answers about availability are made from."""
        return self._inventory.sources.reading(ReadOnce(self._inventory.stock), self.packed)

    @cached_property
    def positions(self) -> DataLoader[str, Sequence[Position]]:
        """Positions by SKU."""
        return DataLoader(self._positions)

    @cached_property
    def reservations(self) -> DataLoader[str, Reservation | None]:
        """Reservations by their identifier."""
        return loader_of(self._inventory.stock.reservations)

    @cached_property
    def units(self) -> DataLoader[str, SerialUnit | None]:
        """Pieces by their serial number."""
        return loader_of(self._inventory.units.units)

    @cached_property
    def availability(self) -> DataLoader[tuple[str, AvailabilityQuestion], Availability]:
        """Answers by SKU and question."""
        return DataLoader(self._availability)

    @cached_property
    def inbound(self) -> DataLoader[str, Sequence[InboundSupply]]:
        """Supply that is on its way, by SKU."""
        return DataLoader(self._inbound)

    @cached_property
    def future(self) -> DataLoader[tuple[str, AvailabilityQuestion], Ahead]:
        """What can be promised later, by SKU and question."""
        return DataLoader(self._future)

    async def _inbound(self, skus: list[str]) -> list[Sequence[InboundSupply]]:
        by_sku: dict[str, list[InboundSupply]] = {sku: [] for sku in skus}
        for supply in await self._inventory.stock.inbound_of(skus):
            by_sku[supply.key.position.sku].append(supply)
        return [by_sku[sku] for sku in skus]

    async def _future(self, keys: list[tuple[str, AvailabilityQuestion]]) -> list[Ahead]:
        skus: dict[AvailabilityQuestion, list[str]] = {}
        for sku, question in keys:
            skus.setdefault(question, []).append(sku)
        told = await asyncio.gather(
            *(read_future(of, question, self.sources) for question, of in skus.items())
        )
        answers = dict(zip(skus, told, strict=True))
        return [answers[question][sku] for sku, question in keys]

    def want_present(self) -> None:
        """Have the stock read as it is now for the rest of the request."""
        if self.packed is not None:
            self.packed.wants_present = True

    async def _positions(self, skus: list[str]) -> list[Sequence[Position]]:
        by_sku: dict[str, list[Position]] = {sku: [] for sku in skus}
        for position in await self._inventory.stock.positions_of(skus):
            by_sku[position.key.sku].append(position)
        return [by_sku[sku] for sku in skus]

    async def _availability(
        self, keys: list[tuple[str, AvailabilityQuestion]]
    ) -> list[Availability | BaseException]:
        skus: dict[AvailabilityQuestion, list[str]] = {}
        for sku, question in keys:
            skus.setdefault(question, []).append(sku)
        told = await asyncio.gather(*(self._asked(question, of) for question, of in skus.items()))
        answers = dict(zip(skus, told, strict=True))
        return [
            answer if isinstance(answer := answers[question], Refusal) else answer[sku]
            for sku, question in keys
        ]

    async def _asked(
        self, question: AvailabilityQuestion, skus: Sequence[str]
    ) -> Mapping[str, Availability] | Refusal:
        try:
            return await read_availability(skus, question, self.sources)
        except Refusal as refusal:
            return refusal


@dataclass(frozen=True, slots=True)
class InventoryContext(LoadingContext[Loaders]):
    """The caller, the time, the ports and the loaders of one request."""

    inventory: Inventory
    log: EventLog

    def new_loaders(self) -> Loaders:
        """Give loaders that have read nothing yet."""
        return Loaders(self.inventory)


Info = InfoOf[InventoryContext]
