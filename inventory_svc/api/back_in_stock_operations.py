"""Registering to hear that an item can be bought again."""

from datetime import datetime
from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import ERASERS, REGISTRANTS
from inventory_svc.api.back_in_stock_types import ENTITY, BackInStockRegistration
from inventory_svc.api.context import Info
from inventory_svc.api.enums import STOCK_CONDITION_INPUT
from inventory_svc.domain.back_in_stock.registration import (
    LONGEST_WAIT,
    USUAL_WAIT,
    ListKey,
    Person,
    Registration,
)
from inventory_svc.domain.back_in_stock.rights import registered_person, visible_persons
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.ports.back_in_stock import RegistrationsWanted
from inventory_svc.use_cases.back_in_stock.register import WantedRegistration, register
from service_kit.commands.denials import invalid
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.fields import mutation_field, query_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import KEY, idempotent_request

_KIND = "backInStockRegistrations"


@strawberry.input(description="Who wants to hear that an item can be bought again.")
class BackInStockRegisterInput:
    """Whoever is on the list already keeps their place, and gets the end that is given."""

    idempotency_key: str = strawberry.field(description=KEY)
    sku: str = strawberry.field(description="The item, by its SKU.")
    channel: str = strawberry.field(
        description="The channel (code) on which the person wants to buy it: by its rules the item "
        "is back."
    )
    condition: Condition = strawberry.field(
        default=Condition.NEW,
        graphql_type=STOCK_CONDITION_INPUT,
        description="The state of the goods.",
    )
    customer_ref: str | None = strawberry.field(
        default=None,
        description="The customer, by the retailer's reference; customers need not name "
        "themselves.",
    )
    contact_ref: str | None = strawberry.field(
        default=None,
        description="Somebody who is no customer, by the retailer's own reference, which is no "
        "address; not for customers.",
    )
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="After this the person does not want to be told any more; after "
        f"{USUAL_WAIT.days} days if not given, {LONGEST_WAIT.days} at most.",
    )


@strawberry.input(description="Which registration is withdrawn.")
class BackInStockWithdrawInput:
    """One that has ended stays as it is."""

    idempotency_key: str = strawberry.field(description=KEY)
    registration_id: strawberry.ID = strawberry.field(description="Its global id.")


@strawberry.input(description="Who is to be forgotten: a customer or a contact.")
class BackInStockEraseInput:
    """One of the two references."""

    idempotency_key: str = strawberry.field(description=KEY)
    customer_ref: str | None = strawberry.field(
        default=None, description="The customer, by the retailer's reference."
    )
    contact_ref: str | None = strawberry.field(
        default=None, description="Somebody who is no customer, by the retailer's own reference."
    )


@strawberry.type
class BackInStockQueries:
    """What can be read of registrations."""

    @query_field(
        *REGISTRANTS,
        description="Who registered to hear that an item can be bought again, the latest first. "
        "Customers see their own; others name an item or a customer.",
    )
    async def back_in_stock_registrations(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        sku: Annotated[str | None, strawberry.argument(description="Only for this item.")] = None,
        customer_ref: Annotated[
            str | None, strawberry.argument(description="Only of this customer (reference).")
        ] = None,
    ) -> Connection[BackInStockRegistration] | None:
        """Page through the registrations."""
        page = PageArguments.of(_KIND, first, after)
        persons = visible_persons(info.context.caller)
        if customer_ref is not None:
            named = frozenset({Person(customer_ref)})
            persons = named if persons is None else named & persons
        if sku is None and persons is None:
            raise invalid("Name an item or a customer.", "sku")
        place = None if page.after is None else page.after.moment_and_name
        wanted = RegistrationsWanted(page.fetch, sku, persons, place)
        found = await info.context.inventory.back_in_stock.page(wanted)
        now = info.context.clock.now()
        return connection_of(
            found,
            page,
            cursor_of=_cursor,
            node_of=lambda each: BackInStockRegistration.of(each, now),
        )


@strawberry.type
class BackInStockMutations:
    """What can be changed of registrations."""

    @mutation_field(
        *REGISTRANTS,
        description="Register somebody who wants to hear once that an item can be bought again. "
        "When so many units can be sold, so many are told, in the order of registration.",
        refused=payloads.refused(payloads.BackInStockRegisterPayload),
    )
    async def back_in_stock_register(
        self,
        info: Info,
        input: Annotated[
            BackInStockRegisterInput, strawberry.argument(description="Who, for what.")
        ],
    ) -> payloads.BackInStockRegisterPayload | None:
        """Put a person on a list."""
        context, inventory = info.context, info.context.inventory
        found = await register(
            idempotent_request(info, "backInStockRegister", input),
            context.caller,
            WantedRegistration(
                ListKey(input.sku, input.channel, input.condition),
                input.customer_ref,
                input.contact_ref,
                input.expires_at,
            ),
            inventory.network,
            inventory.catalogue,
            inventory.back_in_stock,
            context.clock,
        )
        shown = BackInStockRegistration.of(found, context.clock.now())
        return payloads.BackInStockRegisterPayload(registration=shown, user_errors=[])

    @mutation_field(
        *REGISTRANTS,
        description="Withdraw a registration; a customer only their own.",
        refused=payloads.refused(payloads.BackInStockWithdrawPayload),
    )
    async def back_in_stock_withdraw(
        self,
        info: Info,
        input: Annotated[BackInStockWithdrawInput, strawberry.argument(description="Which one.")],
    ) -> payloads.BackInStockWithdrawPayload | None:
        """Take a person off a list."""
        context = info.context
        now = context.clock.now()
        found = await context.inventory.back_in_stock.withdraw(
            idempotent_request(info, "backInStockWithdraw", input),
            context.caller.idempotency_scope,
            from_global_id(input.registration_id, ENTITY, ("input", "registrationId")),
            visible_persons(context.caller),
            now,
        )
        shown = BackInStockRegistration.of(found, now)
        return payloads.BackInStockWithdrawPayload(registration=shown, user_errors=[])

    @mutation_field(
        *ERASERS,
        description="Forget a person: all their registrations are deleted, ended or not.",
        refused=payloads.refused(payloads.BackInStockErasePayload),
    )
    async def back_in_stock_erase(
        self,
        info: Info,
        input: Annotated[BackInStockEraseInput, strawberry.argument(description="Who.")],
    ) -> payloads.BackInStockErasePayload | None:
        """Delete what is known of a person."""
        context = info.context
        person = registered_person(context.caller, input.customer_ref, input.contact_ref)
        erased = await context.inventory.back_in_stock.erase(
            idempotent_request(info, "backInStockErase", input), person
        )
        return payloads.BackInStockErasePayload(erased=erased, user_errors=[])


def _cursor(registration: Registration) -> Cursor:
    return Cursor.timed(_KIND, registration.registered_at, registration.identifier)
