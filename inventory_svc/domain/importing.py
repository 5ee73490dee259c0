"""Deciding a bulk import of reference records: what is new, what changed, what is the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.item import Item, problem_of_change
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.inbound.supplier import Supplier
from service_kit.commands.line_results import LineResult, LineStatus, rejected
from service_kit.commands.refusal import Refusal

Record: TypeAlias = (
    Item | Location | Channel | LocationGroup | Supplier | StockAlertRule | StockSource
)
RecordT = TypeVar(
    "RecordT", Item, Location, Channel, LocationGroup, Supplier, StockAlertRule, StockSource
)


@dataclass(frozen=True, slots=True)
class ImportLine(Generic[RecordT]):
    """A good line of an import."""

    index: int
    record: RecordT


class ImportDecision(NamedTuple, Generic[RecordT]):
    """The records to write, each once, and the fate of every line."""

    changed: tuple[RecordT, ...]
    results: tuple[LineResult, ...]


def key_of(record: Record) -> str:
    """Give the key of a record: an item's SKU, else its code."""
    return record.sku if isinstance(record, Item) else record.code


def decide_import(
    lines: Sequence[ImportLine[RecordT]], existing: Mapping[str, RecordT]
) -> ImportDecision[RecordT]:
    """Compare each line with what is known; of several lines for one key the last one stays."""
    changed: dict[str, RecordT] = {}
    results: list[LineResult] = []
    for line in lines:
        key = key_of(line.record)
        known = existing.get(key)
        current = changed.get(key, known)
        if current is not None and replace(line.record, version=current.version) == current:
            results.append(LineResult(line.index, key, LineStatus.UNCHANGED))
            continue
        problem = None if known is None else _problem(known, line.record)
        if problem is not None:
            placed = problem.under("input", "lines", str(line.index))
            results.append(rejected(line.index, key, placed))
            continue
        version = 1 if known is None else known.version + 1
        changed[key] = replace(line.record, version=version)
        results.append(LineResult(line.index, key, LineStatus.APPLIED))
    return ImportDecision(tuple(changed.values()), tuple(results))


def _problem(before: Record, after: Record) -> Refusal | None:
    """Give why a record that is known cannot become another, with a path inside the line."""
    if isinstance(before, Item) and isinstance(after, Item):
        return problem_of_change(before, after)
    return None
