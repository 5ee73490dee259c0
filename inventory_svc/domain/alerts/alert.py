"""Alerts: raised once, whatever happens meanwhile, and cleared when the reason is gone."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.naming import SEPARATOR

ALERT_WORK = "stock-alerts"
"""The kind of due work that follows a change of stock that somebody watches."""
ALERT_RULE_WORK = "stock-alert-rules"
"""The kind of due work that looks at the items of a rule that has changed, a page at a time."""
ALERT_ITEMS_WORK = "stock-alert-items"
"""The kind of due work that looks at items that have moved to another category."""


class AlertKind(StrEnum):
    """What people are told."""

    LOW_STOCK = "LOW_STOCK"
    STALE_SOURCE = "STALE_SOURCE"
    HELD_FILE = "HELD_FILE"


class AlertState(StrEnum):
    """Whether the reason still holds."""

    RAISED = "RAISED"
    CLEARED = "CLEARED"


@dataclass(frozen=True, slots=True)
class StockAlert:
    """What one rule says of one item, or a source or file of itself, and how often it was raised.

    `code` is that of the rule or the source, or the id of the file. `units` are those at which its
    state last changed.
    """

    kind: AlertKind
    code: str
    sku: str | None = None
    state: AlertState = AlertState.CLEARED
    units: int | None = None
    raised_at: datetime | None = None
    cleared_at: datetime | None = None
    times: int = 0
    version: int = 0

    @property
    def identifier(self) -> str:
        """What it is about, as one text."""
        return SEPARATOR.join((self.kind.value, self.code, self.sku or ""))

    @property
    def is_raised(self) -> bool:
        """Whether somebody should act."""
        return self.state is AlertState.RAISED

    def raised(self, now: datetime, units: int | None = None) -> "StockAlert":
        """Give it as of the moment at which its reason appeared."""
        return replace(
            self,
            state=AlertState.RAISED,
            units=units,
            raised_at=now,
            cleared_at=None,
            times=self.times + 1,
            version=self.version + 1,
        )

    def cleared(self, now: datetime, units: int | None = None) -> "StockAlert":
        """Give it as of the moment at which its reason had gone."""
        state, version = AlertState.CLEARED, self.version + 1
        return replace(self, state=state, units=units, cleared_at=now, version=version)


class AlertChange(NamedTuple):
    """An alert as it was known, and as it should be."""

    before: StockAlert
    after: StockAlert


def assessed(alert: StockAlert, rule: StockAlertRule, units: int, now: datetime) -> StockAlert:
    """Give the alert of a rule when so many units can be sold; itself if nothing has changed.

    Between the threshold and the units that arm it again it stays as it is.
    """
    if not alert.is_raised and units <= rule.threshold:
        return alert.raised(now, units)
    if alert.is_raised and units >= rule.rearm_at:
        return alert.cleared(now, units)
    return alert
