"""The diary of one day at one site, and what is still free in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from appointments_svc.domain.agenda.grid import Slot
from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.periods import overlap
from retail_kit.calendars.opening_hours import Period


@dataclass(frozen=True, slots=True)
class Commitment:
    """What one appointment takes; one with an end of its own no longer counts after it."""

    appointment_id: str
    visit: Period
    busy: Period
    advisor: str | None = None
    resource: str | None = None
    expires_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it still takes anything."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True)
class Diary:
    """The commitments of the visits that belong to one day at one location."""

    location_code: str
    day: date
    commitments: tuple[Commitment, ...] = ()
    version: int = 0

    def with_commitment(self, commitment: Commitment, now: datetime) -> "Diary":
        """Add a commitment, or replace that of the same appointment; expired ones are dropped."""
        kept = self.without(commitment.appointment_id).commitments
        live = (each for each in kept if each.counts(now))
        return replace(self, commitments=(*live, commitment))

    def without(self, appointment_id: str) -> "Diary":
        """Free what an appointment takes."""
        kept = tuple(each for each in self.commitments if each.appointment_id != appointment_id)
        return replace(self, commitments=kept)

    def live(self, now: datetime) -> tuple[Commitment, ...]:
        """Give the commitments that count."""
        return tuple(each for each in self.commitments if each.counts(now))


@dataclass(frozen=True, slots=True)
class Means:
    """Everybody and everything that can receive people at one site."""

    site: Site
    advisors: tuple[Advisor, ...]
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Taken:
    """What a visit takes: an advisor if it is advised, a resource if it needs one."""

    advisor: str | None = None
    resource: str | None = None


def free_places(
    means: Means, kind: AppointmentType, slot: Slot, commitments: Sequence[Commitment]
) -> int:
    """Count how many such visits can still be booked into the slot."""
    return max(0, min(_limits(means, kind, slot, commitments)))


def take(
    means: Means,
    kind: AppointmentType,
    slot: Slot,
    commitments: Sequence[Commitment],
    *,
    advisor: str | None = None,
) -> Taken | None:
    """Choose what the visit takes; None if the slot is full or the wanted advisor is not free.

    Without a wish it is the advisor with the fewest visits of the day; ties go by code.
    """
    if not free_places(means, kind, slot, commitments):
        return None
    if not kind.advised:
        return Taken(None, kind.resource)
    free = [each.code for each in free_advisors(means, kind, slot, commitments)]
    if advisor is not None:
        return Taken(advisor, kind.resource) if advisor in free else None
    return Taken(min(free, key=lambda code: (_load(code, commitments), code)), kind.resource)


def free_advisors(
    means: Means, kind: AppointmentType, slot: Slot, commitments: Sequence[Commitment]
) -> Iterator[Advisor]:
    """Give the advisors with the skills who work and are free, with both visits' buffers."""
    busy = {each.advisor for each in commitments if overlap(each.busy, slot.busy)}
    for advisor in means.advisors:
        works = advisor.works(slot.day, slot.visit, means.site.zone)
        if works and advisor.code not in busy and advisor.can(kind.skills):
            yield advisor


def _limits(
    means: Means, kind: AppointmentType, slot: Slot, commitments: Sequence[Commitment]
) -> Iterator[int]:
    if kind.advised:
        yield sum(1 for _ in free_advisors(means, kind, slot, commitments))
    if kind.resource is not None:
        places = means.capacity.resources.get(kind.resource, 0)
        taken = (each.busy for each in commitments if each.resource == kind.resource)
        yield places - most_at_once(taken, slot.busy)
    if means.capacity.visit_cap is not None:
        visits = (each.visit for each in commitments)
        yield means.capacity.visit_cap - most_at_once(visits, slot.visit)


def most_at_once(periods: Iterable[Period], within: Period) -> int:
    """Count the most periods that share one moment of another."""
    shared = [period for period in periods if overlap(period, within)]
    moments = {max(period.start, within.start) for period in shared}
    return max(
        (sum(1 for period in shared if period.start <= at < period.end) for at in moments),
        default=0,
    )


def _load(advisor: str, commitments: Sequence[Commitment]) -> int:
    return sum(1 for each in commitments if each.advisor == advisor)
