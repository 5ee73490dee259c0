"""Look whether items that somebody watches run low."""

from collections.abc import Sequence

from inventory_svc.domain.alerts.alert import AlertKind, StockAlert, assessed
from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.ports import Alerts, StockReads
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)


async def assess_stock(skus: Sequence[str], alerts: Alerts, sources: AvailabilitySources) -> None:
    """Raise or clear what the rules say of the items, each item for itself."""
    directory = await sources.network.current()
    categories = await sources.catalogue.categories(skus)
    for sku in skus:
        rules = directory.alert_rules_for(sku, categories.get(sku))
        if rules:
            await _assess(sku, rules, directory, alerts, sources)


async def _assess(
    sku: str,
    rules: Sequence[StockAlertRule],
    directory: NetworkDirectory,
    alerts: Alerts,
    sources: AvailabilitySources,
) -> None:
    async def assess(known: Sequence[StockAlert], stock: StockReads) -> Sequence[StockAlert]:
        now = sources.clock.now()
        read = sources.reading(stock)
        return [
            assessed(alert, rule, await _units(sku, rule, directory, read), now)
            for alert, rule in zip(known, rules, strict=True)
        ]

    watched = [StockAlert(AlertKind.LOW_STOCK, rule.code, sku) for rule in rules]
    await alerts.settle(watched, assess, sources.clock.now())


async def _units(
    sku: str, rule: StockAlertRule, directory: NetworkDirectory, sources: AvailabilitySources
) -> int:
    if rule.channel is not None:
        question = AvailabilityQuestion(
            rule.channel,
            locations=None if rule.location is None else frozenset({rule.location}),
            group=rule.group,
        )
        return (await read_availability([sku], question, sources))[sku].quantity
    now = sources.clock.now()
    return sum(
        position.available(now)
        for position in await sources.stock.positions_of([sku], Condition.NEW)
        if _counts(position.key.location, rule, directory)
    )


def _counts(code: str, rule: StockAlertRule, directory: NetworkDirectory) -> bool:
    location = directory.locations.get(code)
    if location is None or not location.active or rule.location not in (None, code):
        return False
    return rule.group is None or code in directory.members(rule.group)
