"""The events of one commit: one for each entity that changed, with what changed of it."""

from collections.abc import Iterator

from order_svc.domain.customers.customer import Customer
from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.history.money import fields_of_payment, fields_of_refund
from order_svc.domain.history.sections import sections_of_fulfilment, sections_of_order
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel
from order_svc.domain.prices.price import Price
from service_kit.messaging.entity_events import NEW, Cause, Fields, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event

ORDER_PLACED = "orderPlaced"
ORDER_CHANGED = "orderChanged"
ORDER_LINE_CHANGED = "orderLineChanged"
FULFILMENT_CHANGED = "fulfilmentChanged"
PARCEL_CHANGED = "parcelChanged"
PAYMENT_CHANGED = "paymentChanged"
REFUND_CHANGED = "refundChanged"
CUSTOMER_CHANGED = "customerChanged"
PRICE_CHANGED = "priceChanged"


def events_of_order(before: Order, after: Order, cause: Cause) -> Iterator[Event]:
    """The events of a change to an order; while it is being placed there is none."""
    audience = audience_of(before, after)
    new = before.version == 0
    kind = ORDER_PLACED if new else ORDER_CHANGED
    old = NEW if new else _order_fields(before)
    about: Fields = {
        "ref": after.ref,
        "channel": after.channel,
        "customerId": after.customer_id,
        **sections_of_order(before, after),
    }
    order_ref = EntityRef("Order", after.id)
    yield entity_event(
        kind,
        order_ref,
        after.version,
        cause,
        audience,
        differences(old, _order_fields(after)),
        about,
    )
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
    fields: Fields = {"tier": customer.tier}
    about: Fields = {"ref": customer.ref, "personalDataChanged": personal_changed}
    changes = differences(NEW, fields)
    return entity_event(CUSTOMER_CHANGED, entity, customer.version, cause, audience, changes, about)


def event_of_price(price: Price, cause: Cause) -> Event:
    """The event of a change to the price book."""
    entity = EntityRef("Price", f"{price.channel}/{price.sku}")
    fields: Fields = {
        "amount": price.unit_price.format(),
        "currency": price.unit_price.currency,
    }
    about: Fields = {"channel": price.channel, "sku": price.sku}
    audience = (f"channel:{price.channel}",)
    changes = differences(NEW, fields)
    return entity_event(PRICE_CHANGED, entity, price.version, cause, audience, changes, about)


def _line_event(
    before: Line | None, after: Line, *, new: bool, order: Order, cause: Cause, to: tuple[str, ...]
) -> Event:
    old = NEW if new or before is None else _line_fields(before)
    about: Fields = {"orderId": order.id, "sku": after.sku}
    entity = EntityRef("OrderLine", after.id)
    changes = differences(old, _line_fields(after))
    return entity_event(ORDER_LINE_CHANGED, entity, after.version, cause, to, changes, about)


def _fulfilment_events(
    before: Order, after: Order, fulfilment: Fulfilment, cause: Cause
) -> Iterator[Event]:
    earlier = before.fulfilment(fulfilment.id)
    own = (f"location:{fulfilment.location.code}",)
    about: Fields = {"orderId": after.id, "locationCode": fulfilment.location.code}
    if earlier is None or earlier.version != fulfilment.version:
        old = _fulfilment_fields(earlier) if earlier else NEW
        entity = EntityRef("Fulfilment", fulfilment.id)
        changes = differences(old, _fulfilment_fields(fulfilment))
        said = {**about, **sections_of_fulfilment(earlier, fulfilment)}
        yield entity_event(
            FULFILMENT_CHANGED, entity, fulfilment.version, cause, own, changes, said
        )
    customers = tuple(one for one in audience_of(before, after) if one.startswith("customer:"))
    for parcel in fulfilment.parcels:
        known = before.parcel(parcel.id)
        if known is None or known.version != parcel.version:
            old = _parcel_fields(known) if known else NEW
            entity = EntityRef("Parcel", parcel.id)
            to = (*customers, f"channel:{after.channel}", *own)
            changes = differences(old, _parcel_fields(parcel))
            about_it = {**about, "fulfilmentId": fulfilment.id}
            yield entity_event(PARCEL_CHANGED, entity, parcel.version, cause, to, changes, about_it)


def _money_events(before: Order, after: Order, cause: Cause) -> Iterator[Event]:
    """Heard by the customer and on the channel; where the goods are nobody need know."""
    audience = audience_of(before, after)
    to = tuple(one for one in audience if not one.startswith("location:"))
    about: Fields = {"orderId": after.id, "currency": after.currency}
    for payment in after.payments:
        was = before.payment(payment.id)
        if was is None or was.version != payment.version:
            old = fields_of_payment(was) if was and was.version else NEW
            entity = EntityRef("Payment", payment.id)
            said = {**about, "method": payment.method.value}
            changes = differences(old, fields_of_payment(payment))
            yield entity_event(PAYMENT_CHANGED, entity, payment.version, cause, to, changes, said)
    for refund in after.refunds:
        known = before.refund(refund.id)
        if known is None or known.version != refund.version:
            old = fields_of_refund(known) if known else NEW
            entity = EntityRef("Refund", refund.id)
            said = {**about, "refundRef": refund.ref, "reason": refund.reason.value}
            changes = differences(old, fields_of_refund(refund))
            yield entity_event(REFUND_CHANGED, entity, refund.version, cause, to, changes, said)


def _order_fields(order: Order) -> Fields:
    return {
        "status": order.status.value,
        "due": order.totals.due.format(),
        "currency": order.currency,
        "fulfilments": len(order.fulfilments),
        "atRisk": order.at_risk,
    }


def _line_fields(line: Line) -> Fields:
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


def _fulfilment_fields(fulfilment: Fulfilment) -> Fields:
    return {
        "state": fulfilment.state.value,
        "parcels": len(fulfilment.parcels),
        "short": sum(shortage.quantity for shortage in fulfilment.shortages),
    }


def _parcel_fields(parcel: Parcel) -> Fields:
    return {
        "state": parcel.state.value,
        "carrier": parcel.carrier,
        "trackingNumber": parcel.tracking_number,
        "lines": [{"lineId": line.line_id, "quantity": line.quantity} for line in parcel.lines],
    }
