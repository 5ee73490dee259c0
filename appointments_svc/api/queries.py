"""What can be asked of appointments."""

from typing import Annotated, TypeAlias

import strawberry

from appointments_svc.api.access import ANYBODY, READERS
from appointments_svc.api.context import Info
from appointments_svc.api.listing import appointment_page
from appointments_svc.api.record_types import AppointmentType
from appointments_svc.api.types import Appointment, MaybeFrom, MaybeTo, States
from appointments_svc.api.visible import visible_appointment
from appointments_svc.ports import AppointmentFilter
from service_kit.graphql.connections import After, Connection, First
from service_kit.graphql.fields import query_field
from service_kit.graphql.global_ids import from_global_id

Id: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]
LocationCode: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Only at the location of this code.")
]


@strawberry.type(description="What can be read.")
class Query:
    """The root of reading."""

    @query_field(*READERS, description="An appointment; null if the caller may see none such.")
    async def appointment(self, info: Info, id: Id) -> Appointment | None:
        found = await visible_appointment(info, from_global_id(id, "Appointment"))
        return Appointment.of(found) if found else None

    @query_field(*READERS, description="The appointments that the caller may see, latest first.")
    async def appointments(
        self,
        info: Info,
        location_code: LocationCode = None,
        starts_from: MaybeFrom = None,
        starts_before: MaybeTo = None,
        states: States = None,
        first: First = None,
        after: After = None,
    ) -> Connection[Appointment] | None:
        wanted = AppointmentFilter(
            states=frozenset(states or ()),
            location_code=location_code,
            starts_from=starts_from,
            starts_before=starts_before,
        )
        return await appointment_page(info, wanted, Appointment.of, first=first, after=after)

    @query_field(*ANYBODY, description="Every kind of visit.")
    async def appointment_types(self, info: Info) -> list[AppointmentType] | None:
        return [AppointmentType.of(kind) for kind in (await info.context.types()).values()]
