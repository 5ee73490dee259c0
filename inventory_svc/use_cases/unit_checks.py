"""Checking in which unit a quantity was told, where one was named."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from inventory_svc.domain.refusals import wrong_unit
from inventory_svc.ports.catalogue import Catalogue
from retail_kit.quantities import Unit
from service_kit.commands.refusal import Refusal


class Measured(Protocol):
    """A quantity of an item; `unit` is what it counts, if the sender says so."""

    @property
    def sku(self) -> str:
        """The item."""

    @property
    def unit(self) -> Unit | None:
        """What is counted."""


async def units_of(told: Iterable[Measured], catalogue: Catalogue) -> Mapping[str, Unit]:
    """Give the units of the known items of which a unit was named, by SKU, in one read or none."""
    skus = sorted({each.sku.strip() for each in told if each.unit is not None})
    items = await catalogue.items(skus) if skus else {}
    return {sku: item.unit for sku, item in items.items()}


def unit_problems(told: Measured, units: Mapping[str, Unit]) -> Iterator[Refusal]:
    """Give why a quantity is not believed, with a path inside of what was told."""
    sku = told.sku.strip()
    if told.unit is not None and told.unit is not units.get(sku, told.unit):
        yield wrong_unit(sku, told.unit, units[sku], "unit")
