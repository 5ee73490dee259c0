"""What a caller may do beyond the roles that the operations name."""

from collections.abc import Mapping
from types import MappingProxyType

from inventory_svc.domain.refusals import forbidden
from inventory_svc.domain.stock.reservation import ReservationKind
from retail_kit.roles import SERVICE, Role
from service_kit.identity.caller import Caller

_FRONT = (Role.CUSTOMER, Role.ASSISTANT, Role.CUSTOMER_SERVICE, Role.INTEGRATION, SERVICE)

RESERVERS: Mapping[ReservationKind, tuple[str, ...]] = MappingProxyType(
    {
        ReservationKind.CART: _FRONT,
        ReservationKind.E_RESERVATION: _FRONT,
        ReservationKind.APPOINTMENT: _FRONT,
        ReservationKind.ORDER: (Role.INTEGRATION, SERVICE),
    }
)
"""Who may make which kind of reservation."""

EVERYWHERE = (Role.OPERATOR, Role.INTEGRATION, SERVICE)
"""Who may correct the stock of any location; others only where they work."""


def require_reserver(caller: Caller, kind: ReservationKind) -> None:
    """Refuse FORBIDDEN unless the caller may make this kind of reservation."""
    if not caller.has_role(*RESERVERS[kind]):
        raise forbidden(f"You may not make a reservation of the kind {kind}.", "input", "kind")


def require_stock_keeper(caller: Caller, location: str) -> None:
    """Refuse FORBIDDEN unless the caller may correct the stock of this location."""
    if not caller.has_role(*EVERYWHERE) and location not in caller.granted("location"):
        raise forbidden("You do not work at this location.", "input", "locationCode")


def owner_filter(caller: Caller) -> str | None:
    """Give the only owner whose reservations the caller may end; None for all."""
    customer_only = not caller.has_role(
        Role.ASSISTANT, Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.INTEGRATION, SERVICE
    )
    return caller.subject if customer_only else None
