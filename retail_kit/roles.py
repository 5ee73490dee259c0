"""Who may act on the graph: the roles that tokens carry and that every access rule names."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """A role of an end user or of a connected system, as written in a token's `roles` claim."""

    VISITOR = "visitor"
    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    CUSTOMER_SERVICE = "customer_service"
    OPERATOR = "operator"
    INTEGRATION = "integration"


SERVICE: Final = "service"
"""Stands for another service of the system; never a role that a user's token can carry."""

STAFF: Final = (Role.ASSISTANT, Role.CUSTOMER_SERVICE, Role.OPERATOR)
"""People who work for the retailer."""

EVERYONE: Final = tuple(Role)
"""Every role a user's token can carry."""
