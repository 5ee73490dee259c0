"""What inventory's resolvers may reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strawberry.dataloader import DataLoader

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.stock.availability import Availability
from inventory_svc.domain.stock.position import Position
from inventory_svc.ports import Catalogue, Imports, Network, StockCommits, StockReads
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
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
    channels: Imports[Channel]
    clock: Clock


class Loaders:
    """One read for all the parents of a level; made anew for each request."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self.items = loader_of(inventory.catalogue.items)
        self.positions: DataLoader[str, Sequence[Position]] = DataLoader(self._positions)
        self.reservations = loader_of(inventory.stock.reservations)
        self.availability: DataLoader[tuple[str, AvailabilityQuestion], Availability] = DataLoader(
            self._availability
        )

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
        answers = {question: await self._asked(question, of) for question, of in skus.items()}
        return [
            answer if isinstance(answer := answers[question], Refusal) else answer[sku]
            for sku, question in keys
        ]

    async def _asked(
        self, question: AvailabilityQuestion, skus: Sequence[str]
    ) -> Mapping[str, Availability] | Refusal:
        inventory = self._inventory
        try:
            return await read_availability(
                skus, question, inventory.network, inventory.stock, inventory.clock
            )
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
