"""What the use-cases ask of the alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inventory_svc.domain.alerts.alert import AlertChange, AlertKind, AlertState, StockAlert


@dataclass(frozen=True, slots=True)
class AlertsWanted:
    """A page of alerts, after the time and the identifier of one."""

    limit: int
    state: AlertState | None = None
    kind: AlertKind | None = None
    skus: tuple[str, ...] | None = None
    after: tuple[datetime, str] | None = None


class Alerts(Protocol):
    """The alerts."""

    async def known(self, alerts: Sequence[StockAlert]) -> Sequence[StockAlert]:
        """Give alerts as they stand; the same where nothing was ever written of one."""

    async def raised_by(self, rule: str, after: str, limit: int) -> Sequence[StockAlert]:
        """Give the alerts of a rule that are raised, by their SKU, after one."""

    async def change(self, changes: Sequence[AlertChange], now: datetime) -> None:
        """Write alerts, except those that somebody else has changed since they were read."""

    async def page(self, wanted: AlertsWanted) -> Sequence[StockAlert]:
        """Give alerts that were raised at least once, the latest first."""


class AlertRounds(Protocol):
    """Who goes through the items of a rule that has changed."""

    async def go_on(self, rule: str, after: str) -> None:
        """Have the items of a rule looked at that follow one."""
