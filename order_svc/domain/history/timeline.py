"""The timeline of an order: who did what, and when; ids and figures only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.orders.change import Entry, Happening, SubjectType
from service_kit.messaging.entity_events import Cause


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline; `version` is the order's after it, `place` its place therein."""

    order_id: str
    version: int
    place: int
    at: datetime
    actor: str
    happening: Happening
    subject_type: SubjectType
    subject_id: str
    details: Mapping[str, str]

    @property
    def id(self) -> str:
        """A key that sorts as the timeline reads."""
        return f"{self.order_id}.t{self.version:06d}.{self.place:03d}"


def told(
    order_id: str, version: int, entries: Iterable[Entry], cause: Cause
) -> tuple[TimelineEntry, ...]:
    """The lines that a change adds to the timeline."""
    return tuple(
        TimelineEntry(
            order_id=order_id,
            version=version,
            place=place,
            at=cause.at,
            actor=cause.actor,
            happening=entry.happening,
            subject_type=entry.subject_type,
            subject_id=entry.subject_id,
            details=entry.details,
        )
        for place, entry in enumerate(entries)
    )
