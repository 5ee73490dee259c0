"""What a consumer reads from a stream: entries, and the events in those that can be read."""

from dataclasses import dataclass

import orjson

from service_kit.messaging.bus import Entry
from service_kit.messaging.envelope import Event, event_from_json


class UnreadableEvent(Exception):
    """The entry is not an envelope that this release understands."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry and, if it can be read, its event; if not, it stands alone."""

    entry: Entry
    readable: Event | None

    @property
    def event_id(self) -> str:
        """The event's id, or the entry's place."""
        return self.readable.event_id if self.readable else self._place

    @property
    def entity(self) -> str:
        """The entity that the event is of, or the entry's place."""
        return self.readable.entity.text if self.readable else self._place

    @property
    def _place(self) -> str:
        return f"{self.entry.stream}/{self.entry.position}"

    def event(self) -> Event:
        """Give the event or raise UnreadableEvent."""
        if self.readable is None:
            raise UnreadableEvent(self._place)
        return self.readable

    def may_be_of(self, types: frozenset[str] | None) -> bool:
        """Whether it is of one of the types, None being all; unreadable, it may be of any."""
        return types is None or self.readable is None or self.readable.type in types


def read(entry: Entry) -> Reading:
    """Read an entry, whatever is in it."""
    try:
        return Reading(entry, event_from_json(orjson.loads(entry.payload)))
    except (ValueError, KeyError, TypeError):
        return Reading(entry, None)
