"""Which appointments a caller may see, and what a caller may do with them."""

from dataclasses import dataclass, field

from appointments_svc.domain.appointments.appointment import Appointment, Visitor
from retail_kit.roles import SERVICE, Role
from service_kit.identity.caller import Caller

SEES_EVERYTHING = (Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.INTEGRATION, SERVICE)
GRANTS_THAT_COUNT = (
    f"{Role.CUSTOMER}:customer",
    f"{Role.ASSISTANT}:location",
)
"""Which kinds of grants show appointments to a role; `visibility_of` says the same."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The part of all appointments that a caller sees: everything, or these parts joined."""

    everything: bool = False
    customers: frozenset[str] = field(default_factory=frozenset)
    locations: frozenset[str] = field(default_factory=frozenset)


def visibility_of(caller: Caller) -> Visibility:
    """Read the caller's roles and grants; without any, nothing is visible."""
    if caller.has_role(*SEES_EVERYTHING):
        return Visibility(everything=True)
    is_customer = caller.has_role(Role.CUSTOMER)
    is_assistant = caller.has_role(Role.ASSISTANT)
    return Visibility(
        customers=caller.granted("customer") if is_customer else frozenset(),
        locations=caller.granted("location") if is_assistant else frozenset(),
    )


def is_listed(seen: Visibility, found: Appointment) -> bool:
    """Whether it is in the lists of those who see that part of all appointments."""
    named = {found.customer.id, found.customer.ref} if found.customer else frozenset[str]()
    return seen.everything or found.location_code in seen.locations or bool(seen.customers & named)


def may_see(caller: Caller, found: Appointment) -> bool:
    """Whether it is the caller's own, or at one of the caller's locations.

    A hold is of whoever made it, until somebody else is named as the one who comes.
    """
    seen = visibility_of(caller)
    if seen.everything or found.location_code in seen.locations:
        return True
    if found.customer is None:
        return found.holder == actor_of(caller)
    return is_own(caller, found.customer)


def is_own(caller: Caller, visitor: Visitor) -> bool:
    """Whether a customer is the caller."""
    return bool(visibility_of(caller).customers & {visitor.id, visitor.ref})


def may_book_for(caller: Caller, visitor: Visitor) -> bool:
    """Whether the caller may book for that customer: themselves, or anybody as staff."""
    return is_staff(caller) or is_own(caller, visitor)


def is_staff(caller: Caller) -> bool:
    """Whether the caller acts for the retailer."""
    return caller.has_role(Role.ASSISTANT, *SEES_EVERYTHING)


def may_receive_at(caller: Caller, location_code: str) -> bool:
    """Whether the caller may check people in at the location."""
    seen = visibility_of(caller)
    return seen.everything or location_code in seen.locations


def actor_of(caller: Caller) -> str:
    """Name the caller in events and journeys: an id, never a person's name."""
    return caller.idempotency_scope
