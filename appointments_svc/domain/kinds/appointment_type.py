"""Appointment types: how long a visit lasts, what it needs, and when it can be booked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from appointments_svc.domain.kinds.form import FieldKind, FormField, Wording
from service_kit.commands.denials import invalid
from service_kit.commands.naming import code_errors, text_errors
from service_kit.commands.refusal import Refusal

LONGEST_VISIT: Final = timedelta(hours=12)
LONGEST_BUFFER: Final = timedelta(hours=4)
LONGEST_NOTICE: Final = timedelta(days=30)
FARTHEST_HORIZON: Final = 75
"""Days; inventory keeps products for an appointment for 90."""
LONGEST_HOLD: Final = timedelta(hours=2)
MOST_FIELDS: Final = 30
MOST_CHOICES: Final = 100
_NOTHING: Final = timedelta()
_SHORTEST_STEP: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AppointmentType:
    """One kind of visit.

    It takes an advisor with all `skills` if `advised`, and a place of the `resource` if it names
    one. Advisor and place are busy from `buffer_before` to `buffer_after` the visit. Slots follow
    each other by `step`. Without `location_codes` it is offered wherever there are opening hours.
    """

    code: str
    names: tuple[Wording, ...]
    duration: timedelta
    step: timedelta
    buffer_before: timedelta = _NOTHING
    buffer_after: timedelta = _NOTHING
    notice: timedelta = timedelta(hours=2)
    horizon_days: int = 30
    hold: timedelta = timedelta(minutes=10)
    no_show_after: timedelta = timedelta(minutes=15)
    remind_before: timedelta = timedelta(days=1)
    advised: bool = True
    skills: frozenset[str] = frozenset()
    resource: str | None = None
    form: tuple[FormField, ...] = ()
    location_codes: frozenset[str] = frozenset()
    active: bool = True
    version: int = 0

    @property
    def horizon(self) -> timedelta:
        """How far ahead it can be booked."""
        return timedelta(days=self.horizon_days)

    def is_offered_at(self, location_code: str) -> bool:
        """Whether it can be booked there at all."""
        return self.active and (not self.location_codes or location_code in self.location_codes)


def type_problems(kind: AppointmentType) -> Iterator[Refusal]:
    """Say what is wrong with a type, with paths inside its line; nothing if it is well."""
    yield from code_errors(kind.code, "code")
    if not kind.names:
        yield invalid("A name is required.", "names")
    for index, name in enumerate(kind.names):
        yield from text_errors(name.text, "names", str(index), "text")
    yield from _time_problems(kind)
    if not kind.advised and kind.resource is None:
        yield invalid("A visit needs an advisor or a resource.", "resource")
    if kind.skills and not kind.advised:
        yield invalid("Skills are those of an advisor.", "skills")
    if kind.resource is not None:
        yield from code_errors(kind.resource, "resource")
    yield from _form_problems(kind.form)


def _time_problems(kind: AppointmentType) -> Iterator[Refusal]:
    limits = (
        ("durationMinutes", kind.duration, _SHORTEST_STEP, LONGEST_VISIT),
        ("stepMinutes", kind.step, _SHORTEST_STEP, LONGEST_VISIT),
        ("bufferBeforeMinutes", kind.buffer_before, _NOTHING, LONGEST_BUFFER),
        ("bufferAfterMinutes", kind.buffer_after, _NOTHING, LONGEST_BUFFER),
        ("noticeMinutes", kind.notice, _NOTHING, LONGEST_NOTICE),
        ("holdMinutes", kind.hold, timedelta(minutes=1), LONGEST_HOLD),
        ("noShowAfterMinutes", kind.no_show_after, timedelta(minutes=1), LONGEST_VISIT),
        ("remindBeforeMinutes", kind.remind_before, _NOTHING, LONGEST_NOTICE),
    )
    for name, value, least, most in limits:
        if not least <= value <= most:
            yield invalid(f"It is between {least} and {most}.", name)
    if not 1 <= kind.horizon_days <= FARTHEST_HORIZON:
        yield invalid(f"It is between 1 and {FARTHEST_HORIZON}.", "horizonDays")


def _form_problems(form: tuple[FormField, ...]) -> Iterator[Refusal]:
    if len(form) > MOST_FIELDS:
        yield invalid(f"A form asks at most {MOST_FIELDS} questions.", "form")
    seen = set[str]()
    for index, field in enumerate(form):
        path = ("form", str(index))
        yield from code_errors(field.name, *path, "name")
        if field.name in seen:
            yield invalid("The question stands in the form already.", *path, "name")
        seen.add(field.name)
        for place, label in enumerate(field.labels):
            yield from text_errors(label.text, *path, "labels", str(place), "text")
        yield from _choice_problems(field, *path)


def _choice_problems(field: FormField, *path: str) -> Iterator[Refusal]:
    if (field.kind is FieldKind.CHOICE) != bool(field.choices):
        yield invalid("Choices belong to a CHOICE, and to it alone.", *path, "choices")
    if len(field.choices) > MOST_CHOICES:
        yield invalid(f"There are at most {MOST_CHOICES} choices.", *path, "choices")
    for place, choice in enumerate(field.choices):
        yield from text_errors(choice, *path, "choices", str(place))
