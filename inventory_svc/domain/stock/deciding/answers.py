"""What a decision answers, before it is known how the whole group leaves the stock."""

from dataclasses import dataclass

from inventory_svc.domain.stock.position import PositionKey
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import VERSION_CONFLICT, Refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one command, and what it was about."""

    outcome: Outcome
    reservation_id: str | None = None
    position: PositionKey | None = None


class WiderSupplyNeeded(Exception):
    """Too few candidates were read to decide: read more of them and decide again."""


def refused(*refusals: Refusal) -> Answer:
    """Answer with reasons; nothing has changed."""
    return Answer(Outcome(refusals=refusals))


def about_position(key: PositionKey) -> Answer:
    """Answer with a position."""
    sku, location, condition = key
    named = {"sku": sku, "locationCode": location, "condition": condition.value}
    return Answer(Outcome({"position": named}), position=key)


def version_conflict(version: int) -> Refusal:
    """Refuse since the position has another version than was expected."""
    return Refusal(
        VERSION_CONFLICT,
        "The position has changed since.",
        path=("input", "expectedVersion"),
        params={"version": str(version)},
    )


def about_reservation(identifier: str) -> Answer:
    """Answer with a reservation."""
    return Answer(Outcome({"reservationId": identifier}), reservation_id=identifier)
