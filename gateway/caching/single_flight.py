"""A bounded cache: the least recently used goes first, and equal misses are made once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SingleFlightCache(Generic[K, V]):
    """Keeps what was made; whoever asks while it is being made waits for the same."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[K, V] = OrderedDict()
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
        return self._kept[key]

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
        self._kept[key] = value
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)
