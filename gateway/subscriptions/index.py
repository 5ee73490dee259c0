"""Who listens to what: an event finds its listeners by its keys, without asking the others."""

from collections import Counter
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from gateway.subscriptions.happening import Happening, Section
from gateway.subscriptions.listener import Interest

_MOST_PLACES = 100

_Place = tuple[str, str | None, str, str | None]
"""A field, an argument and its value, and a grant.

No argument stands for every event of the field, no grant for whoever sees all, or has very many.
"""


class Interested(Protocol):
    """Whoever listens."""

    @property
    def interest(self) -> Interest:
        """What it listens to."""


T = TypeVar("T", bound=Interested)


class ListenerIndex(Generic[T]):
    """Listeners by one of their filters, or their field alone, together with their grants.

    So an event of one customer does not ask all the customers who listen to its channel.
    """

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
        filters: list[tuple[str | None, str]] = [(None, "")]
        filters += [(name, value) for name, values in section.keys.items() for value in values]
        found: dict[T, None] = {}
        for grant in (None, *happening.audience):
            for name, value in filters:
                group = self._at.get((field, name, value, grant))
                if group:
                    found.update(group)
        return [one for one in found if one.interest.covers(happening, section)]


def _places(interest: Interest) -> tuple[_Place, ...]:
    """Where a listener stands: by the filter with the fewest values, and by each of its grants."""
    filters, field = interest.filters, interest.field
    name = min(filters, key=lambda each: (len(filters[each]), each), default=None)
    values = ("",) if name is None else tuple(filters[name])
    grants: tuple[str | None, ...] = (None,)
    if interest.grants is not None and len(interest.grants) * len(values) <= _MOST_PLACES:
        grants = tuple(interest.grants)
    return tuple((field, name, value, grant) for value in values for grant in grants)
