"""What the use-cases ask of locations, channels, suppliers and sources."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.inbound.supplier import Supplier


class Suppliers(Protocol):
    """The suppliers."""

    async def suppliers(self, codes: Sequence[str]) -> Mapping[str, Supplier]:
        """Give the suppliers that exist, by code, in one read."""


class Network(Protocol):
    """Where the snapshot of locations and channels comes from."""

    async def directory(
        self,
        *,
        channels: Iterable[str] = (),
        locations: Iterable[str] = (),
        groups: Iterable[str] = (),
        sources: Iterable[str] = (),
    ) -> NetworkDirectory:
        """Give a snapshot, half a second old at most; the current if it lacks a named code."""

    async def current(self) -> NetworkDirectory:
        """Give the network as it is now."""


class Freshness(Protocol):
    """When each source told of its stock last."""

    async def told(self, source: StockSource, as_of: datetime) -> None:
        """Take down that a source told of its stock as of a moment."""

    async def look(self, source: StockSource) -> None:
        """Raise the alert of a source that fell silent; clear it when it told again."""

    async def told_at(self, codes: Iterable[str]) -> Mapping[str, datetime]:
        """Give when sources told last; those that never did are left out."""
