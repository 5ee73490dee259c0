"""Clear what a rule said of items that it is no longer about."""

from typing import Final

from inventory_svc.domain.alerts.alert import AlertChange
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
