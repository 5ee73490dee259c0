"""Why nothing is sold from a location, however much lies there."""

from enum import StrEnum

from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import Address, DeliveryMethod
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.refusals import StockRefusal
from service_kit.commands.refusal import Refusal


class Obstacle(StrEnum):
    """What keeps a location out of the scope of a sale."""

    INACTIVE = "INACTIVE"
    STALE = "STALE"
    NOT_OF_CHANNEL = "NOT_OF_CHANNEL"
    NOT_SERVING = "NOT_SERVING"


_SENTENCES = {
    Obstacle.INACTIVE: "it is not active",
    Obstacle.STALE: "what is known of its stock is too old",
    Obstacle.NOT_OF_CHANNEL: "the channel does not sell from it",
    Obstacle.NOT_SERVING: "it does not serve this delivery method",
}


def obstacle(
    location: Location, channel: Channel | None, method: DeliveryMethod, address: Address
) -> Obstacle | None:
    """Give what keeps a location out of a sale; without a channel, of one by the location."""
    if not location.active:
        return Obstacle.INACTIVE
    if location.stale_since is not None:
        return Obstacle.STALE
    if channel is not None and not channel.sells_from(location):
        return Obstacle.NOT_OF_CHANNEL
    return None if location.serves(method, address) else Obstacle.NOT_SERVING


def location_not_selling(code: str, reason: Obstacle, *path: str) -> Refusal:
    """Refuse a location that is out of the scope of the sale."""
    return Refusal(
        StockRefusal.LOCATION_NOT_SELLING.value,
        f"Nothing is sold from {code}: {_SENTENCES[reason]}.",
        path=path,
        params={"locationCode": code, "reason": reason.value},
    )
