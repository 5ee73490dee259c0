"""Appointment types and advisors as clients see them, and the slots they make."""

from datetime import datetime

import strawberry

from appointments_svc.api.access import ANYBODY
from appointments_svc.api.context import Info
from appointments_svc.domain.agenda.grid import Slot
from appointments_svc.domain.kinds import appointment_type, capacity, form
from appointments_svc.domain.kinds.form import FieldKind, in_language
from service_kit.graphql.access import allow_reference
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id, to_global_id

_MINUTE = 60


@strawberry.type(description="One question of the form of an appointment type.")
class AppointmentField:
    """What is asked before the visit."""

    name: str = strawberry.field(description="The name by which it is answered.")
    kind: FieldKind = strawberry.field(description="What an answer may be.")
    required: bool = strawberry.field(description="Whether it must be answered.")
    choices: list[str] = strawberry.field(description="The answers of a CHOICE.")
    field: strawberry.Private[form.FormField]

    @staticmethod
    def of(field: form.FormField) -> "AppointmentField":
        """A question as clients see it."""
        return AppointmentField(
            name=field.name,
            kind=field.kind,
            required=field.required,
            choices=list(field.choices),
            field=field,
        )

    @resolver_field(description="The question in the caller's language.")
    def label(self, info: Info) -> str:
        return in_language(self.field.labels, info.context.caller.language, self.name)


@strawberry.federation.type(keys=["id", "code"], description="A kind of visit.")
class AppointmentType:
    """How long it lasts, what it needs, what it asks."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    code: str = strawberry.field(description="The retailer's own code.")
    duration_minutes: int = strawberry.field(description="How long the visit lasts.")
    notice_minutes: int = strawberry.field(description="How long before it has to be booked.")
    horizon_days: int = strawberry.field(description="How far ahead it can be booked.")
    hold_minutes: int = strawberry.field(description="How long a slot is held.")
    skills: list[str] = strawberry.field(description="What the advisor has to know.")
    form: list[AppointmentField] = strawberry.field(description="What is asked before the visit.")
    active: bool = strawberry.field(description="Whether it can be booked at all.")
    version: int = strawberry.field(description="Counts the changes.")
    kind: strawberry.Private[appointment_type.AppointmentType]

    @staticmethod
    def of(kind: appointment_type.AppointmentType) -> "AppointmentType":
        """A type as clients see it."""
        return AppointmentType(
            id=strawberry.ID(to_global_id("AppointmentType", kind.code)),
            code=kind.code,
            duration_minutes=int(kind.duration.total_seconds()) // _MINUTE,
            notice_minutes=int(kind.notice.total_seconds()) // _MINUTE,
            horizon_days=kind.horizon_days,
            hold_minutes=int(kind.hold.total_seconds()) // _MINUTE,
            skills=sorted(kind.skills),
            form=[AppointmentField.of(field) for field in kind.form],
            active=kind.active,
            version=kind.version,
            kind=kind,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, code: str | None = None
    ) -> "AppointmentType | None":
        """Find a type by either key."""
        wanted = code if id is None else from_global_id(id, "AppointmentType")
        found = (await info.context.types()).get(wanted or "")
        return None if found is None else cls.of(found)

    @resolver_field(description="The name in the caller's language.")
    def name(self, info: Info) -> str:
        return in_language(self.kind.names, info.context.caller.language, self.code)


@strawberry.federation.type(keys=["id", "code"], description="Somebody who receives people.")
class Advisor:
    """An advisor of one location."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name that visitors are told.")
    skills: list[str] = strawberry.field(description="What they know.")
    active: bool = strawberry.field(description="Whether they receive anybody.")
    version: int = strawberry.field(description="Counts the changes.")

    @staticmethod
    def of(advisor: capacity.Advisor) -> "Advisor":
        """An advisor as clients see one."""
        return Advisor(
            id=strawberry.ID(to_global_id("Advisor", advisor.code)),
            code=advisor.code,
            name=advisor.name,
            skills=sorted(advisor.skills),
            active=advisor.active,
            version=advisor.version,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, code: str | None = None
    ) -> "Advisor | None":
        """Find an advisor by either key."""
        wanted = code if id is None else from_global_id(id, "Advisor")
        found = await info.context.loaders.advisors.load(wanted or "")
        return None if found is None else cls.of(found)


@strawberry.type(description="A time at which a visit can begin.")
class AppointmentSlot:
    """A slot that is free."""

    start: datetime = strawberry.field(description="When the visit begins.")
    end: datetime = strawberry.field(description="When it ends.")
    places: int = strawberry.field(description="How many such visits can still be booked then.")

    @staticmethod
    def of(slot: Slot, places: int) -> "AppointmentSlot":
        """A slot as clients see it."""
        return AppointmentSlot(start=slot.visit.start, end=slot.visit.end, places=places)


@strawberry.type(description="What became of the visits of a time at a location.")
class AppointmentFigures:
    """Counts of visits, and the share to which nobody came."""

    upcoming: int = strawberry.field(description="Confirmed visits that have not begun.")
    attended: int = strawberry.field(description="Visits to which somebody came.")
    cancelled: int = strawberry.field(description="Visits that were cancelled.")
    no_shows: int = strawberry.field(description="Visits to which nobody came.")
    no_show_rate: float | None = strawberry.field(
        description="The share of no-shows among the visits that took place or should have;"
        " null if there are none."
    )
