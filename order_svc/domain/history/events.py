"""The events of one commit: one for each entity that changed, with what changed of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.customers.customer import Customer
from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.history.money import fields_of_payment, fields_of_refund
from order_svc.domain.history.sections import sections_of_fulfilment, sections_of_order
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel
from order_svc.domain.prices.price import Price
from service_kit.messaging.envelope import Change, EntityRef, Event
from service_kit.runtime.identifiers import derived_identifier
from service_kit.runtime.json_values import JSON

ORDER_PLACED = "orderPlaced"
ORDER_CHANGED = "orderChanged"
ORDER_LINE_CHANGED = "orderLineChanged"
FULFILMENT_CHANGED = "fulfilmentChanged"
PARCEL_CHANGED = "parcelChanged"
PAYMENT_CHANGED = "paymentChanged"
REFUND_CHANGED = "refundChanged"
CUSTOMER_CHANGED = "customerChanged"
PRICE_CHANGED = "priceChanged"

_Fields = Mapping[str, JSON]
_NEW: _Fields = {}


@dataclass(frozen=True, slots=True)
class Cause:
    """Who did it, when, and by which command."""

    actor: str
    cause: str
    at: datetime


def events_of_order(before: Order, after: Order, cause: Cause) -> Iterator[Event]:
    """The events of a change to an order; while it is being placed there is none."""
    audience = audience_of(before, after)
    new = before.version == 0
    kind = ORDER_PLACED if new else ORDER_CHANGED
    old = _NEW if new else _order_fields(before)
    about: _Fields = {
        "ref": after.ref,
        "channel": after.channel,
        "customerId": after.customer_id,
        **sections_of_order(before, after),
    }
    order_ref = EntityRef("Order", after.id)
    yield _event(kind, order_ref, after.version, cause, audience, old, _order_fields(after), about)
    for line in after.lines:
        earlier = before.line(line.id)
        if earlier is None or earlier.version != line.version:
            yield _line_event(earlier, line, new=new, order=after, cause=cause, to=audience)
    for fulfilment in after.fulfilments:
        yield from _fulfilment_events(before, after, fulfilment, cause)
    yield from _money_events(before, after, cause)


def audience_of(before: Order, after: Order) -> tuple[str, ...]:
    """Who may hear of the order: its customer, its channel, the locations it touches."""
    customers = {after.customer_id, after.customer_ref} - {None}
    return (
        *(f"customer:{customer}" for customer in sorted(filter(None, customers))),
        f"channel:{after.channel}",
        *(f"location:{code}" for code in sorted(before.location_codes | after.location_codes)),
    )


def event_of_customer(customer: Customer, cause: Cause, *, personal_changed: bool) -> Event:
    """The event of a change to a customer; what is personal is told without its values."""
    audience = (f"customer:{customer.id}", f"customer:{customer.ref}")
    entity = EntityRef("Customer", customer.id)
    fields: _Fields = {"tier": customer.tier}
    about: _Fields = {"ref": customer.ref, "personalDataChanged": personal_changed}
    return _event(CUSTOMER_CHANGED, entity, customer.version, cause, audience, _NEW, fields, about)


def event_of_price(price: Price, cause: Cause) -> Event:
    """The event of a change to the price book."""
    entity = EntityRef("Price", f"{price.channel}/{price.sku}")
    fields: _Fields = {
        "amount": price.unit_price.format(),
        "currency": price.unit_price.currency,
    }
    about: _Fields = {"channel": price.channel, "sku": price.sku}
    audience = (f"channel:{price.channel}",)
    return _event(PRICE_CHANGED, entity, price.version, cause, audience, _NEW, fields, about)


def _line_event(
    before: Line | None, after: Line, *, new: bool, order: Order, cause: Cause, to: tuple[str, ...]
) -> Event:
    old = _NEW if new or before is None else _line_fields(before)
    about: _Fields = {"orderId": order.id, "sku": after.sku}
    entity = EntityRef("OrderLine", after.id)
    return _event(
        ORDER_LINE_CHANGED, entity, after.version, cause, to, old, _line_fields(after), about
    )


def _fulfilment_events(
    before: Order, after: Order, fulfilment: Fulfilment, cause: Cause
) -> Iterator[Event]:
    earlier = before.fulfilment(fulfilment.id)
    own = (f"location:{fulfilment.location.code}",)
    about: _Fields = {"orderId": after.id, "locationCode": fulfilment.location.code}
    if earlier is None or earlier.version != fulfilment.version:
        old = _fulfilment_fields(earlier) if earlier else _NEW
        entity = EntityRef("Fulfilment", fulfilment.id)
        new = _fulfilment_fields(fulfilment)
        said = {**about, **sections_of_fulfilment(earlier, fulfilment)}
        yield _event(FULFILMENT_CHANGED, entity, fulfilment.version, cause, own, old, new, said)
    customers = tuple(one for one in audience_of(before, after) if one.startswith("customer:"))
    for parcel in fulfilment.parcels:
        known = before.parcel(parcel.id)
        if known is None or known.version != parcel.version:
            old = _parcel_fields(known) if known else _NEW
            entity = EntityRef("Parcel", parcel.id)
            to = (*customers, f"channel:{after.channel}", *own)
            new = _parcel_fields(parcel)
            about_it = {**about, "fulfilmentId": fulfilment.id}
            yield _event(PARCEL_CHANGED, entity, parcel.version, cause, to, old, new, about_it)


def _money_events(before: Order, after: Order, cause: Cause) -> Iterator[Event]:
    """Heard by the customer and on the channel; where the goods are nobody need know."""
    audience = audience_of(before, after)
    to = tuple(one for one in audience if not one.startswith("location:"))
    about: _Fields = {"orderId": after.id, "currency": after.currency}
    for payment in after.payments:
        was = before.payment(payment.id)
        if was is None or was.version != payment.version:
            old = fields_of_payment(was) if was and was.version else _NEW
            entity = EntityRef("Payment", payment.id)
            said = {**about, "method": payment.method.value}
            new = fields_of_payment(payment)
            yield _event(PAYMENT_CHANGED, entity, payment.version, cause, to, old, new, said)
    for refund in after.refunds:
        known = before.refund(refund.id)
        if known is None or known.version != refund.version:
            old = fields_of_refund(known) if known else _NEW
            entity = EntityRef("Refund", refund.id)
            said = {**about, "refundRef": refund.ref, "reason": refund.reason.value}
            new = fields_of_refund(refund)
            yield _event(REFUND_CHANGED, entity, refund.version, cause, to, old, new, said)


def _event(
    kind: str,
    entity: EntityRef,
    version: int,
    cause: Cause,
    audience: tuple[str, ...],
    before: _Fields,
    after: _Fields,
    about: _Fields,
) -> Event:
    changes = {
        name: Change(before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }
    return Event(
        event_id=derived_identifier(entity.type, entity.id, str(version)),
        type=kind,
        entity=entity,
        seq=version,
        occurred_at=cause.at,
        actor=cause.actor,
        cause=cause.cause,
        audience=audience,
        changes=changes,
        data=about,
    )


def _order_fields(order: Order) -> _Fields:
    return {
        "status": order.status.value,
        "due": order.totals.due.format(),
        "currency": order.currency,
        "fulfilments": len(order.fulfilments),
    }


def _line_fields(line: Line) -> _Fields:
    return {
        "status": line.status.value,
        "slices": [
            {
                "state": part.state.value,
                "quantity": part.quantity,
                "fulfilmentId": part.hands.fulfilment_id,
                "parcelId": part.hands.parcel_id,
                "returnId": part.hands.return_id,
            }
            for part in line.slices
        ],
    }


def _fulfilment_fields(fulfilment: Fulfilment) -> _Fields:
    return {
        "state": fulfilment.state.value,
        "parcels": len(fulfilment.parcels),
        "short": sum(shortage.quantity for shortage in fulfilment.shortages),
    }


def _parcel_fields(parcel: Parcel) -> _Fields:
    return {
        "state": parcel.state.value,
        "carrier": parcel.carrier,
        "trackingNumber": parcel.tracking_number,
        "lines": [{"lineId": line.line_id, "quantity": line.quantity} for line in parcel.lines],
    }
