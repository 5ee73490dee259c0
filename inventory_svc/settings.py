"""What inventory reads from its environment, once."""

from dataclasses import dataclass

from service_kit.service.settings import ServiceSettings

PREFIX = "INVENTORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySettings(ServiceSettings):
    """What every service has."""

    port: int = 4001
    database: str = "inventory"
