"""What the imports of types, advisors and capacities are given."""

from datetime import date, timedelta

import strawberry

from appointments_svc.api.enums import FIELD_KIND_INPUT, Weekday
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.kinds.form import FieldKind, FormField, Wording
from retail_kit.calendars.opening_hours import EVERY_DAY, Hours, MalformedHours, WeeklyHours
from retail_kit.calendars.working_calendar import Closure
from service_kit.commands.denials import invalid
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES


@strawberry.input(description="A text in one language.")
class AppointmentWordingInput:
    """For people to read."""

    language: str = strawberry.field(description='The language, like "fr".')
    text: str = strawberry.field(description="The text.")

    def wording(self) -> Wording:
        """The text as the rules know it."""
        return Wording(self.language, self.text.strip())


@strawberry.input(description="One question of a form.")
class AppointmentFieldInput:
    """What is asked before the visit."""

    name: str = strawberry.field(description="The name by which it is answered.")
    kind: FieldKind = strawberry.field(
        graphql_type=FIELD_KIND_INPUT, description="What an answer may be."
    )
    required: bool = strawberry.field(default=False, description="Whether it must be answered.")
    labels: list[AppointmentWordingInput] = strawberry.field(
        default_factory=list, description="The question, in each language."
    )
    choices: list[str] = strawberry.field(
        default_factory=list, description="The answers of a CHOICE."
    )

    def field(self) -> FormField:
        """The question as the rules know it."""
        labels = tuple(each.wording() for each in self.labels)
        return FormField(self.name, self.kind, self.required, labels, tuple(self.choices))


@strawberry.input(description="A kind of visit.")
class AppointmentTypesImportLineInput:
    """Replaces the type of the same code."""

    code: str = strawberry.field(description="Its code, by which it is known again.")
    names: list[AppointmentWordingInput] = strawberry.field(
        description="Its name, in each language."
    )
    duration_minutes: int = strawberry.field(description="How long the visit lasts.")
    step_minutes: int | None = strawberry.field(
        default=None, description="How far apart slots begin; the duration if not given."
    )
    buffer_before_minutes: int = strawberry.field(
        default=0, description="How long before it advisor and place are busy."
    )
    buffer_after_minutes: int = strawberry.field(
        default=0, description="How long after it advisor and place are busy."
    )
    notice_minutes: int = strawberry.field(
        default=120, description="How long before it has to be booked."
    )
    horizon_days: int = strawberry.field(default=30, description="How far ahead it can be booked.")
    hold_minutes: int = strawberry.field(default=10, description="How long a slot is held.")
    no_show_after_minutes: int = strawberry.field(
        default=15, description="How late somebody may be before they count as not coming."
    )
    remind_before_minutes: int = strawberry.field(
        default=24 * 60, description="How long before it the visitor is reminded; 0 for never."
    )
    advised: bool = strawberry.field(default=True, description="Whether it takes an advisor.")
    skills: list[str] = strawberry.field(
        default_factory=list, description="What the advisor has to know."
    )
    resource: str | None = strawberry.field(
        default=None, description="The resource of which it takes a place, like fitting-room."
    )
    form: list[AppointmentFieldInput] = strawberry.field(
        default_factory=list, description="What is asked before the visit."
    )
    location_codes: list[str] = strawberry.field(
        default_factory=list,
        description="Where it is offered; wherever there are opening hours if none is named.",
    )
    active: bool = strawberry.field(default=True, description="Whether it can be booked at all.")

    def kind(self) -> AppointmentType:
        """The type as the rules know it."""
        step = self.duration_minutes if self.step_minutes is None else self.step_minutes
        return AppointmentType(
            code=self.code,
            names=tuple(each.wording() for each in self.names),
            duration=_minutes(self.duration_minutes),
            step=_minutes(step),
            buffer_before=_minutes(self.buffer_before_minutes),
            buffer_after=_minutes(self.buffer_after_minutes),
            notice=_minutes(self.notice_minutes),
            horizon_days=self.horizon_days,
            hold=_minutes(self.hold_minutes),
            no_show_after=_minutes(self.no_show_after_minutes),
            remind_before=_minutes(self.remind_before_minutes),
            advised=self.advised,
            skills=frozenset(self.skills),
            resource=self.resource,
            form=tuple(each.field() for each in self.form),
            location_codes=frozenset(self.location_codes),
            active=self.active,
        )


