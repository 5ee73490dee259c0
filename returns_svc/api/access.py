"""The groups of roles that the operations of returns are open to."""

from typing import Final

from retail_kit.roles import EVERYONE, SERVICE, STAFF, Role

ANYBODY: Final = (*EVERYONE, SERVICE)
"""Public facts: what a policy says."""

READERS: Final = (Role.CUSTOMER, *STAFF, Role.INTEGRATION, SERVICE)
"""Those who may see returns: each their own part of them."""

BACK_OFFICE: Final = (*STAFF, Role.INTEGRATION, SERVICE)
"""Those who see what comes to a location."""

DECLARERS: Final = (Role.CUSTOMER, *STAFF, Role.INTEGRATION)
"""Those who declare and cancel returns."""

HANDLERS: Final = (*STAFF, Role.INTEGRATION)
"""Those who receive and inspect; an assistant only where they work."""

FEEDERS: Final = (Role.INTEGRATION, Role.OPERATOR)
"""Those who import."""
