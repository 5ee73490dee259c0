"""What inventory reads from its environment, once."""

from dataclasses import dataclass

from service_kit.service.settings import ServiceSettings

PREFIX = "INVENTORY"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventorySettings(ServiceSettings):
    """What every service has; without `packed_stock` it reads the positions for every answer."""

    port: int = 4001
    database: str = "inventory"
    packed_stock: bool = True
