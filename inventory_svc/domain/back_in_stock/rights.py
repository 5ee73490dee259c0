"""For whom a caller may speak: customers for themselves, others for anybody."""

from typing import Final

from inventory_svc.domain.back_in_stock.registration import Person
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.rights import may_act_for_others
from retail_kit.roles import Role
from service_kit.commands.denials import forbidden, invalid
from service_kit.identity.caller import Caller

GRANTS_THAT_COUNT: Final = (f"{Role.CUSTOMER}:customer",)
"""Which kinds of grants show a role the notices of registrations."""


def registered_person(caller: Caller, customer_ref: str | None, contact_ref: str | None) -> Person:
    """Give who is registered: the one who is named, else the caller if they are a customer."""
    if customer_ref is not None and contact_ref is not None:
        raise invalid("Name a customer or a contact, not both.", "input", "contactRef")
    if contact_ref is not None:
        if not may_act_for_others(caller):
            raise forbidden("A customer registers as a customer.", "input", "contactRef")
        return Person(contact_ref=required_code(contact_ref, "input", "contactRef"))
    if customer_ref is None:
        return _themselves(caller)
    person = Person(required_code(customer_ref, "input", "customerRef"))
    if not may_act_for_others(caller) and person not in own_persons(caller):
        raise forbidden("You may only register yourself.", "input", "customerRef")
    return person


def visible_persons(caller: Caller) -> frozenset[Person] | None:
    """Give those whose registrations the caller sees and may withdraw; None is everybody."""
    return None if may_act_for_others(caller) else own_persons(caller)


def own_persons(caller: Caller) -> frozenset[Person]:
    """Give the customers that the caller is."""
    return frozenset(Person(ref) for ref in caller.granted("customer"))


def _themselves(caller: Caller) -> Person:
    own = sorted(own_persons(caller))
    if may_act_for_others(caller) or len(own) > 1:
        raise invalid("Say who is to be told.", "input", "customerRef")
    if not own:
        raise forbidden("Nobody knows which customer you are.", "input", "customerRef")
    return own[0]
