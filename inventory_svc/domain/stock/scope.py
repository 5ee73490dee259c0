"""Where goods may come from: how a sale names its candidates, and names them anew."""

from dataclasses import dataclass

from inventory_svc.domain.network.delivery import ANYWHERE, DeliveryMethod
from inventory_svc.domain.network.directory import NOWHERE, Destination, NetworkDirectory
from inventory_svc.domain.network.obstacle import location_not_selling, obstacle
from service_kit.commands.denials import invalid


@dataclass(frozen=True, slots=True)
class Scope:
    """One location, or those that a channel sells from, nearest to a destination first."""

    channel: str | None = None
    location: str | None = None
    destination: Destination = NOWHERE
    excluded: frozenset[str] = frozenset()
    method: DeliveryMethod = DeliveryMethod.HOME

    def candidates(self, directory: NetworkDirectory) -> tuple[str, ...]:
        """Give the codes of locations; refuse what is not known, or a location not selling."""
        channel = (
            None if self.channel is None else directory.channel(self.channel, "input", "channel")
        )
        if self.location is not None:
            location = directory.location(self.location, "input", "locationCode")
            reason = obstacle(location, channel, self.method, ANYWHERE)
            if reason is not None:
                raise location_not_selling(location.code, reason, "input", "locationCode")
            return (location.code,)
        if channel is None:
            raise invalid("Name a location or a channel.", "input", "locationCode")
        return directory.candidates(channel, self.destination, self.excluded, self.method)
