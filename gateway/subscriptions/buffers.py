"""What waits for a listener that is busy, bounded.

LOSSLESS keeps every item and is full when there are too many. STATE keeps the latest item of each
entity and is full when there are too many entities. A full buffer refuses: then the subscription
ends, and its client goes on from its cursor.
"""

from collections import deque
from typing import Protocol

from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.supergraph.model import EventSourceKind


class Buffer(Protocol):
    """Items in the order of their cursors."""

    def __len__(self) -> int:
        """How many there are."""

    def put(self, item: Occurrence) -> bool:
        """Add an item; False, and nothing added, if it is full."""

    def take(self) -> Occurrence | None:
        """Give the oldest item; None if there is none."""


class LosslessBuffer:
    """Every item."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: deque[Occurrence] = deque()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Occurrence) -> bool:
        """Add an item, unless there are too many."""
        if len(self._items) >= self._limit:
            return False
        self._items.append(item)
        return True

    def take(self) -> Occurrence | None:
        """Give the oldest item."""
        return self._items.popleft() if self._items else None


class StateBuffer:
    """The latest item of each entity, at the latest one's place.

    At that place every item's cursor covers the items before it alone, so that a client that goes
    on from any of them misses nothing and sees nothing twice.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: dict[object, Occurrence] = {}

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Occurrence) -> bool:
        """Add an item in place of the entity's earlier one."""
        key: object = item  # a reset or the like stands for itself
        if item.delivery is Delivery.EVENT and item.happening is not None:
            key = item.happening.entity
        earlier = self._items.pop(key, None)
        if earlier is not None:
            item = item.after(earlier)
        elif len(self._items) >= self._limit:
            return False
        self._items[key] = item
        return True

    def take(self) -> Occurrence | None:
        """Give the oldest item."""
        for key in self._items:
            return self._items.pop(key)
        return None


def buffer_for(kind: EventSourceKind, limit: int) -> Buffer:
    """Make a buffer of a kind."""
    return StateBuffer(limit) if kind is EventSourceKind.STATE else LosslessBuffer(limit)
