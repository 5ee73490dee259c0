"""The groups of roles that inventory's operations are open to."""

from typing import Final

from retail_kit.roles import EVERYONE, SERVICE, STAFF, Role

ANYBODY: Final = (*EVERYONE, SERVICE)
"""Public facts: items, locations, channels, availability."""

BACK_OFFICE: Final = (*STAFF, Role.INTEGRATION, SERVICE)
"""Positions, the ledger, reservations."""

FEEDERS: Final = (Role.INTEGRATION, Role.OPERATOR)
"""Those who import."""

STOCK_KEEPERS: Final = (Role.ASSISTANT, Role.OPERATOR, Role.INTEGRATION)
"""Those who correct the stock; an assistant only where they work."""

LENDERS: Final = (*STOCK_KEEPERS, SERVICE)
"""Those who rent pieces out and take them back; an assistant only where they work."""

RESERVERS: Final = (
    Role.CUSTOMER,
    Role.ASSISTANT,
    Role.CUSTOMER_SERVICE,
    Role.INTEGRATION,
    SERVICE,
)
"""Those who reserve; the kind of reservation narrows it further."""

REGISTRANTS: Final = (Role.CUSTOMER, *BACK_OFFICE)
"""Those who wait for goods to be back, and those who speak for them; a customer only their own."""

ERASERS: Final = (Role.CUSTOMER_SERVICE, Role.INTEGRATION)
"""Those who carry out that a person is to be forgotten."""

RELEASERS: Final = (*RESERVERS, Role.OPERATOR)
"""Those who end a reservation; a customer only their own."""

RULE_MAKERS: Final = (Role.OPERATOR,)
"""Those who publish the rules of the stock; the back office sees them."""
