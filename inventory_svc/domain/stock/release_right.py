"""Whose reservations somebody may end."""

from dataclasses import dataclass

from inventory_svc.domain.refusals import reservation_not_found
from inventory_svc.domain.stock.reservation import Reservation, ReservationKind
from service_kit.commands.denials import forbidden
from service_kit.commands.refusal import Refusal

_PATH = ("input", "reservationId")


@dataclass(frozen=True, slots=True)
class ReleaseRight:
    """What one caller may release: their own reservations, unless they keep goods for an order.

    `others` opens those of other people, all of them or those kept at `locations` alone; what an
    order keeps is open to `orders` only.
    """

    subject: str
    orders: bool = False
    others: bool = False
    locations: frozenset[str] | None = None

    def refusal_of(self, reservation: Reservation) -> Refusal | None:
        """Give the reason why this reservation may not be released; None if it may be."""
        if self.orders:
            return None
        own = reservation.owner == self.subject and reservation.order_id is None
        if own:
            return None
        if not self.others:
            return reservation_not_found(reservation.identifier)
        if reservation.kind is ReservationKind.ORDER:
            return forbidden("Only the service of the orders ends what an order keeps.", *_PATH)
        if self.locations is not None and not _places(reservation) <= self.locations:
            return forbidden("You do not work where the goods are kept.", *_PATH)
        return None


def _places(reservation: Reservation) -> frozenset[str]:
    return frozenset(each.position.location for each in reservation.everything)
