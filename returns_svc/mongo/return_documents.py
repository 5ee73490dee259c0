"""Returns as documents, and back."""

from typing import Any

from retail_kit.money import Money
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies.policy import Place
from returns_svc.domain.requests.return_request import (
    JourneyStep,
    Refund,
    RefundLine,
    RefundState,
    Return,
    ReturnChannel,
    Shipment,
    SoldIn,
)
from returns_svc.mongo.line_documents import line_document, line_of
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


def return_document(found: Return) -> dict[str, Any]:
    """The return; `orderId`, `channelCode` and `locationCodes` are there to be found by."""
    return UPCASTS.stamp(
        {
            "_id": found.id,
            "rma": found.rma,
            "channel": found.channel.value,
            "state": found.state.value,
            "orderId": found.order.id if found.order else None,
            "channelCode": found.order.channel if found.order else None,
            "locationCodes": sorted(found.location_codes),
            "customerId": found.customer_id,
            "customerRef": found.customer_ref,
            "expectedAt": found.expected_at,
            "order": _order_document(found.order),
            "place": _place_document(found.place),
            "declaredAt": found.declared_at,
            "expiresAt": found.expires_at,
            "label": found.label,
            "shipment": _shipment_document(found.shipment),
            "sentBack": _shipment_document(found.sent_back),
            "lines": [line_document(line) for line in found.lines],
            "refunds": [_refund_document(refund) for refund in found.refunds],
            "journey": [_step_document(step) for step in found.journey],
            "version": found.version,
        }
    )


def return_of(document: dict[str, Any]) -> Return:
    """The return of a document."""
    document = UPCASTS.upcast(document)
    order = _order_of(document["order"])
    currency = order.currency if order else None
    return Return(
        id=document["_id"],
        rma=document["rma"],
        channel=ReturnChannel(document["channel"]),
        state=ReturnState(document["state"]),
        lines=tuple(line_of(line, currency) for line in document["lines"]),
        declared_at=document["declaredAt"],
        expires_at=document["expiresAt"],
        journey=tuple(_step_of(step) for step in document["journey"]),
        order=order,
        customer_id=document["customerId"],
        customer_ref=document["customerRef"],
        expected_at=document["expectedAt"],
        place=place_of(document["place"]),
        label=document["label"],
        shipment=_shipment_of(document["shipment"]),
        sent_back=_shipment_of(document["sentBack"]),
        refunds=tuple(_refund_of(one, currency or "") for one in document["refunds"]),
        version=document["version"],
    )


def _order_document(order: SoldIn | None) -> dict[str, Any] | None:
    if order is None:
        return None
    return {
        "id": order.id,
        "ref": order.ref,
        "channel": order.channel,
        "currency": order.currency,
        "country": order.country,
        "paidHere": order.paid_here,
    }


def _order_of(document: dict[str, Any] | None) -> SoldIn | None:
    if document is None:
        return None
    return SoldIn(
        document["id"],
        document["ref"],
        document["channel"],
        document["currency"],
        document["country"],
        document["paidHere"],
    )


def _place_document(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"code": place.code, "type": place.type}


def place_of(document: dict[str, Any] | None) -> Place | None:
    """The place of a document."""
    return None if document is None else Place(document["code"], document["type"])


def _shipment_document(shipment: Shipment | None) -> dict[str, Any] | None:
    if shipment is None:
        return None
    return {"carrier": shipment.carrier, "trackingNumber": shipment.tracking_number}


def _shipment_of(document: dict[str, Any] | None) -> Shipment | None:
    return None if document is None else Shipment(document["carrier"], document["trackingNumber"])


def _step_document(step: JourneyStep) -> dict[str, Any]:
    return {
        "state": step.state.value,
        "at": step.at,
        "actor": step.actor,
        "locationCode": step.location_code,
    }


def _step_of(document: dict[str, Any]) -> JourneyStep:
    state = ReturnState(document["state"])
    return JourneyStep(state, document["at"], document["actor"], document["locationCode"])


def _refund_document(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "state": refund.state.value,
        "lines": [
            {
                "lineId": line.line_id,
                "orderLineId": line.order_line_id,
                "quantity": line.quantity,
                "minor": line.amount.minor,
            }
            for line in refund.lines
        ],
    }


def _refund_of(document: dict[str, Any], currency: str) -> Refund:
    lines = tuple(
        RefundLine(
            one["lineId"], one["orderLineId"], one["quantity"], Money(one["minor"], currency)
        )
        for one in document["lines"]
    )
    return Refund(document["id"], lines, RefundState(document["state"]))
