"""Which orders a caller may see, and which of them a caller may change."""

from dataclasses import dataclass, field

from order_svc.domain.orders.order import Order
from retail_kit.roles import SERVICE, STAFF, Role
from service_kit.identity.caller import Caller

SEES_EVERYTHING = (Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.INTEGRATION, SERVICE)
GRANTS_THAT_COUNT = (
    f"{Role.CUSTOMER}:customer",
    f"{Role.ASSISTANT}:location",
    f"{Role.ASSISTANT}:channel",
)
"""Which kinds of grants show orders to a role; `visibility_of` says the same."""

SETS_PRICES = (Role.CUSTOMER_SERVICE, Role.INTEGRATION)
TAKES_CASH = (*STAFF, Role.INTEGRATION)


@dataclass(frozen=True, slots=True)
class Visibility:
    """The part of all orders that a caller sees: everything, or these parts joined."""

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


def may_see(caller: Caller, order: Order) -> bool:
    """Whether the order is the caller's own, or touches the caller's locations or channels."""
    seen = visibility_of(caller)
    return (
        seen.everything
        or bool(seen.customers & {order.customer_id, order.customer_ref})
        or bool(seen.locations & order.location_codes)
        or order.channel in seen.channels
    )


def may_change(caller: Caller, order: Order) -> bool:
    """Whether the caller may cancel: as may_see, but an assistant needs every location of it."""
    seen = visibility_of(caller)
    return (
        seen.everything
        or bool(seen.customers & {order.customer_id, order.customer_ref})
        or order.channel in seen.channels
        or bool(order.location_codes and order.location_codes <= seen.locations)
    )


def may_work_at(caller: Caller, location_code: str) -> bool:
    """Whether the caller may pick, pack and ship at the location."""
    seen = visibility_of(caller)
    return seen.everything or location_code in seen.locations


def may_see_customer(caller: Caller, customer_id: str, customer_ref: str) -> bool:
    """Whether the customer is the caller; those who see all orders see all customers.

    Others, such as assistants, see the customers of the orders that they may see.
    """
    if caller.has_role(*SEES_EVERYTHING):
        return True
    return bool(visibility_of(caller).customers & {customer_id, customer_ref})


def may_order_for(caller: Caller, channel: str, customer_id: str | None, ref: str | None) -> bool:
    """Whether the caller may order on the channel for the customer; None is nobody known."""
    if caller.has_role(*SEES_EVERYTHING):
        return True
    if caller.has_role(Role.ASSISTANT):
        return channel in caller.granted("channel")
    return bool(visibility_of(caller).customers & {customer_id, ref})


def may_set_prices(caller: Caller) -> bool:
    """Whether a price that the caller gives is believed."""
    return caller.has_role(*SETS_PRICES)


def may_take_cash(caller: Caller) -> bool:
    """Whether it is believed that somebody has paid in cash."""
    return caller.has_role(*TAKES_CASH)


def actor_of(caller: Caller) -> str:
    """Name the caller in events and timelines: an id, never a person's name."""
    return caller.idempotency_scope
