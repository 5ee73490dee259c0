"""The free slots of a location: the grid, less what the diaries of its days hold."""

import asyncio
from datetime import timedelta
from typing import Final

from appointments_svc.api.context import Info
from appointments_svc.api.record_types import AppointmentSlot
from appointments_svc.domain.agenda.diary import Means, free_places
from appointments_svc.domain.agenda.grid import slots_between
from appointments_svc.domain.kinds.capacity import Capacity
from appointments_svc.domain.refusals import unknown_type
from retail_kit.calendars.opening_hours import Period
from service_kit.commands.denials import invalid

LONGEST_WINDOW: Final = timedelta(days=31)


async def free_slots(
    info: Info, location_code: str, type_code: str, window: Period
) -> list[AppointmentSlot] | None:
    """Give the free slots of a window; null if there is no such location."""
    if window.end - window.start > LONGEST_WINDOW:
        raise invalid("At most 31 days at a time.", "to")
    loaders, now = info.context.loaders, info.context.clock.now()
    kind = (await info.context.types()).get(type_code)
    if kind is None:
        raise unknown_type(type_code, "type")
    site = await loaders.sites.load(location_code)
    if site is None:
        return None
    slots = list(slots_between(site, kind, window, now))
    if not slots:
        return []
    days = sorted({slot.day for slot in slots})
    advisors, capacity, diaries = await asyncio.gather(
        loaders.advisors_at.load(location_code),
        loaders.capacities.load(location_code),
        loaders.diaries.load_many([(location_code, day) for day in days]),
    )
    means = Means(site, tuple(advisors or ()), capacity or Capacity(location_code))
    live = {day: diary.live(now) if diary else () for day, diary in zip(days, diaries, strict=True)}
    counted = ((slot, free_places(means, kind, slot, live[slot.day])) for slot in slots)
    return [AppointmentSlot.of(slot, places) for slot, places in counted if places]
