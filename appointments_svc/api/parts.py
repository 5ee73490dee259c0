"""The smaller parts of what clients see of appointments."""

from datetime import datetime
from typing import TypeAlias

import strawberry
from strawberry.federation.schema_directives import Key

from appointments_svc.api.context import Info
from appointments_svc.api.labels import label_of_hindrance, label_of_state
from appointments_svc.domain.appointments import appointment
from appointments_svc.domain.lifecycles import actions
from appointments_svc.domain.lifecycles.actions import Action, Hindrance
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from service_kit.graphql import actions as offered
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import to_global_id


def global_id(type_name: str, key: str) -> strawberry.ID:
    """The global id of a key."""
    return strawberry.ID(to_global_id(type_name, key))


def _stub(key: str) -> Key:
    return Key(fields=key, resolvable=False)  # type: ignore[arg-type]  # a text is a field set


@strawberry.federation.type(name="Item", keys=[_stub("sku")], description="Something that is sold.")
class Item:
    """An item of inventory."""

    sku: str = strawberry.field(description="The stock keeping unit.")


@strawberry.federation.type(
    name="Reservation", keys=[_stub("id")], description="Goods that are kept for somebody."
)
class Reservation:
    """A reservation of inventory."""

    id: strawberry.ID = strawberry.field(description="The global id.")


AvailableAction: TypeAlias = offered.AvailableAction[Action, Hindrance]


def shown_actions(found: tuple[actions.AvailableAction, ...], info: Info) -> list[AvailableAction]:
    """The actions as clients see them."""
    return offered.available_actions(found, label_of_hindrance, info.context.caller.language)


@strawberry.type(description="How an appointment came to a state.")
class AppointmentJourneyStep:
    """When, and by whom."""

    state: AppointmentState = strawberry.field(description="The state.")
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who did it, as an id.")

    @resolver_field(description="The state in the caller's language.")
    def label(self, info: Info) -> str:
        return label_of_state(self.state, info.context.caller.language)


@strawberry.type(description="An answer to a question of the form.")
class AppointmentAnswer:
    """What the visitor has said."""

    name: str = strawberry.field(description="The name of the question.")
    label: str = strawberry.field(description="The question in the caller's language.")
    value: str = strawberry.field(description="The answer.")


@strawberry.type(description="Units of an item that are to lie ready.")
class AppointmentProduct:
    """What the visitor wants to see."""

    sku: str = strawberry.field(description="The stock keeping unit.")
    quantity: int = strawberry.field(description="How many units.")

    @staticmethod
    def of(product: appointment.Product) -> "AppointmentProduct":
        """A product as clients see it."""
        return AppointmentProduct(sku=product.sku, quantity=product.quantity)

    @resolver_field(description="The item, as inventory knows it.")
    def item(self) -> Item | None:
        return Item(sku=self.sku)
