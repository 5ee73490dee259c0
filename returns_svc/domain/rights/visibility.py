"""Which returns a caller may see, and what a caller may do with them."""

from dataclasses import dataclass, field

from retail_kit.roles import SERVICE, STAFF, Role
from returns_svc.domain.lifecycles.return_state import AWAITED
from returns_svc.domain.requests.return_request import Return, ReturnChannel
from returns_svc.domain.requests.returnable import ReturnableOrder
from service_kit.identity.caller import Caller

SEES_EVERYTHING = (Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.INTEGRATION, SERVICE)
GRANTS_THAT_COUNT = (
    f"{Role.CUSTOMER}:customer",
    f"{Role.ASSISTANT}:location",
    f"{Role.ASSISTANT}:channel",
)
"""Which kinds of grants show returns to a role; `visibility_of` says the same."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The part of all returns that a caller sees: everything, or these parts joined."""

    everything: bool = False
    customers: frozenset[str] = field(default_factory=frozenset)
    locations: frozenset[str] = field(default_factory=frozenset)
    channels: frozenset[str] = field(default_factory=frozenset)


def visibility_of(caller: Caller) -> Visibility:
    """Read the caller's roles and grants; without any, nothing is visible."""
    if caller.has_role(*SEES_EVERYTHING):
        return Visibility(everything=True)
    is_customer = caller.has_role(Role.CUSTOMER)
    is_assistant = caller.has_role(Role.ASSISTANT)
    return Visibility(
        customers=caller.granted("customer") if is_customer else frozenset(),
        locations=caller.granted("location") if is_assistant else frozenset(),
        channels=caller.granted("channel") if is_assistant else frozenset(),
    )


def may_see(caller: Caller, found: Return) -> bool:
    """Whether it is the caller's own, or comes to the caller's locations or channels."""
    seen = visibility_of(caller)
    return (
        seen.everything
        or bool(seen.customers & {found.customer_id, found.customer_ref})
        or bool(seen.locations & found.location_codes)
        or (found.order is not None and found.order.channel in seen.channels)
    )


def may_return_from(caller: Caller, order: ReturnableOrder) -> bool:
    """Whether the caller may declare returns of the order; in a shop that is of any order."""
    seen = visibility_of(caller)
    return (
        seen.everything
        or bool(seen.customers & {order.customer_id, order.customer_ref})
        or bool(seen.locations)
        or order.sold_in.channel in seen.channels
    )


def may_declare_by(caller: Caller, channel: ReturnChannel) -> bool:
    """Whether the caller may declare on the channel: customers do it online."""
    if channel is ReturnChannel.ONLINE:
        return True
    return caller.has_role(*STAFF, Role.INTEGRATION)


def may_work_at(caller: Caller, location_code: str) -> bool:
    """Whether the caller may receive and inspect at the location."""
    seen = visibility_of(caller)
    return seen.everything or location_code in seen.locations


def may_find(caller: Caller, found: Return) -> bool:
    """Whether the caller may see a return whose number or id they give: see, or take in."""
    return may_see(caller, found) or may_take_in(caller, found)


def may_take_in(caller: Caller, found: Return) -> bool:
    """Whether the caller may receive the goods: in a shop whatever customers bring there."""
    seen = visibility_of(caller)
    return seen.everything or (bool(seen.locations) and found.state in AWAITED)


def may_handle(caller: Caller, found: Return) -> bool:
    """Whether the caller may act on goods: where they are, or where they are expected."""
    seen = visibility_of(caller)
    if seen.everything:
        return True
    if found.place is not None:
        return found.place.code in seen.locations
    return bool(seen.locations & found.location_codes)


def may_cancel(caller: Caller, found: Return) -> bool:
    """Whether the caller may cancel: its customer, its channel, or a location it comes to."""
    return may_see(caller, found)


def actor_of(caller: Caller) -> str:
    """Name the caller in events and journeys: an id, never a person's name."""
    return caller.idempotency_scope
