"""Orders and their lines as documents, and back."""

from typing import Any

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Discount, Hands, Line, PriceSource, Slice, Wait
from order_svc.domain.orders.order import DeliveryMethod, Order
from order_svc.domain.payments.tenders import TenderRule
from order_svc.mongo.payment_documents import (
    payment_document,
    payment_of,
    refund_document,
    refund_of,
)
from retail_kit.money import Money
from service_kit.storage.schema_versions import Upcasts

_LEFT = ("SHIPPED", "DELIVERED")


def _with_money(document: dict[str, Any]) -> dict[str, Any]:
    """An order of version 1: paid elsewhere, no discounts, nothing on its way back."""
    lines = [
        {
            **line,
            "discounts": [],
            "charged": line["unitPrice"]
            * sum(part["quantity"] for part in line["slices"] if part["state"] in _LEFT),
            "slices": [{**part, "returnId": None} for part in line["slices"]],
        }
        for line in document["lines"]
    ]
    money = {"payments": [], "refunds": [], "tenderRule": TenderRule.CARD_FIRST.value}
    return {**document, "lines": lines, **money}


def _with_waits(document: dict[str, Any]) -> dict[str, Any]:
    """An order of version 2: a line has one date, whatever keeps the goods for it."""
    lines = [
        {
            **line,
            "waits": [
                {"reservationId": keeper, "availableFrom": line["availableFrom"], "version": 0}
                for keeper in sorted(
                    {part.get("reservationId") for part in line["slices"]} - {None}
                )
            ],
        }
        if "availableFrom" in line
        else line
        for line in document["lines"]
    ]
    return {**document, "lines": lines}


UPCASTS = Upcasts(current=3, steps={1: _with_money, 2: _with_waits})
_NOTHING_AWAITED = Upcasts(current=2)


def order_document(order: Order) -> dict[str, Any]:
    """The order without its fulfilments; `status` and `locationCodes` are there to be found by.

    Only one that waits for goods is of version 3: an earlier release goes on with all others.
    """
    upcasts = UPCASTS if any(line.waits for line in order.lines) else _NOTHING_AWAITED
    return upcasts.stamp(
        {
            "_id": order.id,
            "ref": order.ref,
            "channel": order.channel,
            "currency": order.currency,
            "placedAt": order.placed_at,
            "customerId": order.customer_id,
            "customerRef": order.customer_ref,
            "deliveryMethod": order.delivery_method.value,
            "lines": [_line_document(line) for line in order.lines],
            "payments": [payment_document(one) for one in order.payments],
            "refunds": [refund_document(one) for one in order.refunds],
            "tenderRule": order.tender_rule.value,
            "status": order.status.value,
            "locationCodes": sorted(order.location_codes),
            "version": order.version,
            **_awaiting_document(order),
        }
    )


def order_of(document: dict[str, Any], fulfilments: tuple[Fulfilment, ...]) -> Order:
    """The order with its fulfilments."""
    document = UPCASTS.upcast(document)
    return Order(
        id=document["_id"],
        ref=document["ref"],
        channel=document["channel"],
        currency=document["currency"],
        placed_at=document["placedAt"],
        lines=tuple(_line_of(one, document["currency"]) for one in document["lines"]),
        fulfilments=fulfilments,
        customer_id=document["customerId"],
        customer_ref=document["customerRef"],
        delivery_method=DeliveryMethod(document["deliveryMethod"]),
        payments=tuple(payment_of(one, document["currency"]) for one in document["payments"]),
        refunds=tuple(refund_of(one, document["currency"]) for one in document["refunds"]),
        tender_rule=TenderRule(document["tenderRule"]),
        version=document["version"],
        accept_until=document.get("acceptUntil"),
    )


def _awaiting_document(order: Order) -> dict[str, Any]:
    """What an order waits for, and what nobody has begun to pick, there to be found by."""
    allocated = sorted(line.sku for line in order.lines if line.quantity_in(SliceState.ALLOCATED))
    awaits = {part.hands.reservation_id for _, part in order.slices()} - {None}
    return {
        **({} if order.accept_until is None else {"acceptUntil": order.accept_until}),
        **({"awaits": sorted(map(str, awaits))} if awaits else {}),
        **({"atRisk": True} if order.at_risk else {}),
        **({"allocated": allocated} if allocated else {}),
    }


def _line_document(line: Line) -> dict[str, Any]:
    """The line; only one of a piece names it."""
    piece = {} if line.serial is None else {"serial": line.serial}
    return {
        **piece,
        "id": line.id,
        "sku": line.sku,
        "quantity": line.quantity,
        "unitPrice": line.unit_price.minor,
        "priceSource": line.price_source.value,
        "backorderAllowed": line.backorder_allowed,
        "excludedLocations": list(line.excluded_locations),
        "discounts": [{"code": one.code, "amount": one.amount.minor} for one in line.discounts],
        "charged": line.charged_minor,
        "slices": [
            {
                "quantity": part.quantity,
                "state": part.state.value,
                "fulfilmentId": part.hands.fulfilment_id,
                "parcelId": part.hands.parcel_id,
                "sourcingId": part.hands.sourcing_id,
                "returnId": part.hands.return_id,
                **(
                    {}
                    if part.hands.reservation_id is None
                    else {
                        "reservationId": part.hands.reservation_id,
                        "locationCode": part.hands.location_code,
                    }
                ),
            }
            for part in line.slices
        ],
        "version": line.version,
        **({"waits": [_wait_document(wait) for wait in line.waits]} if line.waits else {}),
    }


def _wait_document(wait: Wait) -> dict[str, Any]:
    return {
        "reservationId": wait.reservation_id,
        "availableFrom": wait.available_from,
        "version": wait.version,
        **({"late": wait.late} if wait.late else {}),
    }


def _line_of(document: dict[str, Any], currency: str) -> Line:
    return Line(
        id=document["id"],
        sku=document["sku"],
        quantity=document["quantity"],
        unit_price=Money(document["unitPrice"], currency),
        price_source=PriceSource(document["priceSource"]),
        slices=tuple(_slice_of(part) for part in document["slices"]),
        backorder_allowed=document["backorderAllowed"],
        excluded_locations=tuple(document["excludedLocations"]),
        discounts=tuple(
            Discount(one["code"], Money(one["amount"], currency)) for one in document["discounts"]
        ),
        charged_minor=document["charged"],
        serial=document.get("serial"),
        version=document["version"],
        waits=tuple(
            Wait(wait["reservationId"], wait["availableFrom"], wait["version"], wait.get("late", 0))
            for wait in document.get("waits", ())
        ),
    )


def _slice_of(document: dict[str, Any]) -> Slice:
    hands = Hands(
        document["fulfilmentId"],
        document["parcelId"],
        document["sourcingId"],
        document["returnId"],
        document.get("reservationId"),
        document.get("locationCode"),
    )
    return Slice(document["quantity"], SliceState(document["state"]), hands)
