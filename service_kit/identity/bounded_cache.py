"""A dictionary that forgets what was used least recently."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(_key: object) -> int:
    return 1


class BoundedCache(Generic[K, V]):
    """At most `capacity` values, or as many as their keys weigh together."""

    def __init__(self, capacity: int, weigh: Callable[[K], int] = _one) -> None:
        self._capacity = capacity
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Give the value, if it is still here."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, at the cost of those used least recently."""
        self.forget(key)
        self._values[key] = value
        self._weight += self._weigh(key)
        while self._weight > self._capacity:
            self.forget(next(iter(self._values)))

    def forget(self, key: K) -> None:
        """Drop a value, if it is here."""
        if key in self._values:
            del self._values[key]
            self._weight -= self._weigh(key)

    def __len__(self) -> int:
        return len(self._values)
