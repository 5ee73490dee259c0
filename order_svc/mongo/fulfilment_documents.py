"""Fulfilments with their parcels as documents, and back."""

from typing import Any

from order_svc.domain.fulfilments.fulfilment import (
    Fulfilment,
    FulfilmentLine,
    Place,
    Shortage,
    ShortReason,
)
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.parcel_state import ParcelState
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel, ParcelLine
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


def fulfilment_document(order: Order, fulfilment: Fulfilment) -> dict[str, Any]:
    """The fulfilment, with what says of its order who may see it."""
    return UPCASTS.stamp(
        {
            "_id": fulfilment.id,
            "orderId": fulfilment.order_id,
            "channel": order.channel,
            "customerId": order.customer_id,
            "customerRef": order.customer_ref,
            "locationId": fulfilment.location.id,
            "locationCode": fulfilment.location.code,
            "reservationId": fulfilment.reservation_id,
            "lines": _quantities(fulfilment.lines),
            "state": fulfilment.state.value,
            "parcels": [_parcel_document(parcel) for parcel in fulfilment.parcels],
            "shortages": [_shortage_document(shortage) for shortage in fulfilment.shortages],
            "createdAt": fulfilment.created_at,
            "version": fulfilment.version,
        }
    )


def fulfilment_of(document: dict[str, Any]) -> Fulfilment:
    """The fulfilment of a document."""
    document = UPCASTS.upcast(document)
    return Fulfilment(
        id=document["_id"],
        order_id=document["orderId"],
        location=Place(document["locationId"], document["locationCode"]),
        reservation_id=document["reservationId"],
        lines=tuple(FulfilmentLine(one["lineId"], one["quantity"]) for one in document["lines"]),
        created_at=document["createdAt"],
        state=FulfilmentState(document["state"]),
        parcels=tuple(_parcel_of(one, document["_id"]) for one in document["parcels"]),
        shortages=tuple(_shortage_of(one) for one in document["shortages"]),
        version=document["version"],
    )


def _quantities(lines: tuple[FulfilmentLine, ...] | tuple[ParcelLine, ...]) -> list[dict[str, Any]]:
    return [{"lineId": line.line_id, "quantity": line.quantity} for line in lines]


def _parcel_document(parcel: Parcel) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "lines": _quantities(parcel.lines),
        "state": parcel.state.value,
        "weightGrams": parcel.weight_grams,
        "carrier": parcel.carrier,
        "trackingNumber": parcel.tracking_number,
        "shippedAt": parcel.shipped_at,
        "deliveredAt": parcel.delivered_at,
        "version": parcel.version,
    }


def _parcel_of(document: dict[str, Any], fulfilment_id: str) -> Parcel:
    return Parcel(
        id=document["id"],
        fulfilment_id=fulfilment_id,
        lines=tuple(ParcelLine(one["lineId"], one["quantity"]) for one in document["lines"]),
        state=ParcelState(document["state"]),
        weight_grams=document["weightGrams"],
        carrier=document["carrier"],
        tracking_number=document["trackingNumber"],
        shipped_at=document["shippedAt"],
        delivered_at=document["deliveredAt"],
        version=document["version"],
    )


def _shortage_document(shortage: Shortage) -> dict[str, Any]:
    return {
        "lineId": shortage.line_id,
        "quantity": shortage.quantity,
        "reason": shortage.reason.value,
        "counted": shortage.counted,
        "at": shortage.at,
    }


def _shortage_of(document: dict[str, Any]) -> Shortage:
    return Shortage(
        line_id=document["lineId"],
        quantity=document["quantity"],
        reason=ShortReason(document["reason"]),
        counted=document["counted"],
        at=document["at"],
    )
