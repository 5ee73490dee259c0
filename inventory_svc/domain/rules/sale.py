"""How something is asked for or sold: what rules look at beside the item and the place."""

from enum import StrEnum
from typing import Final, NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod


class ServiceLevel(StrEnum):
    """How fast the customer wants it."""

    STANDARD = "STANDARD"
    EXPRESS = "EXPRESS"
    SAME_DAY = "SAME_DAY"


class OrderType(StrEnum):
    """What kind of promise the goods are for."""

    ORDER = "ORDER"
    E_RESERVATION = "E_RESERVATION"
    APPOINTMENT = "APPOINTMENT"
    STORE_SALE = "STORE_SALE"


class Service(NamedTuple):
    """What the customer gets beside the goods; the usual service is delivery of an order."""

    method: DeliveryMethod = DeliveryMethod.HOME
    level: ServiceLevel = ServiceLevel.STANDARD
    order_type: OrderType = OrderType.ORDER


USUAL_SERVICE: Final = Service()


class Sale(NamedTuple):
    """One kind of sale; without a channel it is in no market either."""

    channel: str | None
    market: str | None
    service: Service = USUAL_SERVICE
    condition: Condition = Condition.NEW
