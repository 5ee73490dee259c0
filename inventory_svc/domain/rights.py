"""What a caller may do beyond the roles that the operations name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from inventory_svc.domain.stock.allowance import Allowance
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.reservation import ReservationKind
from retail_kit.quantities import Unit
from retail_kit.roles import SERVICE, Role
from service_kit.commands.denials import forbidden, invalid
from service_kit.commands.refusal import Refusal
from service_kit.identity.caller import Caller

_MACHINES = (Role.INTEGRATION, SERVICE)
_COUNTER = (Role.ASSISTANT, Role.CUSTOMER_SERVICE, *_MACHINES)
_FRONT = (Role.CUSTOMER, *_COUNTER)

RESERVERS: Mapping[ReservationKind, tuple[str, ...]] = MappingProxyType(
    {
        ReservationKind.CART: _FRONT,
        ReservationKind.E_RESERVATION: _FRONT,
        ReservationKind.APPOINTMENT: _FRONT,
        ReservationKind.EXCHANGE: _COUNTER,
        ReservationKind.BOX: _MACHINES,
        ReservationKind.ORDER: _MACHINES,
    }
)
"""Who may make which kind of reservation."""

EVERYWHERE = (Role.OPERATOR, Role.INTEGRATION, SERVICE)
"""Who may correct the stock of any location; others only where they work."""

_ANYWHERE = (Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.INTEGRATION)
_STAFF = (Role.ASSISTANT, *_ANYWHERE, SERVICE)

OF_CUSTOMERS: Final = Allowance(
    of_item=10,
    in_all=20,
    measured=MappingProxyType(
        {Unit.GRAM: 25_000, Unit.MILLILITRE: 25_000, Unit.MILLIMETRE: 50_000}
    ),
)
"""What a customer may have kept at a time: as much as a household buys."""


def require_reserver(caller: Caller, kind: ReservationKind) -> None:
    """Refuse FORBIDDEN unless the caller may make this kind of reservation."""
    if not caller.has_role(*RESERVERS[kind]):
        raise forbidden(f"You may not make a reservation of the kind {kind}.", "input", "kind")


def require_stock_keeper(caller: Caller, location: str) -> None:
    """Refuse FORBIDDEN unless the caller may correct the stock of this location."""
    if not may_keep_stock(caller, location):
        raise not_your_location("input", "locationCode")


def may_keep_stock(caller: Caller, location: str) -> bool:
    """Whether the caller may correct the stock of this location, or take goods in there."""
    return caller.has_role(*EVERYWHERE) or location in caller.granted("location")


def not_your_location(*path: str) -> Refusal:
    """An assistant speaks of another shop."""
    return forbidden("You do not work at this location.", *path)


def require_channel(caller: Caller, channel: str | None) -> None:
    """Refuse INVALID_INPUT when a customer does not say by whose rules they keep something."""
    if channel is None and not may_act_for_others(caller):
        raise invalid("Name the channel.", "input", "channel")


def allowance_of(caller: Caller) -> Allowance | None:
    """Give how much the caller may have kept at a time; None says that nothing bounds it."""
    return None if may_act_for_others(caller) else OF_CUSTOMERS


def may_act_for_others(caller: Caller) -> bool:
    """Whether the caller may speak for any customer."""
    return caller.has_role(*_STAFF)


def release_right(caller: Caller) -> ReleaseRight:
    """Give what the caller may release; an assistant what is kept only where they work."""
    return ReleaseRight(
        caller.subject,
        orders=caller.has_role(SERVICE),
        others=may_act_for_others(caller),
        locations=None if caller.has_role(*_ANYWHERE) else caller.granted("location"),
    )
