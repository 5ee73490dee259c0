"""All groups of a stream: where a listener belongs, and whom an event concerns."""

from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias

from gateway.subscriptions.cursor import Positions
from gateway.subscriptions.figures import StreamFigures
from gateway.subscriptions.group import Group, key_of
from gateway.subscriptions.happening import Happening, Section
from gateway.subscriptions.index import ListenerIndex
from gateway.subscriptions.listener import Listener
from service_kit.runtime.clock import Clock

_Place: TypeAlias = tuple[Hashable, Positions | None, str | None]
"""What a group's members have in common, their floor, and their log's identity if in doubt."""


class Groups:
    """Groups by what their members have in common.

    Whoever comes while a group has something to hand out begins another one, which is joined to
    the first when both have nothing: so a group's members have always seen the same.
    """

    def __init__(
        self,
        figures: StreamFigures,
        clock: Clock,
        on_ready: Callable[[Group], None],
        on_drop: Callable[[Group], None],
    ) -> None:
        self._figures = figures
        self._clock = clock
        self._on_ready = on_ready
        self._on_drop = on_drop
        self._of: dict[Listener, Group] = {}
        self._index: ListenerIndex[Group] = ListenerIndex()
        self._open: dict[_Place, Group] = {}
        self._apart: dict[Group, None] = {}

    def __len__(self) -> int:
        """How many listeners there are."""
        return len(self._of)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._index)

    def listens(self, field: str) -> bool:
        """Whether a field has any listener."""
        return self._index.listens(field)

    def concerned(self, field: str, happening: Happening, section: Section) -> list[Group]:
        """Give the groups that want an event and may see it."""
        return self._index.listeners_for(field, happening, section)

    def join(self, listener: Listener, floor: Positions | None, identity: str | None) -> None:
        """Put a listener where it belongs; what it has seen may be ahead, or of another log."""
        place = (key_of(listener), floor, identity)
        group = self._open.get(place)
        if group is None or not group.is_idle:
            if group is not None:
                self._apart[group] = None
            group = self._begun(listener, floor, identity)
            self._open[place] = group
        self._add(listener, group)

    def _begun(self, listener: Listener, floor: Positions | None, identity: str | None) -> Group:
        group = Group(listener, floor, identity, self._figures, self._clock, self._on_ready)
        self._index.add(group)
        if floor is not None or identity is not None:
            self._apart[group] = None
        return group

    def leave(self, listener: Listener) -> None:
        """Take a listener out; one that is nowhere is no error."""
        group = self._of.pop(listener, None)
        if group is not None:
            group.remove(listener)
            if not len(group):
                self._drop(group)

    def of(self, listener: Listener) -> Group | None:
        """Give a listener's group."""
        return self._of.get(listener)

    def unite(self, positions: Positions, identity: str | None) -> None:
        """Join to the others what stood apart and need not any more, now the reader is there."""
        for group in tuple(self._apart):
            is_ahead = group.floor is not None and any(map(int.__gt__, group.floor, positions))
            if is_ahead or group.identity not in (None, identity):
                continue
            self.settle(group)
            if group.is_idle:
                self._unite(group)

    def settle(self, group: Group) -> None:
        """Have a group stand where the reader does, in the reader's log."""
        if group.floor is not None or group.identity is not None:
            self._close(group)
            group.floor = group.identity = None
            self._apart[group] = None

    def _unite(self, group: Group) -> None:
        place = (group.key, None, None)
        first = self._open.get(place)
        if first is None:
            self._open[place] = group
            del self._apart[group]
        elif first.is_idle:
            for listener in group:
                group.remove(listener)
                self._add(listener, first)
            self._drop(group)

    def _add(self, listener: Listener, group: Group) -> None:
        group.add(listener)
        self._of[listener] = group

    def _drop(self, group: Group) -> None:
        self._on_drop(group)
        self._index.remove(group)
        self._apart.pop(group, None)
        self._close(group)

    def _close(self, group: Group) -> None:
        place = (group.key, group.floor, group.identity)
        if self._open.get(place) is group:
            del self._open[place]
