"""The groups of roles that the operations of appointments are open to."""

from typing import Final

from retail_kit.roles import EVERYONE, SERVICE, STAFF, Role

ANYBODY: Final = (*EVERYONE, SERVICE)
"""Public facts: what can be booked, and when."""

READERS: Final = (Role.CUSTOMER, *STAFF, Role.INTEGRATION, SERVICE)
"""Those who may see appointments: each their own part of them."""

BACK_OFFICE: Final = (*STAFF, Role.INTEGRATION, SERVICE)
"""Those who see what happens at a location."""

BOOKERS: Final = (Role.CUSTOMER, *STAFF, Role.INTEGRATION)
"""Those who hold, book, move and cancel."""

RECEIVERS: Final = (*STAFF, Role.INTEGRATION)
"""Those who check people in; an assistant only where they work."""

FEEDERS: Final = (Role.INTEGRATION, Role.OPERATOR)
"""Those who import."""
