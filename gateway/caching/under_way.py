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
        loop = asyncio.get_running_loop()
        work = self._works.get(key)
        if work is None:
            work = self._works[key] = _Work()
            work.task = loop.create_task(self._run(key, work, begin))
        else:
            self.joined += 1
        turn: asyncio.Future[V] = loop.create_future()
        work.waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            self._leave(key, work, turn)
            raise

    async def _run(
        self, key: K, work: "_Work[V]", begin: Callable[[], Coroutine[Any, Any, V]]
    ) -> None:
        """Tell everybody who waits how the work has ended."""
        try:
            value = await begin()
        except Exception as error:  # noqa: BLE001  # it is theirs, if anybody is left
            self._forget(key, work)
            for turn in work.still_waiting():
                turn.set_exception(error)
        except asyncio.CancelledError:
            self._forget(key, work)
            for turn in work.still_waiting():
                turn.cancel()
            raise
        else:
            self._forget(key, work)
            for turn in work.still_waiting():
                turn.set_result(value)

    def _leave(self, key: K, work: "_Work[V]", turn: "asyncio.Future[V]") -> None:
        work.waiting.remove(turn)
        if not work.waiting and work.task is not None and not work.task.done():
            self._forget(key, work)
            work.task.cancel()

    def _forget(self, key: K, work: "_Work[V]") -> None:
        """Let nobody join any more; there may be another work of that key by now."""
        if self._works.get(key) is work:
            del self._works[key]


class _Work(Generic[V]):
    """A task, and the turns of those who wait for it."""

    __slots__ = ("task", "waiting")

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.waiting: list[asyncio.Future[V]] = []

    def still_waiting(self) -> list["asyncio.Future[V]"]:
        """Give the turns of those who have not been cancelled in the meantime."""
        return [turn for turn in self.waiting if not turn.done()]
