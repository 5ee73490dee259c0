"""Look whether items that somebody watches run low."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from inventory_svc.domain.alerts.alert import AlertChange, AlertKind, StockAlert, assessed
from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.availability.formula import free
from inventory_svc.domain.stock.availability.tally import Counters
from inventory_svc.ports.alerts import Alerts
from inventory_svc.ports.stock import FreshItems, PresentStock
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)

ITEMS_AT_ONCE: Final = 20
"""Items whose stock is looked at together; it may have to be read from all their positions."""

Held: TypeAlias = Mapping[str, Counters]
"""What there is of one item, by location."""


class Watched(NamedTuple):
    """An item that a rule is about."""

    rule: StockAlertRule
    sku: str

    @property
    def alert(self) -> StockAlert:
        """What the rule says of the item before it ever was raised."""
        return StockAlert(AlertKind.LOW_STOCK, self.rule.code, self.sku)


@dataclass(frozen=True, slots=True)
class AlertTools:
    """What items are looked at with; `sources` leave out no commit that came before a question."""

    alerts: Alerts
    sources: AvailabilitySources


class OnlyPresent:
    """Stock at hand for those to whom an answer of half a second ago is none."""

    def __init__(self, stock: PresentStock) -> None:
        self._stock = stock

    async def items(
        self,
        skus: Collection[str],
        condition: Condition,
        *,
        waits: bool = True,  # noqa: ARG002  # what is present has to be waited for
    ) -> FreshItems | None:
        """Give items in which no commit is missing that came before; None if that is not known."""
        return await self._stock.present(skus, condition)


async def assess_stock(skus: Sequence[str], tools: AlertTools) -> None:
    """Raise or clear what the rules say of the items; rules about many pass over what never was.

    What is known of an alert is read before the stock, and it changes only if nobody has changed
    it since: so each time that it is raised, stock was low after it had been armed. Whoever looks
    later at stock that has changed meanwhile may have seen the alert as it was before; therefore
    one that changes is looked at again, until it says what is so.
    """
    directory = await tools.sources.network.current()
    for start in range(0, len(skus), ITEMS_AT_ONCE):
        some = skus[start : start + ITEMS_AT_ONCE]
        categories = await tools.sources.catalogue.categories(some)
        watched = [
            Watched(rule, sku)
            for sku in some
            for rule in directory.alert_rules_for(sku, categories.get(sku))
        ]
        while watched:
            watched = await _changed(watched, directory, tools)


async def _changed(
    watched: Sequence[Watched], directory: NetworkDirectory, tools: AlertTools
) -> list[Watched]:
    """Change the alerts that are wrong, and give those items again."""
    known = await tools.alerts.known([each.alert for each in watched])
    units = await _units(watched, directory, tools.sources)
    now = tools.sources.clock.now()
    changes = {
        each: AlertChange(before, after)
        for each, before in zip(watched, known, strict=True)
        if each in units and (after := assessed(before, each.rule, units[each], now)) is not before
    }
    if changes:
        await tools.alerts.change(list(changes.values()), now)
    return list(changes)


async def _units(
    watched: Sequence[Watched], directory: NetworkDirectory, sources: AvailabilitySources
) -> dict[Watched, int]:
    """Give the units that count for each rule."""
    skus = list(dict.fromkeys(each.sku for each in watched))
    held, now = await _held(skus, sources), sources.clock.now()
    of_rule: dict[StockAlertRule, list[str]] = {}
    for rule, sku in watched:
        if rule.sku is not None or held[sku]:
            of_rule.setdefault(rule, []).append(sku)
    units: dict[Watched, int] = {}
    for rule, of in of_rule.items():
        if rule.channel is None:
            units |= {Watched(rule, sku): _in(held[sku], rule, directory, now) for sku in of}
            continue
        locations = None if rule.location is None else frozenset({rule.location})
        question = AvailabilityQuestion(rule.channel, locations=locations, group=rule.group)
        answers = await read_availability(of, question, sources)
        units |= {Watched(rule, sku): answers[sku].quantity for sku in of}
    return units


async def _held(skus: Sequence[str], sources: AvailabilitySources) -> Mapping[str, Held]:
    """Give what there is of each item, packed if that is known well enough."""
    if sources.packed is not None:
        found = await sources.packed.items(skus, Condition.NEW)
        if found is not None:
            return {sku: item.shelves.spread() for sku, item in found.items.items()}
    held: dict[str, dict[str, Counters]] = {sku: {} for sku in skus}
    for position in await sources.stock.positions_of(skus, Condition.NEW):
        held[position.key.sku][position.key.location] = position
    return held


def _in(held: Held, rule: StockAlertRule, directory: NetworkDirectory, now: datetime) -> int:
    """Add up what the locations of a rule can promise."""
    return sum(
        free(each.on_hand, each.unavailable_units, each.allocated, each.held(now), None)[0]
        for each in _of(held, rule, directory)
    )


def _of(held: Held, rule: StockAlertRule, directory: NetworkDirectory) -> Iterator[Counters]:
    members = None if rule.group is None else directory.members(rule.group)
    for code, counters in held.items():
        location = directory.locations.get(code)
        if location is None or not location.active or rule.location not in (None, code):
            continue
        if members is None or code in members:
            yield counters
