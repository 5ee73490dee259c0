"""The handlers of inventory's due work."""

from collections.abc import Mapping

from inventory_svc.domain.stock.inbound.supply import SETTLE_WORK, named_supply
from inventory_svc.domain.stock.reservation import EXPIRY_WORK
from inventory_svc.ports import StockCommits
from inventory_svc.use_cases.inbound.settle import settle
from inventory_svc.use_cases.stock.expire_reservations import expire_reservations
from service_kit.messaging.due_work import DueItem, Handler


def handlers(commits: StockCommits) -> Mapping[str, Handler]:
    """Give the handlers by the kind of work."""

    async def expire(item: DueItem) -> None:
        """Write the expiry of the reservations that one commit made for the same second."""
        await expire_reservations([str(each) for each in _names(item)], commits)

    async def renew(item: DueItem) -> None:
        """Settle a supply that has changed, if whoever changed it did not come to it."""
        await settle([named_supply(str(item.payload["supply"]))], commits)

    return {EXPIRY_WORK: expire, SETTLE_WORK: renew}


def _names(item: DueItem) -> list[object]:
    named = item.payload["reservations"]
    return list(named) if isinstance(named, list | tuple) else []
