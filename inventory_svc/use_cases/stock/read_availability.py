"""Answer what can be promised of many SKUs on one channel, in one read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory_svc.domain.network.directory import (
    NOWHERE,
    Candidate,
    Destination,
    NetworkDirectory,
)
from inventory_svc.domain.stock.availability import Availability, availability_of
from inventory_svc.domain.stock.position import Condition, Position
from inventory_svc.ports import Network, StockReads
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class AvailabilityQuestion:
    """What a channel wants to know; `locations` narrows the scope, `destination` orders it."""

    channel: str
    destination: Destination = NOWHERE
    locations: frozenset[str] | None = None
    condition: Condition = Condition.NEW


async def read_availability(
    skus: Sequence[str],
    question: AvailabilityQuestion,
    network: Network,
    stock: StockReads,
    clock: Clock,
) -> Mapping[str, Availability]:
    """Give an answer for every SKU; refuse UNKNOWN_CHANNEL or UNKNOWN_LOCATION."""
    directory = await network.directory(
        channels=[question.channel], locations=question.locations or ()
    )
    scope = _scope(question, directory)
    positions = await stock.positions_of(skus, question.condition)
    by_sku: dict[str, dict[str, Position]] = {sku: {} for sku in skus}
    for position in positions:
        by_sku[position.key.sku][position.key.location] = position
    now = clock.now()
    return {sku: availability_of(sku, question.channel, by_sku[sku], scope, now) for sku in by_sku}


def _scope(question: AvailabilityQuestion, directory: NetworkDirectory) -> Sequence[Candidate]:
    channel = directory.channel(question.channel, "channel")
    for code in sorted(question.locations or ()):
        directory.location(code, "for", "locations")
    ranked = directory.ranked(channel, question.destination)
    if question.locations is None:
        return ranked
    return [each for each in ranked if each.location.code in question.locations]
