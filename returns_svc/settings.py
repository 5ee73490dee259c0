"""What returns read from their environment, once."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service_kit.service.outbound_settings import OutboundSettings

PREFIX = "RETURNS"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsSettings(OutboundSettings):
    """What every service that reaches people has, and how returns talk with others."""

    signing_key_file: Path
    orders_url: str
    inventory_url: str
    port: int = 4003
    database: str = "returns"
    deadline: timedelta = timedelta(seconds=5)
    recovery_delay: timedelta = timedelta(seconds=10)
    patience: timedelta = timedelta(days=30)
    """How long goods are awaited after a return is declared."""
