"""Handing parcels over to a carrier; their stock is consumed."""

from dataclasses import dataclass

from order_svc.domain.orders.shipping import ShippedParcel, ship
from order_svc.use_cases.surroundings import Surroundings
from order_svc.use_cases.work_on_fulfilment import FulfilmentCommand, work_on_fulfilment
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class ShipFulfilment(FulfilmentCommand):
    """Who carries it, and which parcels; none named means all that are packed."""

    carrier: str | None = None
    parcels: tuple[ShippedParcel, ...] = ()


async def ship_fulfilment(around: Surroundings, command: ShipFulfilment) -> Outcome:
    """Record that the parcels have left."""
    now = around.clock.now()
    return await work_on_fulfilment(
        around,
        command,
        lambda order, fulfilment: ship(order, fulfilment, command.carrier, command.parcels, now),
    )
