"""Reservations that an order is to take over, and who has named them."""

from dataclasses import dataclass

from order_svc.domain.refusals import RESERVATIONS
from service_kit.commands.denials import invalid
from service_kit.identity.caller import Caller

MOST_RESERVATIONS = 20


@dataclass(frozen=True, slots=True)
class NamedReservations:
    """What inventory needs to know of the caller to tell which of them are theirs to order."""

    identifiers: tuple[str, ...]
    subject: str
    roles: tuple[str, ...]
    locations: tuple[str, ...]


def named_by(caller: Caller, identifiers: tuple[str, ...]) -> NamedReservations | None:
    """Give the reservations as the caller names them, each once; None if there are none."""
    if len(identifiers) > MOST_RESERVATIONS:
        raise invalid(
            f"An order takes over at most {MOST_RESERVATIONS} reservations.", *RESERVATIONS
        )
    for index, identifier in enumerate(identifiers):
        if identifier in identifiers[:index]:
            raise invalid("This reservation is named before.", *RESERVATIONS, str(index))
    if not identifiers:
        return None
    locations = tuple(sorted(caller.granted("location")))
    return NamedReservations(identifiers, caller.subject, tuple(sorted(caller.roles)), locations)
