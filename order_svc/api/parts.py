"""The smaller parts of what clients see of orders; none of them leads back to an order."""

from datetime import datetime
from typing import TypeAlias

import strawberry

from order_svc.api.context import Info
from order_svc.api.labels import label_of_hindrance
from order_svc.api.wording import worded_figures
from order_svc.domain.customers.personal import Destination
from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.history.timeline import TimelineEntry as Told
from order_svc.domain.lifecycles.actions import Action, Hindrance
from order_svc.domain.orders import available
from order_svc.domain.orders.change import Happening, SubjectType
from order_svc.domain.orders.order import DeliveryMethod, Totals
from retail_kit import money
from service_kit.graphql import actions as offered
from service_kit.graphql.global_ids import to_global_id
from service_kit.graphql.money import Money
from service_kit.graphql.payloads import KeyValue


def shown_id(type_name: str, key: str) -> strawberry.ID:
    """The global id of what clients see."""
    return strawberry.ID(to_global_id(type_name, key))


def shown_money(amount: money.Money) -> Money:
    """An amount as clients see it."""
    return Money.of(amount.format(), amount.currency)


AvailableAction: TypeAlias = offered.AvailableAction[Action, Hindrance]


def shown_actions(
    found: tuple[available.AvailableAction, ...], info: Info
) -> list[AvailableAction]:
    """The actions as clients see them."""
    return offered.available_actions(found, label_of_hindrance, info.context.caller.language)


@strawberry.type(description="The money of an order, exact to the minor unit.")
class OrderTotals:
    """What was ordered, what was cancelled, what remains."""

    ordered: Money = strawberry.field(description="The price of everything ordered.")
    cancelled: Money = strawberry.field(description="The price of what was cancelled.")
    due: Money = strawberry.field(description="What remains to be paid: ordered less cancelled.")

    @staticmethod
    def of(totals: Totals) -> "OrderTotals":
        """Totals as clients see them."""
        return OrderTotals(
            ordered=shown_money(totals.ordered),
            cancelled=shown_money(totals.cancelled),
            due=shown_money(totals.due),
        )


@strawberry.type(description="Where somebody lives.")
class DeliveryAddress:
    """A postal address."""

    name: str = strawberry.field(description="The name on the door.")
    street: str = strawberry.field(description="Street and number.")
    extra: str | None = strawberry.field(description="Floor, entrance, company.")
    postcode: str = strawberry.field(description="The postcode.")
    city: str = strawberry.field(description="The town.")
    country: str = strawberry.field(description="The country, ISO 3166-1 alpha-2.")
    phone: str | None = strawberry.field(description="A number for the carrier.")


@strawberry.type(description="How and where the goods of an order reach the customer.")
class Delivery:
    """The method, and the address as long as it is kept."""

    method: DeliveryMethod = strawberry.field(description="How the goods reach the customer.")
    address: DeliveryAddress | None = strawberry.field(
        description="Where to; null once it is erased."
    )

    @staticmethod
    def of(method: DeliveryMethod, destination: Destination | None) -> "Delivery":
        """A delivery as clients see it."""
        if destination is None:
            return Delivery(method=method, address=None)
        address = destination.address
        return Delivery(
            method=method,
            address=DeliveryAddress(
                name=address.name,
                street=address.street,
                extra=address.extra,
                postcode=address.postcode,
                city=address.city,
                country=address.country,
                phone=address.phone,
            ),
        )


@strawberry.type(description="One thing that happened to an order.")
class TimelineEntry:
    """Who did what, and when; ids and figures only."""

    at: datetime = strawberry.field(description="When it happened.")
    actor: str = strawberry.field(description="Who did it, as `kind:subject`.")
    happening: Happening = strawberry.field(description="What happened.")
    subject_type: SubjectType = strawberry.field(description="What it happened to.")
    subject_id: strawberry.ID = strawberry.field(description="The global id of that.")
    order_version: int = strawberry.field(description="The version of the order after it.")
    details: list[KeyValue] = strawberry.field(description="Figures: quantities, codes, reasons.")

    @staticmethod
    def of(entry: Told) -> "TimelineEntry":
        """A line of the timeline as clients see it."""
        return TimelineEntry(
            at=entry.at,
            actor=entry.actor,
            happening=entry.happening,
            subject_type=entry.subject_type,
            subject_id=shown_id(entry.subject_type.value, entry.subject_id),
            order_version=entry.version,
            details=[
                KeyValue(key=key, value=value)
                for key, value in worded_figures(entry.details).items()
            ],
        )


@strawberry.type(description="Units that a location could not provide.")
class Shortage:
    """What was missing, why, and what was counted instead."""

    line_id: strawberry.ID = strawberry.field(description="The global id of the order line.")
    quantity: int = strawberry.field(description="How many units.")
    reason: ShortReason = strawberry.field(description="Why.")
    counted: int = strawberry.field(description="How many free units were counted there.")
    at: datetime = strawberry.field(description="When it was reported.")
