"""Clear what rules said of items that they are no longer about."""

from collections.abc import Sequence
from typing import Final

from inventory_svc.domain.alerts.alert import AlertChange, AlertKind, StockAlert
from inventory_svc.use_cases.alerts.assess_stock import AlertTools

ALERTS_AT_ONCE: Final = 250


async def clear_unwatched(code: str, tools: AlertTools) -> None:
    """Clear alerts of a rule that has been switched off, or is about fewer items by now."""
    rule = (await tools.sources.network.current()).alert_rules.get(code)
    after = ""
    while page := await tools.alerts.raised_by(code, after, ALERTS_AT_ONCE):
        skus = [alert.sku or "" for alert in page]
        categories = await tools.sources.catalogue.categories(skus)
        now = tools.sources.clock.now()
        changes = [
            AlertChange(alert, alert.cleared(now))
            for sku, alert in zip(skus, page, strict=True)
            if rule is None or not rule.watches(sku, categories.get(sku))
        ]
        if changes:
            await tools.alerts.change(changes, now)
        after = skus[-1]


async def clear_moved(skus: Sequence[str], tools: AlertTools) -> None:
    """Clear what rules of other categories than theirs say of items."""
    directory = await tools.sources.network.current()
    categories = await tools.sources.catalogue.categories(skus)
    silent = [
        StockAlert(AlertKind.LOW_STOCK, rule.code, sku)
        for rule in directory.alert_rules.values()
        for sku in skus
        if rule.category not in (None, categories.get(sku))
    ]
    now = tools.sources.clock.now()
    raised = (alert for alert in await tools.alerts.known(silent) if alert.is_raised)
    changes = [AlertChange(alert, alert.cleared(now)) for alert in raised]
    if changes:
        await tools.alerts.change(changes, now)
