"""Recording that a parcel has arrived."""

from dataclasses import dataclass

from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.shipping import deliver
from order_svc.domain.rights.visibility import may_work_at
from order_svc.use_cases.change_order import Command, change_order
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, forbidden, not_found
from service_kit.commands.idempotency import Outcome


@dataclass(frozen=True, slots=True)
class DeliverParcel(Command):
    """Which parcel of which order, and the version that the caller has read."""

    order_id: str
    parcel_id: str
    expected_version: int | None = None


async def deliver_parcel(around: Surroundings, command: DeliverParcel) -> Outcome:
    """Record the delivery of a parcel that has left."""
    now = around.clock.now()

    def decide(order: Order) -> Change:
        parcel = order.parcel(command.parcel_id)
        fulfilment = order.fulfilment(parcel.fulfilment_id) if parcel else None
        if parcel is None or fulfilment is None:
            raise not_found("parcel", "input", "parcelId")
        if not may_work_at(command.caller, fulfilment.location.code):
            raise forbidden("You may not say this of the parcel.", "input", "parcelId")
        expect(command.expected_version, parcel.version)
        return deliver(order, parcel, now)

    return await change_order(around, command, command.order_id, decide)
