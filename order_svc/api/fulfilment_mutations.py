"""Picking, packing, shipping and delivering."""

from typing import Annotated

import strawberry

from order_svc.api.access import PREPARERS
from order_svc.api.context import Info
from order_svc.api.inputs import (
    FulfilmentPackInput,
    FulfilmentPickInput,
    FulfilmentShipInput,
    ParcelDeliverInput,
)
from order_svc.api.payloads import (
    FulfilmentPackPayload,
    FulfilmentPickPayload,
    FulfilmentShipPayload,
    ParcelDeliverPayload,
    answered_fulfilment,
    errors_in,
    order_in,
    refused,
)
from order_svc.api.types import Order, Parcel
from order_svc.domain.orders.order import order_id_of
from order_svc.use_cases.deliver_parcel import DeliverParcel, deliver_parcel
from order_svc.use_cases.pack_fulfilment import PackFulfilment, pack_fulfilment
from order_svc.use_cases.pick_fulfilment import PickFulfilment, pick_fulfilment
from order_svc.use_cases.ship_fulfilment import ShipFulfilment, ship_fulfilment
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request


def _fulfilment_key(text: strawberry.ID) -> str:
    return from_global_id(text, "Fulfilment", ("input", "fulfilmentId"))


@strawberry.type
class FulfilmentMutations:
    """Mutations on fulfilments and parcels."""

    @mutation_field(
        *PREPARERS,
        description="Record what was picked; what is short is sought elsewhere at once.",
        refused=refused(FulfilmentPickPayload),
    )
    async def fulfilment_pick(
        self,
        info: Info,
        input: Annotated[FulfilmentPickInput, strawberry.argument(description="What was picked.")],
    ) -> FulfilmentPickPayload | None:
        key = _fulfilment_key(input.fulfilment_id)
        outcome = await pick_fulfilment(
            info.context.around,
            PickFulfilment(
                request=idempotent_request(info, "fulfilmentPick", input),
                caller=info.context.caller,
                order_id=order_id_of(key),
                fulfilment_id=key,
                expected_version=input.expected_version,
                lines=tuple(line.picked_line(index) for index, line in enumerate(input.lines)),
            ),
        )
        return await answered_fulfilment(info, FulfilmentPickPayload, outcome, key)

    @mutation_field(
        *PREPARERS,
        description="Put picked goods into parcels.",
        refused=refused(FulfilmentPackPayload),
    )
    async def fulfilment_pack(
        self,
        info: Info,
        input: Annotated[FulfilmentPackInput, strawberry.argument(description="What was packed.")],
    ) -> FulfilmentPackPayload | None:
        key = _fulfilment_key(input.fulfilment_id)
        outcome = await pack_fulfilment(
            info.context.around,
            PackFulfilment(
                request=idempotent_request(info, "fulfilmentPack", input),
                caller=info.context.caller,
                order_id=order_id_of(key),
                fulfilment_id=key,
                expected_version=input.expected_version,
                parcels=tuple(one.packed(index) for index, one in enumerate(input.parcels)),
            ),
        )
        return await answered_fulfilment(info, FulfilmentPackPayload, outcome, key)

    @mutation_field(
        *PREPARERS,
        description="Hand parcels over to the carrier; their stock is consumed.",
        refused=refused(FulfilmentShipPayload),
    )
    async def fulfilment_ship(
        self,
        info: Info,
        input: Annotated[FulfilmentShipInput, strawberry.argument(description="What leaves.")],
    ) -> FulfilmentShipPayload | None:
        key = _fulfilment_key(input.fulfilment_id)
        outcome = await ship_fulfilment(
            info.context.around,
            ShipFulfilment(
                request=idempotent_request(info, "fulfilmentShip", input),
                caller=info.context.caller,
                order_id=order_id_of(key),
                fulfilment_id=key,
                expected_version=input.expected_version,
                carrier=input.carrier,
                parcels=tuple(one.shipped(index) for index, one in enumerate(input.parcels)),
            ),
        )
        return await answered_fulfilment(info, FulfilmentShipPayload, outcome, key)

    @mutation_field(
        *PREPARERS,
        description="Record that a parcel has arrived.",
        refused=refused(ParcelDeliverPayload),
    )
    async def parcel_deliver(
        self,
        info: Info,
        input: Annotated[ParcelDeliverInput, strawberry.argument(description="Which parcel.")],
    ) -> ParcelDeliverPayload | None:
        key = from_global_id(input.parcel_id, "Parcel", ("input", "parcelId"))
        outcome = await deliver_parcel(
            info.context.around,
            DeliverParcel(
                request=idempotent_request(info, "parcelDeliver", input),
                caller=info.context.caller,
                order_id=order_id_of(key),
                parcel_id=key,
                expected_version=input.expected_version,
            ),
        )
        order = await order_in(info, outcome)
        parcel = order.parcel(key) if order else None
        return ParcelDeliverPayload(
            parcel=Parcel.of(parcel, order) if parcel and order else None,
            order=Order.of(order) if order else None,
            user_errors=errors_in(info, outcome),
        )
