"""Why nothing is sold from a location, however much lies there."""

from enum import StrEnum

from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import Address, DeliveryMethod
from inventory_svc.domain.network.location import Location


class Obstacle(StrEnum):
    """What keeps a location out of the scope of a sale."""

    INACTIVE = "INACTIVE"
    STALE = "STALE"
    NOT_OF_CHANNEL = "NOT_OF_CHANNEL"
    NOT_SERVING = "NOT_SERVING"


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
