"""What can be listened to: the log of appointments, for those whom each event concerns."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final, TypeAlias

import strawberry

from appointments_svc.api.access import READERS
from appointments_svc.api.context import Info
from appointments_svc.api.types import Appointment
from appointments_svc.api.visible import visible_appointment
from appointments_svc.domain.history.events import APPOINTMENT_UPDATED, AppointmentUpdateType
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.rights.visibility import GRANTS_THAT_COUNT, SEES_EVERYTHING
from service_kit.graphql.event_flow import EventFlow, Wanted, named_by
from service_kit.graphql.event_source import (
    EventItem,
    EventSource,
    HeartbeatSeconds,
    Since,
    Snapshot,
    event_field,
    shown,
)
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id

STREAM: Final = "appointments_svc"

AppointmentId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this one (global id).")
]
LocationId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of visits there (global id).")
]
CustomerId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only of this customer's visits (global id)."),
]


@strawberry.type(description="Something happened to an appointment.")
class AppointmentUpdate(EventItem):
    """Its own fields are as of the event."""

    @resolver_field(description="What happened; null in what is no event.")
    def type(self) -> AppointmentUpdateType | None:
        found = self.told.payload.get("type")
        return None if found is None else AppointmentUpdateType(found)

    @resolver_field(description="The appointment, as it is now.")
    async def appointment(self, info: Info) -> Appointment | None:
        entity = self.told.payload.get("appointment")
        if entity is None:
            return None
        found = await visible_appointment(info, from_global_id(entity["id"], "Appointment"))
        return Appointment.of(found) if found else None

    @resolver_field(description="The state after the event.")
    def state(self) -> AppointmentState | None:
        found = self.told.payload.get("state")
        return None if found is None else AppointmentState(found)

    @resolver_field(description="The state before it; null when it was new.")
    def previous_state(self) -> AppointmentState | None:
        found = self.told.payload.get("previousState")
        return None if found is None else AppointmentState(found)


@strawberry.type(description="What can be listened to.")
class Subscription:
    """The root of listening."""

    @event_field(
        *READERS,
        source=EventSource(
            stream=STREAM,
            match=["appointmentId", "locationId", "customerId"],
            unrestricted=list(SEES_EVERYTHING),
            grants=list(GRANTS_THAT_COUNT),
        ),
        description="Changes of appointments. Name an appointment, a location or a customer"
        " unless you see all appointments.",
    )
    async def appointment_updated(
        self,
        info: Info,
        appointment_id: AppointmentId = None,
        location_id: LocationId = None,
        customer_id: CustomerId = None,
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[AppointmentUpdate, None]:
        wanted = Wanted(
            topic=APPOINTMENT_UPDATED,
            filters={
                "appointmentId": appointment_id,
                "locationId": location_id,
                "customerId": customer_id,
            },
            unrestricted=SEES_EVERYTHING,
            grants=GRANTS_THAT_COUNT,
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            named=named_by(appointment=appointment_id),
        )
        context = info.context
        flow = EventFlow(context.log, wanted, context.caller, context.clock)
        async with aclosing(flow.items()) as items:
            async for item in items:
                context.forget()
                yield shown(AppointmentUpdate, item)
