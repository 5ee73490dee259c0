"""Who and what can receive people at a site: advisors, resources, and how many may be inside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from appointments_svc.domain.periods import covers
from retail_kit.calendars.opening_hours import Period, WeeklyHours, periods_of
from retail_kit.calendars.working_calendar import Closure
from service_kit.commands.denials import invalid
from service_kit.commands.naming import code_errors, text_errors
from service_kit.commands.refusal import Refusal

MOST_PLACES: Final = 10_000
_NO_RESOURCES: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Advisor:
    """Somebody who receives people at one location, in hours of that location's time."""

    code: str
    name: str
    location_code: str
    hours: WeeklyHours
    skills: frozenset[str] = frozenset()
    absences: tuple[Closure, ...] = ()
    active: bool = True
    version: int = 0

    def works(self, day: date, visit: Period, zone: ZoneInfo) -> bool:
        """Whether the advisor works through a visit that belongs to the day."""
        if not self.active or any(absence.includes(day) for absence in self.absences):
            return False
        return any(covers(each, visit) for each in periods_of(self.hours.of(day), day, zone))

    def can(self, skills: frozenset[str]) -> bool:
        """Whether the advisor has all of the skills."""
        return skills <= self.skills


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a location offers: places by resource, and how many visits at once at most."""

    location_code: str
    resources: Mapping[str, int] = field(default_factory=lambda: _NO_RESOURCES)
    visit_cap: int | None = None
    version: int = 0


def advisor_problems(advisor: Advisor) -> Iterator[Refusal]:
    """Say what is wrong with an advisor, with paths inside the line; nothing if all is well."""
    yield from code_errors(advisor.code, "code")
    yield from code_errors(advisor.location_code, "locationCode")
    yield from text_errors(advisor.name, "name")
    for index, absence in enumerate(advisor.absences):
        if absence.last < absence.first:
            yield invalid("An absence ends no earlier than it begins.", "absences", str(index))


def capacity_problems(capacity: Capacity) -> Iterator[Refusal]:
    """Say what is wrong with a capacity, with paths inside its line; nothing if all is well."""
    yield from code_errors(capacity.location_code, "locationCode")
    for index, (code, places) in enumerate(capacity.resources.items()):
        yield from code_errors(code, "resources", str(index), "code")
        if not 0 <= places <= MOST_PLACES:
            problem = f"There are between 0 and {MOST_PLACES} places."
            yield invalid(problem, "resources", str(index), "places")
    if capacity.visit_cap is not None and not 0 <= capacity.visit_cap <= MOST_PLACES:
        yield invalid(f"It is between 0 and {MOST_PLACES}.", "visitCap")
