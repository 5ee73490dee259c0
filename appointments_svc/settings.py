"""What appointments read from their environment, once."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service_kit.service.outbound_settings import OutboundSettings

PREFIX = "APPOINTMENTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentsSettings(OutboundSettings):
    """What every service that reaches people has, and how appointments talk with others."""

    signing_key_file: Path
    orders_url: str
    inventory_url: str
    port: int = 4004
    database: str = "appointments"
    deadline: timedelta = timedelta(seconds=5)
    recovery_delay: timedelta = timedelta(seconds=10)
