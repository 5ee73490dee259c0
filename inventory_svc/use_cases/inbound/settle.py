"""Renew what was promised of supplies that have changed."""

from collections.abc import Iterable

from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.ports.stock import StockCommits


async def settle(supplies: Iterable[InboundKey], commits: StockCommits) -> None:
    """Settle each supply, a bounded number of reservations in each commit, until none is left."""
    for supply in supplies:
        left = True
        while left:
            decided = await commits.submit(SettleInbound(supply))
            left = decided.outcome.values.get("left") is True
