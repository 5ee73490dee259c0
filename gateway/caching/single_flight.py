"""A bounded cache: the least recently used goes first, and equal misses are made once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Bounds(Generic[V]):
    """What the values that are kept may weigh, each and together; `weigh` costs next to nothing.

    A value may grow while it is kept: it is weighed again whenever it is asked for, and then only
    what all weigh together counts.
    """

    weigh: Callable[[V], int]
    heaviest: int
    together: int


class SingleFlightCache(Generic[K, V]):
    """Keeps what was made; whoever asks while it is being made waits for the same.

    At most `size` values are kept. With `bounds` their weights come to a bounded sum as well, and
    a value that is too heavy is made anew each time.
    """

    def __init__(self, size: int, bounds: "Bounds[V] | None" = None) -> None:
        self._size = size
        self._bounds = bounds or Bounds(lambda _: 1, heaviest=1, together=size)
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.weight = 0
        self._being_made: dict[K, asyncio.Future[V]] = {}
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """Give what is kept for a key, else make it; what `make` raises is raised, not kept."""
        while key not in self._kept:
            under_way = self._being_made.get(key)
            if under_way is None:
                self.misses += 1
                return await self._make(key, make)
            # Whoever was making it may have been cancelled: then this waiter makes it.
            await asyncio.wait([under_way])
            if not under_way.cancelled():
                return under_way.result()
        self.hits += 1
        self._kept.move_to_end(key)
        value, weight = self._kept[key]
        grown = self._bounds.weigh(value)
        if grown != weight:
            self._put(key, value, grown, grown - weight)
        return value

    async def _make(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        promise = asyncio.get_running_loop().create_future()
        self._being_made[key] = promise
        try:
            value = await make()
        except Exception as error:
            promise.set_exception(error)
            promise.exception()  # read here: perhaps nobody waits for it
            raise
        else:
            promise.set_result(value)
            self._keep(key, value)
            return value
        finally:
            promise.cancel()  # does nothing once the promise is kept
            del self._being_made[key]

    def _keep(self, key: K, value: V) -> None:
        weight = self._bounds.weigh(value)
        if weight > self._bounds.heaviest:
            return
        self._put(key, value, weight, weight)

    def _put(self, key: K, value: V, weight: int, more: int) -> None:
        self._kept[key] = value, weight
        self.weight += more
        while len(self._kept) > self._size or self.weight > self._bounds.together:
            _, (_, lost) = self._kept.popitem(last=False)
            self.weight -= lost
