"""Work that is done once for all who ask for the same while it is under way; nothing is kept."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class UnderWay(Generic[K, V]):
    """Lets equal askers wait for one piece of work, which ends early when the last one leaves."""

    def __init__(self) -> None:
        self._works: dict[K, _Work[V]] = {}
        self.joined = 0
        """How many askers have found the work begun."""

    def __len__(self) -> int:
        return len(self._works)

    async def result(self, key: K, begin: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Give what the work gives, or raise what it raises; it runs in a task of its own."""
        work = self._works.get(key)
        if work is None or work.task.done():
            work = _Work(asyncio.create_task(begin()))
            self._works[key] = work
            begun = work
            work.task.add_done_callback(lambda _: self._forget(key, begun))
        else:
            self.joined += 1
        work.waiting += 1
        try:
            return await asyncio.shield(work.task)
        finally:
            work.waiting -= 1
            if not work.waiting and not work.task.done():
                self._forget(key, work)
                work.task.cancel()

    def _forget(self, key: K, work: "_Work[V]") -> None:
        """Let nobody join any more; there may be another work of that key by now."""
        if self._works.get(key) is work:
            del self._works[key]


class _Work(Generic[V]):
    """A task, and how many wait for it."""

    __slots__ = ("task", "waiting")

    def __init__(self, task: "asyncio.Task[V]") -> None:
        self.task = task
        self.waiting = 0
