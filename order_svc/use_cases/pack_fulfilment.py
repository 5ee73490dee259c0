"""Putting picked goods into parcels."""

from dataclasses import dataclass

from order_svc.domain.orders.packing import PackedParcel, pack
from order_svc.use_cases.surroundings import Surroundings
from order_svc.use_cases.work_on_fulfilment import FulfilmentCommand, work_on_fulfilment
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class PackFulfilment(FulfilmentCommand):
    """What was put into which parcel."""

    parcels: tuple[PackedParcel, ...] = ()


async def pack_fulfilment(around: Surroundings, command: PackFulfilment) -> Outcome:
    """Make the parcels."""
    return await work_on_fulfilment(
        around, command, lambda order, fulfilment: pack(order, fulfilment, command.parcels)
    )
