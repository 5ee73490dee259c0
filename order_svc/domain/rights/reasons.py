"""Which reasons for cancelling a caller may give."""

from typing import Final

from order_svc.domain.orders.cancelling import CancelReason
from retail_kit.roles import STAFF, Role
from service_kit.commands.denials import forbidden
from service_kit.identity.caller import Caller

OF_CUSTOMERS: Final = frozenset({CancelReason.CUSTOMER_REQUEST, CancelReason.OTHER})
"""What a customer can know; the rest is for the retailer to say."""

GIVES_ANY: Final = (*STAFF, Role.INTEGRATION)


def require_reason(caller: Caller, reason: CancelReason) -> None:
    """Refuse a reason that only the retailer can give from anybody else."""
    if reason not in OF_CUSTOMERS and not caller.has_role(*GIVES_ANY):
        raise forbidden("Only the retailer gives this reason.", "input", "reason")
