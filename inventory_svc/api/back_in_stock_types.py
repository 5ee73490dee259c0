"""Who waits for an item to be back, as clients see it."""

from datetime import datetime

import strawberry

from inventory_svc.api.context import Info
from inventory_svc.api.entities import Item, item_of
from inventory_svc.domain.back_in_stock import registration as registrations
from inventory_svc.domain.catalogue.condition import Condition
from service_kit.graphql.event_source import EventItem
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import to_global_id

ENTITY = "BackInStockRegistration"
_SKU = "The stock keeping unit."
_CHANNEL = "The code of the channel on which the item is to be bought."
_CONDITION = "The state of the goods."
_CUSTOMER_REF = "The retailer's reference of the customer who waits; null if it is a contact."
_CONTACT_REF = "The retailer's reference of the contact who waits; null if it is a customer."


@strawberry.type(description="Somebody who wants to hear once that an item can be bought again.")
class BackInStockRegistration:
    """One person on one list."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sku: str = strawberry.field(description=_SKU)
    channel_code: str = strawberry.field(description=_CHANNEL)
    condition: Condition = strawberry.field(description=_CONDITION)
    customer_ref: str | None = strawberry.field(description=_CUSTOMER_REF)
    contact_ref: str | None = strawberry.field(description=_CONTACT_REF)
    number: int = strawberry.field(
        description="The order of registration on the list: the lower number is told first."
    )
    state: registrations.RegistrationState = strawberry.field(description="Where it stands.")
    registered_at: datetime = strawberry.field(description="When the person registered.")
    expires_at: datetime = strawberry.field(description="After this the person is not told.")
    told_at: datetime | None = strawberry.field(description="When the person was told.")
    withdrawn_at: datetime | None = strawberry.field(description="When it was withdrawn.")
    version: int = strawberry.field(description="Counts the changes of the registration.")

    @resolver_field(description="The item itself.")
    async def item(self, info: Info) -> Item | None:
        """Read it with the others of the request."""
        return await item_of(info, self.sku)

    @staticmethod
    def of(found: registrations.Registration, now: datetime) -> "BackInStockRegistration":
        """Show a registration as it stands at a moment."""
        return BackInStockRegistration(
            id=strawberry.ID(to_global_id(ENTITY, found.identifier)),
            sku=found.on.sku,
            channel_code=found.on.channel,
            condition=found.on.condition,
            customer_ref=found.person.customer_ref,
            contact_ref=found.person.contact_ref,
            number=found.number,
            state=found.state(now),
            registered_at=found.registered_at,
            expires_at=found.expires_at,
            told_at=found.told_at,
            withdrawn_at=found.withdrawn_at,
            version=found.version,
        )


@strawberry.type(description="It is somebody's turn: the item that they wait for can be bought.")
class BackInStockNotice(EventItem):
    """Its own fields are as of the event."""

    @resolver_field(description="The global id of the registration.")
    def registration_id(self) -> strawberry.ID | None:
        found = self._text("registrationId")
        return None if found is None else strawberry.ID(found)

    @resolver_field(description=_SKU)
    def sku(self) -> str | None:
        return self._text("sku")

    @resolver_field(description="The item, as it is now.")
    async def item(self, info: Info) -> Item | None:
        sku = self._text("sku")
        info.context.loaders.want_present()
        return await item_of(info, sku) if sku else None

    @resolver_field(description=_CHANNEL)
    def channel_code(self) -> str | None:
        return self._text("channelCode")

    @resolver_field(description=_CONDITION)
    def condition(self) -> Condition | None:
        found = self._text("condition")
        return None if found is None else Condition(found)

    @resolver_field(description=_CUSTOMER_REF)
    def customer_ref(self) -> str | None:
        return self._text("customerRef")

    @resolver_field(description=_CONTACT_REF)
    def contact_ref(self) -> str | None:
        return self._text("contactRef")

    def _text(self, name: str) -> str | None:
        found = self.told.payload.get(name)
        return None if found is None else str(found)
