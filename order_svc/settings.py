"""What orders read from their environment, once."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service_kit.service.settings import ServiceSettings

PREFIX = "ORDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettings(ServiceSettings):
    """What every service has, how orders talk with inventory, and who moves money."""

    signing_key_file: Path
    inventory_url: str
    port: int = 4002
    database: str = "orders"
    inventory_deadline: timedelta = timedelta(seconds=5)
    recovery_delay: timedelta = timedelta(seconds=10)
    placement_patience: timedelta = timedelta(minutes=15)
    payment_provider: str = "none"
    """`none`, or `sandbox` for development."""
    tender_rule: str = "CARD_FIRST"
    """Which tender is used first: CARD_FIRST or PRO_RATA; an order keeps the rule it began with."""
