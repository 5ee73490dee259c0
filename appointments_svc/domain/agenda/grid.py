"""The grid of slots: when visits of one kind can begin at a site, whoever is free."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from retail_kit.calendars.opening_hours import Period

_ONE_DAY: Final = timedelta(days=1)


class NotOffered(StrEnum):
    """Why no visit can begin at a moment."""

    CLOSED = "CLOSED"
    OFF_GRID = "OFF_GRID"
    TOO_SOON = "TOO_SOON"
    TOO_FAR = "TOO_FAR"
    TYPE_NOT_OFFERED = "TYPE_NOT_OFFERED"


@dataclass(frozen=True, slots=True)
class Slot:
    """A visit that is possible: the day to which it belongs, and from when to when.

    `busy` is the visit with the buffers around it.
    """

    day: date
    visit: Period
    busy: Period


def slots_between(
    site: Site, kind: AppointmentType, window: Period, now: datetime
) -> Iterator[Slot]:
    """Give the slots that begin in the window, in order; notice and horizon narrow it."""
    if not kind.is_offered_at(site.code):
        return
    first = max(window.start, now + kind.notice)
    last = min(window.end, now + kind.horizon)
    if first >= last:
        return
    day = site.calendar.local_day(first) - _ONE_DAY
    while day <= site.calendar.local_day(last):
        for slot in _slots_on(site, kind, day):
            if first <= slot.visit.start < last:
                yield slot
        day += _ONE_DAY


def slot_at(site: Site, kind: AppointmentType, start: datetime, now: datetime) -> Slot | NotOffered:
    """Give the slot that begins at the moment, or say why there is none."""
    if not kind.is_offered_at(site.code):
        return NotOffered.TYPE_NOT_OFFERED
    if start < now + kind.notice:
        return NotOffered.TOO_SOON
    if start >= now + kind.horizon:
        return NotOffered.TOO_FAR
    day = site.calendar.local_day(start)
    for each in (day, day - _ONE_DAY):
        for slot in _slots_on(site, kind, each):
            if slot.visit.start == start:
                return slot
    return NotOffered.OFF_GRID if _is_open(site, day, start) else NotOffered.CLOSED


def _slots_on(site: Site, kind: AppointmentType, day: date) -> Iterator[Slot]:
    for period in site.reception_on(day):
        start = period.start
        while start + kind.duration <= period.end:
            yield slot_of(kind, day, start)
            start += kind.step


def slot_of(kind: AppointmentType, day: date, start: datetime) -> Slot:
    """Give the slot of a kind that begins at the moment, whether it is offered or not."""
    end = start + kind.duration
    busy = Period(start - kind.buffer_before, end + kind.buffer_after)
    return Slot(day, Period(start, end), busy)


def _is_open(site: Site, day: date, at: datetime) -> bool:
    return any(
        period.start <= at < period.end
        for each in (day, day - _ONE_DAY)
        for period in site.reception_on(each)
    )
