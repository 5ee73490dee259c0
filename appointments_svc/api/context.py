"""What a resolver may reach: the caller, the use-cases' surroundings, and batched reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from strawberry.dataloader import DataLoader

from appointments_svc.domain.agenda.diary import Diary
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.rights.visibility import Visibility, visibility_of
from appointments_svc.ports import AppointmentReader
from appointments_svc.use_cases.asking import answered
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.graphql.context import InfoOf, LoadingContext
from service_kit.graphql.loaders import loader_of
from service_kit.messaging.event_log import EventLog


@dataclass(frozen=True, slots=True)
class Loaders:
    """One batch read per kind of row, for one request."""

    appointments: DataLoader[str, Appointment | None]
    of_orders: DataLoader[str, Sequence[Appointment] | None]
    types: DataLoader[str, Mapping[str, AppointmentType]]
    advisors: DataLoader[str, Advisor | None]
    advisors_at: DataLoader[str, Sequence[Advisor] | None]
    capacities: DataLoader[str, Capacity | None]
    diaries: DataLoader[tuple[str, date], Diary | None]
    sites: DataLoader[str, Site | None]


@dataclass(frozen=True, slots=True)
class AppointmentsContext(LoadingContext[Loaders]):
    """The context of one request to this service."""

    around: Surroundings
    reader: AppointmentReader
    log: EventLog

    def new_loaders(self) -> Loaders:
        """Give loaders that have read nothing yet."""
        return Loaders(
            appointments=loader_of(self.reader.appointments),
            of_orders=loader_of(self.reader.appointments_of_orders),
            types=DataLoader(load_fn=self._types),
            advisors=loader_of(self.reader.advisors),
            advisors_at=loader_of(self.reader.advisors_at),
            capacities=loader_of(self.reader.capacities),
            diaries=loader_of(self.reader.diaries),
            sites=loader_of(self._sites),
        )

    @property
    def visibility(self) -> Visibility:
        """The part of all appointments that the caller sees."""
        return visibility_of(self.caller)

    async def types(self) -> Mapping[str, AppointmentType]:
        """Every type by code, read once for the request."""
        return await self.loaders.types.load("")

    async def _types(self, keys: list[str]) -> list[Mapping[str, AppointmentType]]:
        types = {kind.code: kind for kind in await self.reader.types()}
        return [types for _ in keys]

    async def _sites(self, codes: list[str]) -> Mapping[str, Site]:
        return await answered(self.around.inventory.sites(codes))


Info: TypeAlias = InfoOf[AppointmentsContext]
"""`Info` of this service's resolvers."""
