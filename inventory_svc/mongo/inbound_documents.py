"""Supplies on their way as documents, and back; pure."""

from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.domain.stock.inbound.supply import (
    Announcement,
    InboundSupply,
    SaleWindow,
    named_supply,
)
from inventory_svc.domain.stock.position import Hold
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

INBOUND_UPCASTS = Upcasts(current=1)
SUPPLIER_UPCASTS = Upcasts(current=1)


def inbound_to_document(supply: InboundSupply) -> Document:
    """Write a supply; `live` feeds the index of those that anything is still to come of."""
    announced = supply.announced
    sku, location, condition = supply.key.position
    window = announced.window
    return INBOUND_UPCASTS.stamp(
        {
            "_id": supply.key.identifier,
            "sku": sku,
            "location": location,
            "condition": condition.value,
            "kind": supply.key.kind.value,
            "reference": supply.key.reference,
            "line": supply.key.line,
            "quantity": announced.quantity,
            "expectedAt": announced.expected_at,
            "availableFrom": announced.available_from,
            "supplier": announced.supplier,
            "origin": announced.origin,
            "window": None
            if window is None
            else {
                "opensAt": window.opens_at,
                "closesAt": window.closes_at,
                "channel": window.channel,
            },
            "cancelled": announced.cancelled,
            "shipBefore": announced.ship_before,
            "received": supply.received,
            "pegged": supply.pegged,
            "holds": [
                {"expiresAt": hold.expires_at, "quantity": hold.quantity} for hold in supply.holds
            ],
            "places": supply.places,
            "live": supply.is_live,
            "version": supply.version,
        }
    )


def inbound_from_document(document: Document) -> InboundSupply:
    """Read a supply."""
    document = INBOUND_UPCASTS.upcast(document)
    window = document["window"]
    return InboundSupply(
        Announcement(
            named_supply(document["_id"]),
            document["quantity"],
            document["expectedAt"],
            document["availableFrom"],
            document["supplier"],
            document["origin"],
            None
            if window is None
            else SaleWindow(window["opensAt"], window["closesAt"], window["channel"]),
            document["cancelled"],
            document.get("shipBefore"),
        ),
        received=document["received"],
        pegged=document["pegged"],
        holds=tuple(Hold(hold["expiresAt"], hold["quantity"]) for hold in document["holds"]),
        places=document["places"],
        version=document["version"],
    )


def supplier_to_document(supplier: Supplier) -> Document:
    """Write a supplier."""
    return SUPPLIER_UPCASTS.stamp(
        {
            "_id": supplier.code,
            "name": supplier.name,
            "delayDays": supplier.delay_days,
            "version": supplier.version,
        }
    )


def supplier_from_document(document: Document) -> Supplier:
    """Read a supplier."""
    document = SUPPLIER_UPCASTS.upcast(document)
    return Supplier(document["_id"], document["name"], document["delayDays"], document["version"])