@strawberry.input(description="Hours of one day of the week.")
class AdvisorHoursInput:
    """Local times of the location."""

    day: Weekday = strawberry.field(description="The day of the week.")
    hours: list[str] = strawberry.field(description='Local times, like "09:00-19:00".')


@strawberry.input(description="Days on which an advisor receives nobody.")
class AdvisorAbsenceInput:
    """From the first to the last day, both included."""

    first: date = strawberry.field(description="The first day of it.")
    last: date = strawberry.field(description="The last day of it.")
    reason: str = strawberry.field(default="", description="Why.")


@strawberry.input(description="Somebody who receives people.")
class AdvisorsImportLineInput:
    """Replaces the advisor of the same code."""

    code: str = strawberry.field(description="Their code, by which they are known again.")
    name: str = strawberry.field(description="The name that visitors are told.")
    location_code: str = strawberry.field(description="The code of the location they work at.")
    hours: list[AdvisorHoursInput] = strawberry.field(
        description="When they receive people; a day that is not named is free."
    )
    skills: list[str] = strawberry.field(default_factory=list, description="What they know.")
    absences: list[AdvisorAbsenceInput] = strawberry.field(
        default_factory=list, description="When they are away."
    )
    active: bool = strawberry.field(default=True, description="Whether they receive anybody.")

    def advisor(self) -> Advisor:
        """The advisor as the rules know them; refuse INVALID_INPUT for hours that are none."""
        days: dict[int, tuple[Hours, ...]] = {}
        for index, each in enumerate(self.hours):
            if each.day.value in days:
                raise invalid("The day is named twice.", "hours", str(index), "day")
            days[each.day.value] = tuple(_hours(each.hours, "hours", str(index), "hours"))
        return Advisor(
            code=self.code,
            name=self.name.strip(),
            location_code=self.location_code,
            hours=WeeklyHours(tuple(days.get(day, ()) for day in EVERY_DAY)),
            skills=frozenset(self.skills),
            absences=tuple(Closure(each.first, each.last, each.reason) for each in self.absences),
            active=self.active,
        )


@strawberry.input(description="Places of one resource.")
class AppointmentResourceInput:
    """Like fitting rooms."""

    code: str = strawberry.field(description="The code that appointment types name.")
    places: int = strawberry.field(description="How many there are.")


@strawberry.input(description="What a location offers to visitors.")
class AppointmentCapacitiesImportLineInput:
    """Replaces the capacity of the same location."""

    location_code: str = strawberry.field(description="The code of the location.")
    resources: list[AppointmentResourceInput] = strawberry.field(
        default_factory=list, description="Its resources."
    )
    visit_cap: int | None = strawberry.field(
        default=None, description="How many visits there may be at once; any number if not given."
    )

    def capacity(self) -> Capacity:
        """The capacity as the rules know it; refuse INVALID_INPUT for a resource named twice."""
        resources = {each.code: each.places for each in self.resources}
        if len(resources) != len(self.resources):
            raise invalid("A resource is named twice.", "resources")
        return Capacity(self.location_code, resources, self.visit_cap)


@strawberry.input(description="Appointment types to keep.")
class AppointmentTypesImportInput:
    """The lines of one feed."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[AppointmentTypesImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="Advisors to keep.")
class AdvisorsImportInput:
    """The lines of one feed."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[AdvisorsImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="Capacities of locations to keep.")
class AppointmentCapacitiesImportInput:
    """The lines of one feed."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[AppointmentCapacitiesImportLineInput] = strawberry.field(description=LINES)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _hours(written: list[str], *path: str) -> list[Hours]:
    found = []
    for place, each in enumerate(written):
        try:
            found.append(Hours.parse(each))
        except MalformedHours as malformed:
            problem = 'Hours are written like "09:00-19:00".'
            raise invalid(problem, *path, str(place)) from malformed
    return found
