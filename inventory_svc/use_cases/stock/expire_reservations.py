"""Write down that the time of reservations is over."""

import asyncio
from collections.abc import Sequence

from inventory_svc.domain.stock.commands import ExpireReservation
from inventory_svc.ports.stock import StockCommits


async def expire_reservations(identifiers: Sequence[str], commits: StockCommits) -> None:
    """Expire those that are due and still active; reads have not counted them since."""
    await asyncio.gather(
        *(commits.submit(ExpireReservation(identifier)) for identifier in identifiers)
    )
