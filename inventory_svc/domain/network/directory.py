"""The network as one immutable snapshot: all locations and channels at one version."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import Address, DeliveryMethod
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.refusals import (
    unknown_channel,
    unknown_group,
    unknown_location,
    unknown_source,
)
from retail_kit.geography import GeoPoint, PostalIndex, distance_km

FAR_AWAY = float("inf")
REMEMBERED_RANKINGS = 1024


class Destination(NamedTuple):
    """Where goods are wanted, as precisely as it is known."""

    point: GeoPoint | None = None
    country: str | None = None
    postcode: str | None = None


NOWHERE = Destination()


class Candidate(NamedTuple):
    """A location in scope and its distance, if both ends are known and not guessed."""

    location: Location
    distance_km: float | None


@dataclass(frozen=True)
class NetworkDirectory:
    """Locations and channels by code; answers who may sell from where, nearest first.

    `alert_rules` say of which items somebody wants to hear when they run low.
    """

    locations: Mapping[str, Location] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    version: int = 0
    groups: Mapping[str, LocationGroup] = field(default_factory=dict)
    alert_rules: Mapping[str, StockAlertRule] = field(default_factory=dict)
    sources: Mapping[str, StockSource] = field(default_factory=dict)

    def with_stale(self, since: Mapping[str, datetime]) -> "NetworkDirectory":
        """Give the same network with some locations not sold from, since what is told is old."""
        stale = {
            code: replace(self.locations[code], stale_since=at)
            for code, at in since.items()
            if code in self.locations
        }
        return replace(self, locations={**self.locations, **stale}) if stale else self

    @property
    def stale_since(self) -> Mapping[str, datetime]:
        """Since when locations are not sold from, because what is told of them is old."""
        return {
            code: place.stale_since
            for code, place in self.locations.items()
            if place.stale_since is not None
        }

    def source(self, code: str, *path: str) -> StockSource:
        """Give a source; refuse UNKNOWN_SOURCE."""
        found = self.sources.get(code)
        if found is None:
            raise unknown_source(code, *path)
        return found

    def location(self, code: str, *path: str) -> Location:
        """Give a location; refuse UNKNOWN_LOCATION."""
        found = self.locations.get(code)
        if found is None:
            raise unknown_location(code, *path)
        return found

    def channel(self, code: str, *path: str) -> Channel:
        """Give a channel; refuse UNKNOWN_CHANNEL."""
        found = self.channels.get(code)
        if found is None:
            raise unknown_channel(code, *path)
        return found

    def group(self, code: str, *path: str) -> LocationGroup:
        """Give a group of locations; refuse UNKNOWN_GROUP."""
        found = self.groups.get(code)
        if found is None:
            raise unknown_group(code, *path)
        return found

    def knows(
        self,
        channels: Iterable[str],
        locations: Iterable[str],
        groups: Iterable[str] = (),
        sources: Iterable[str] = (),
    ) -> bool:
        """Say whether all these channels, locations and groups are in the snapshot."""
        return (
            self.channels.keys() >= set(channels)
            and self.locations.keys() >= set(locations)
            and self.groups.keys() >= set(groups)
            and self.sources.keys() >= set(sources)
        )

    def members(self, group: str) -> frozenset[str]:
        """Give the codes of the locations of a group; none if it is not known."""
        return self._members.get(group, frozenset())

    def groups_of(self, location: str) -> frozenset[str]:
        """Give the codes of the groups that hold a location."""
        return frozenset(code for code, held in self._members.items() if location in held)

    def channels_of(self, location: str) -> tuple[str, ...]:
        """Give the codes of the channels that sell from a location; none if it is not known."""
        return self._channels_by_location.get(location, ())

    def may_alert(self, sku: str) -> bool:
        """Whether a rule may speak of an item; for rules of a category that is not certain."""
        return sku in self._watched_skus or self._watches_categories

    def alert_rules_for(self, sku: str, category: str | None) -> list[StockAlertRule]:
        """Give the rules that watch an item, by their code."""
        rules = (self.alert_rules[code] for code in sorted(self.alert_rules))
        return [rule for rule in rules if rule.watches(sku, category)]

    @cached_property
    def _watched_skus(self) -> frozenset[str]:
        rules = self.alert_rules.values()
        return frozenset(rule.sku for rule in rules if rule.active and rule.sku is not None)

    @cached_property
    def _watches_categories(self) -> bool:
        return any(rule.active and rule.sku is None for rule in self.alert_rules.values())

    def ranked(
        self,
        channel: Channel,
        destination: Destination,
        method: DeliveryMethod = DeliveryMethod.HOME,
    ) -> tuple[Candidate, ...]:
        """Give the locations that the channel sells from and that serve the destination so.

        Nearest first, ties by code; a postcode without a country lies in the channel's. A postcode
        that only resembles known ones is good enough to rank by, not to state distances.
        """
        if destination.postcode and not destination.country:
            destination = destination._replace(country=channel.country)
        return self._rankings(channel.code, destination, method)

    def candidates(
        self,
        channel: Channel,
        destination: Destination,
        excluded: Collection[str] = (),
        method: DeliveryMethod = DeliveryMethod.HOME,
    ) -> tuple[str, ...]:
        """Give the codes of the ranked locations without the excluded ones."""
        ranked = self.ranked(channel, destination, method)
        return tuple(
            candidate.location.code
            for candidate in ranked
            if candidate.location.code not in excluded
        )

    def point_of(self, destination: Destination) -> GeoPoint | None:
        """Give the destination's point, by its postcode when it has none of its own."""
        if destination.point is not None or not (destination.country and destination.postcode):
            return destination.point
        return self._postcodes.locate(destination.country, destination.postcode)

    @cached_property
    def _postcodes(self) -> PostalIndex:
        return PostalIndex(
            {
                (location.country, location.postcode): location.point
                for location in self.locations.values()
                if location.point is not None and location.postcode
            }
        )

    @cached_property
    def _channels_by_location(self) -> Mapping[str, tuple[str, ...]]:
        return {
            code: tuple(
                sorted(
                    channel.code for channel in self.channels.values() if channel.sells_from(place)
                )
            )
            for code, place in self.locations.items()
        }

    @cached_property
    def _members(self) -> Mapping[str, frozenset[str]]:
        return {
            code: frozenset(place.code for place in self.locations.values() if group.holds(place))
            for code, group in self.groups.items()
        }

    @cached_property
    def _rankings(self) -> Callable[[str, Destination, DeliveryMethod], tuple[Candidate, ...]]:
        return lru_cache(REMEMBERED_RANKINGS)(self._rank)

    def _rank(
        self, code: str, destination: Destination, method: DeliveryMethod
    ) -> tuple[Candidate, ...]:
        channel = self.channels[code]
        address = Address(destination.country, destination.postcode)
        point = self.point_of(destination)
        stated = self._is_exact(destination)
        by_distance = sorted(
            (_distance(location, point), location.code)
            for location in self.locations.values()
            if channel.sells_from(location) and location.serves(method, address)
        )
        return tuple(
            Candidate(self.locations[code], distance if stated and distance < FAR_AWAY else None)
            for distance, code in by_distance
        )

    def _is_exact(self, destination: Destination) -> bool:
        if destination.point is not None:
            return True
        country, postcode = destination.country, destination.postcode
        return bool(country and postcode and self._postcodes.knows(country, postcode))


def _distance(location: Location, point: GeoPoint | None) -> float:
    if point is None or location.point is None:
        return FAR_AWAY
    return distance_km(point, location.point)
