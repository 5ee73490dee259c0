"""The groups of roles that the operations of orders are open to."""

from typing import Final

from retail_kit.roles import SERVICE, STAFF, Role

READERS: Final = (Role.CUSTOMER, *STAFF, Role.INTEGRATION, SERVICE)
"""Those who may see orders: each their own part of them."""

BACK_OFFICE: Final = (*STAFF, Role.INTEGRATION, SERVICE)
"""Those who see how an order is prepared."""

BUYERS: Final = (Role.CUSTOMER, *STAFF, Role.INTEGRATION)
"""Those who place and cancel orders."""

PREPARERS: Final = (*STAFF, Role.INTEGRATION)
"""Those who pick, pack and ship; an assistant only where they work."""

REFUNDERS: Final = (Role.CUSTOMER_SERVICE, SERVICE)
"""Those who give money back."""

FEEDERS: Final = (Role.INTEGRATION, Role.OPERATOR)
"""Those who import."""
