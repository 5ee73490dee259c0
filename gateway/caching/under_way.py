"""Work that is done once for all who ask for the same while it is under way; nothing is kept."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class UnderWay(Generic[K, V]):
    """Lets equal askers wait for one of them, who does the work; most of them are alone.

    When that one leaves before the end, the next one of those who wait begins anew.
    """

    def __init__(self) -> None:
        self._turns: dict[K, list[asyncio.Future[tuple[V] | None]]] = {}
        self.joined = 0
        """How many askers have found the work begun."""

    def __len__(self) -> int:
        return len(self._turns)

    async def result(self, key: K, begin: Callable[[], Awaitable[V]]) -> V:
        """Give what the work gives, or raise what it raises."""
        if key in self._turns:
            self.joined += 1
        while (turns := self._turns.get(key)) is not None:
            turn: asyncio.Future[tuple[V] | None] = asyncio.get_running_loop().create_future()
            turns.append(turn)
            ended = await turn
            if ended is not None:
                return ended[0]
        return await self._done(key, begin)

    async def _done(self, key: K, begin: Callable[[], Awaitable[V]]) -> V:
        """Do the work, and tell everybody who waits how it has ended."""
        self._turns[key] = []
        try:
            value = await begin()
        except Exception as error:
            for turn in self._waiting(key):
                turn.set_exception(error)
            raise
        except BaseException:
            for turn in self._waiting(key):
                turn.set_result(None)
            raise
        for turn in self._waiting(key):
            turn.set_result((value,))
        return value

    def _waiting(self, key: K) -> list[asyncio.Future[tuple[V] | None]]:
        """Let nobody join any more, and give the turns of those who have not left."""
        return [turn for turn in self._turns.pop(key) if not turn.done()]
