"""Who listens to what: an event finds its listeners by its keys, without asking the others."""

from collections import Counter
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from gateway.subscriptions.happening import Happening, Section
from gateway.subscriptions.listener import Interest

_Place = tuple[str, str | None, str]
"""A field, an argument and its value; no argument stands for every event of the field."""


class Interested(Protocol):
    """Whoever listens."""

    @property
    def interest(self) -> Interest:
        """What it listens to."""


T = TypeVar("T", bound=Interested)


class ListenerIndex(Generic[T]):
    """Listeners by one of their filters; those without any filter by their field."""

    def __init__(self) -> None:
        self._places: dict[T, tuple[_Place, ...]] = {}
        self._at: dict[_Place, dict[T, None]] = {}
        self._fields: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._places))

    def listens(self, field: str) -> bool:
        """Whether a field has any listener."""
        return field in self._fields

    def add(self, listener: T) -> None:
        """Add a listener."""
        places = self._places[listener] = _places(listener.interest)
        self._fields[listener.interest.field] += 1
        for place in places:
            self._at.setdefault(place, {})[listener] = None

    def remove(self, listener: T) -> None:
        """Take a listener out; one that is not there is no error."""
        places = self._places.pop(listener, None)
        if places is None:
            return
        field = listener.interest.field
        self._fields[field] -= 1
        if not self._fields[field]:
            del self._fields[field]
        for place in places:
            group = self._at[place]
            del group[listener]
            if not group:
                del self._at[place]

    def listeners_for(self, field: str, happening: Happening, section: Section) -> list[T]:
        """Give the listeners that want an event and may see it, each once."""
        found = dict(self._at.get((field, None, ""), {}))
        for name, values in section.keys.items():
            for value in values:
                group = self._at.get((field, name, value))
                if group:
                    found.update(group)
        return [one for one in found if one.interest.covers(happening, section)]


def _places(interest: Interest) -> tuple[_Place, ...]:
    """Where a listener stands: under its filter with the fewest values, or under its field."""
    filters = interest.filters
    if not filters:
        return ((interest.field, None, ""),)
    name = min(filters, key=lambda each: (len(filters[each]), each))
    return tuple((interest.field, name, value) for value in filters[name])
