"""What a stock event says to those who follow availability: the number, and which line it crossed.

Availability is compared with what the previous event told, not with what was true just before:
a hold that ended meanwhile is told by the event that writes its end.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.draft import PositionChange
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.envelope import public_topic
from service_kit.runtime.json_values import JSON

AVAILABILITY_CHANGED: Final = "availabilityChanged"
BANDS: Final = (1, 5, 20, 100)
"""The first number of units in each band; below the first is sold out."""

ChannelsOf: TypeAlias = Callable[[str], Sequence[str]]
"""Gives the channels that sell from a location, by its code."""


class Crossing(StrEnum):
    """Which line a change of availability crossed."""

    SOLD_OUT = "SOLD_OUT"
    BACK_IN_STOCK = "BACK_IN_STOCK"
    BAND = "BAND"
    NONE = "NONE"


def crossed(before: int, after: int) -> Crossing:
    """Say which line lies between two numbers of units."""
    was, now = bisect_right(BANDS, before), bisect_right(BANDS, after)
    if was == now:
        return Crossing.NONE
    if now == 0:
        return Crossing.SOLD_OUT
    return Crossing.BACK_IN_STOCK if was == 0 else Crossing.BAND


def sections_of_position(
    change: PositionChange, now: datetime, channels_of: ChannelsOf
) -> Mapping[str, JSON]:
    """What the event of a position says; nothing unless its availability or its count differ.

    Shoppers hear of new goods where a channel sells from, and not of how many are there.
    """
    after = change.after
    told, available = _told_and_now(change, now)
    on_hand_before = change.before.on_hand if change.before else 0
    if (told, on_hand_before) == (available, after.on_hand):
        return {}
    sku, location, condition = after.key
    location_id = to_global_id("Location", location)
    payload: dict[str, JSON] = {
        "sku": sku,
        "item": {"sku": sku},
        "location": {"id": location_id},
        "condition": condition.value,
        "available": available,
        "onHand": after.on_hand,
        "crossed": crossed(told, available).value,
    }
    channels = list(channels_of(location))
    keys: JSON = {"skus": sku, "channel": channels, "locationIds": location_id}
    sections: dict[str, JSON] = {AVAILABILITY_CHANGED: {"keys": keys, "payload": payload}}
    if channels and condition is Condition.NEW and told != available:
        shown: JSON = {**payload, "onHand": None}
        sections[public_topic(AVAILABILITY_CHANGED)] = {"keys": keys, "payload": shown}
    return sections


def sections_of_rules(
    sku: str, version: int, channels: Sequence[str], in_public: Sequence[str]
) -> Mapping[str, JSON]:
    """What is said when the rules change the number of an item on some channels.

    It is no location's number that changes, so those who listen to locations alone hear nothing.
    """
    payload: dict[str, JSON] = {
        "sku": sku,
        "item": {"sku": sku},
        "location": None,
        "rulesVersion": version,
    }
    keys: dict[str, JSON] = {"skus": sku, "channel": list(channels), "locationIds": None}
    sections: dict[str, JSON] = {AVAILABILITY_CHANGED: {"keys": keys, "payload": payload}}
    if in_public:
        shown: JSON = {**keys, "channel": list(in_public)}
        sections[public_topic(AVAILABILITY_CHANGED)] = {"keys": shown, "payload": payload}
    return sections


def has_moved(change: PositionChange, now: datetime) -> bool:
    """Whether so many units can be promised as the previous event did not tell."""
    told, available = _told_and_now(change, now)
    return told != available


def _told_and_now(change: PositionChange, now: datetime) -> tuple[int, int]:
    """Give the availability that the previous event told, and the one after the change."""
    before, available = change.before, change.after.available(now)
    if before is None or before.changed_at is None:
        return 0, available
    return before.available(before.changed_at), available
