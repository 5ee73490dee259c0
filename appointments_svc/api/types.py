"""Appointments, and what they add to the entities of other services."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from appointments_svc.api.access import ANYBODY, BACK_OFFICE, READERS
from appointments_svc.api.context import Info
from appointments_svc.api.enums import APPOINTMENT_STATE_INPUT
from appointments_svc.api.labels import label_of_state
from appointments_svc.api.listing import appointment_page, appointments_of_order
from appointments_svc.api.parts import (
    AppointmentAnswer,
    AppointmentJourneyStep,
    AppointmentProduct,
    AvailableAction,
    Reservation,
    global_id,
    shown_actions,
)
from appointments_svc.api.record_types import (
    Advisor,
    AppointmentFigures,
    AppointmentSlot,
    AppointmentType,
)
from appointments_svc.api.slots import free_slots
from appointments_svc.api.visible import visible_appointment
from appointments_svc.domain.appointments import appointment
from appointments_svc.domain.appointments.change import actions_on
from appointments_svc.domain.kinds.form import in_language
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.rights.visibility import may_receive_at, may_see
from appointments_svc.ports import AppointmentFilter
from retail_kit.calendars.opening_hours import Period
from service_kit.commands.denials import forbidden
from service_kit.graphql.access import allow_reference
from service_kit.graphql.connections import After, Connection, First
from service_kit.graphql.enums import optional_list
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id

From: TypeAlias = Annotated[
    datetime, strawberry.argument(name="from", description="From this moment on.")
]
To: TypeAlias = Annotated[datetime, strawberry.argument(name="to", description="Before this one.")]
MaybeFrom: TypeAlias = Annotated[
    datetime | None,
    strawberry.argument(name="from", description="Visits that begin from this moment on."),
]
MaybeTo: TypeAlias = Annotated[
    datetime | None, strawberry.argument(name="to", description="Visits that begin before this.")
]
TypeCode: TypeAlias = Annotated[
    str, strawberry.argument(description="The code of the appointment type.")
]
States: TypeAlias = Annotated[
    list[AppointmentState] | None,
    strawberry.argument(
        graphql_type=optional_list(APPOINTMENT_STATE_INPUT),
        description="In one of these states; any if not given.",
    ),
]


@strawberry.federation.type(keys=["id"], description="A visit to a location.")
class Appointment:
    """Who comes where and when, for what, and how far it has come."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    ref: str = strawberry.field(description="The reference that people use.")
    state: AppointmentState = strawberry.field(description="How far it has come.")
    start: datetime = strawberry.field(description="When the visit begins.")
    end: datetime = strawberry.field(description="When it ends.")
    hold_ends: datetime = strawberry.field(description="Until when the slot was first held.")
    reminded_at: datetime | None = strawberry.field(
        description="When the visitor was reminded; null if not."
    )
    version: int = strawberry.field(description="Counts the changes.")
    found: strawberry.Private[appointment.Appointment]

    @staticmethod
    def of(found: appointment.Appointment) -> "Appointment":
        """An appointment as clients see it."""
        return Appointment(
            id=global_id("Appointment", found.id),
            ref=found.ref,
            state=found.state,
            start=found.visit.start,
            end=found.visit.end,
            hold_ends=found.hold_ends,
            reminded_at=found.reminded_at,
            version=found.version,
            found=found,
        )

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Appointment | None":
        """The appointment of a global id, if the caller may see it."""
        found = await visible_appointment(info, from_global_id(id, "Appointment"))
        return cls.of(found) if found else None

    @resolver_field(description="The state in the caller's language.")
    def state_label(self, info: Info) -> str:
        return label_of_state(self.state, info.context.caller.language)

    @resolver_field(description="The kind of visit.")
    async def type(self, info: Info) -> AppointmentType | None:
        kind = (await info.context.types()).get(self.found.type_code)
        return AppointmentType.of(kind) if kind else None

    @resolver_field(description="Where it is.")
    def location(self) -> "Location | None":
        return Location(id=global_id("Location", self.found.location_code))

    @resolver_field(description="Who comes; null if nobody knows them.")
    def customer(self) -> "Customer | None":
        customer = self.found.customer
        return Customer(id=global_id("Customer", customer.id)) if customer else None

    @resolver_field(description="The order that it is about; null if it is about none.")
    def order(self) -> "Order | None":
        key = self.found.order_id
        return Order(id=global_id("Order", key)) if key else None

    @resolver_field(description="Who receives the visitor; null if nobody in particular.")
    async def advisor(self, info: Info) -> Advisor | None:
        code = self.found.taken.advisor
        found = await info.context.loaders.advisors.load(code) if code else None
        return Advisor.of(found) if found else None

    @resolver_field(description="The form, as the visitor has filled it in.")
    async def answers(self, info: Info) -> list[AppointmentAnswer]:
        kind = (await info.context.types()).get(self.found.type_code)
        fields = {field.name: field for field in kind.form} if kind else {}
        language = info.context.caller.language
        return [
            AppointmentAnswer(
                name=each.name,
                label=in_language(fields[each.name].labels, language, each.name)
                if each.name in fields
                else each.name,
                value=each.value,
            )
            for each in self.found.answers
        ]

    @resolver_field(description="What is to lie ready.")
    def products(self) -> list[AppointmentProduct]:
        return [AppointmentProduct.of(each) for each in self.found.products]

    @resolver_field(description="What inventory keeps for it; null if nothing.")
    def reservation(self) -> Reservation | None:
        key = self.found.reservation_id
        return Reservation(id=global_id("Reservation", key)) if key else None

    @resolver_field(description="How it has come to its state, the oldest step first.")
    def journey(self) -> list[AppointmentJourneyStep]:
        return [
            AppointmentJourneyStep(state=each.state, at=each.at, actor=each.actor)
            for each in self.found.journey
        ]

    @resolver_field(description="What can be done with the appointment.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        caller, found = info.context.caller, self.found
        receives = may_receive_at(caller, found.location_code)
        return shown_actions(
            actions_on(found, receives=receives, owns=may_see(caller, found)), info
        )


@strawberry.federation.type(keys=["id"], description="A place that holds stock.")
class Location:
    """A location, to which appointments add when visits are possible, and who comes."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @property
    def key(self) -> str:
        """The code of the location."""
        return from_global_id(self.id, "Location")

    @resolver_field(*ANYBODY, description="The kinds of visit that can be booked there.")
    async def appointment_types(self, info: Info) -> list[AppointmentType] | None:
        types = (await info.context.types()).values()
        return [AppointmentType.of(kind) for kind in types if kind.is_offered_at(self.key)]

    @resolver_field(
        *ANYBODY,
        description="The slots that are free, the soonest first; at most 31 days at a time.",
    )
    async def slots(
        self, info: Info, type: TypeCode, starts_from: From, starts_before: To
    ) -> list[AppointmentSlot] | None:
        return await free_slots(info, self.key, type, Period(starts_from, starts_before))

    @resolver_field(*READERS, description="Those who receive visitors there.")
    async def advisors(self, info: Info) -> list[Advisor] | None:
        found = await info.context.loaders.advisors_at.load(self.key)
        return [Advisor.of(each) for each in found or () if each.active]

    @resolver_field(*BACK_OFFICE, description="The visits there, the soonest first.")
    async def appointments(
        self,
        info: Info,
        starts_from: MaybeFrom = None,
        starts_before: MaybeTo = None,
        states: States = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Appointment] | None:
        wanted = AppointmentFilter(
            states=frozenset(states or ()),
            location_code=self.key,
            starts_from=starts_from,
            starts_before=starts_before,
        )
        return await appointment_page(
            info, wanted, Appointment.of, first=first, after=after, soonest_first=True
        )

    @resolver_field(
        *BACK_OFFICE,
        description="What became of the visits of a time; an assistant only where they work.",
    )
    async def appointment_figures(
        self, info: Info, starts_from: From, starts_before: To
    ) -> AppointmentFigures | None:
        if not may_receive_at(info.context.caller, self.key):
            raise forbidden("You do not work at this location.")
        reader = info.context.reader
        states = await reader.states_at(self.key, starts_from, starts_before)
        attended = states.get(AppointmentState.CHECKED_IN, 0)
        attended += states.get(AppointmentState.COMPLETED, 0)
        no_shows = states.get(AppointmentState.NO_SHOW, 0)
        return AppointmentFigures(
            upcoming=states.get(AppointmentState.CONFIRMED, 0),
            attended=attended,
            cancelled=states.get(AppointmentState.CANCELLED, 0),
            no_shows=no_shows,
            no_show_rate=no_shows / (attended + no_shows) if attended + no_shows else None,
        )


@strawberry.federation.type(keys=["id"], description="Somebody who orders: a reference copy.")
class Customer:
    """A customer, to whom appointments add their visits."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(*READERS, description="Their visits that the caller may see, latest first.")
    async def appointments(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[Appointment] | None:
        wanted = AppointmentFilter(customer_id=from_global_id(self.id, "Customer"))
        return await appointment_page(info, wanted, Appointment.of, first=first, after=after)


@strawberry.federation.type(keys=["id"], description="What somebody has ordered.")
class Order:
    """An order, to which appointments add the visits that are about it."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(
        *READERS, description="The visits about it that the caller may see, latest first."
    )
    async def appointments(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[Appointment] | None:
        key = from_global_id(self.id, "Order")
        return await appointments_of_order(info, key, Appointment.of, first=first, after=after)
