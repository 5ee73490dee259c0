"""Looking at things together that many commits have touched."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Look: TypeAlias = Callable[[Sequence[str]], Awaitable[None]]
"""Looks at things by their names, which come in order and once each."""


class NotLooked(Exception):
    """Who looked for several did not come to the end: look again."""


@dataclass(slots=True)
class _Gathering:
    names: set[str]
    done: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class LookingTogether:
    """One look at a time; while it goes on, what is touched meanwhile gathers for the next one.

    So each thing is looked at once for all the commits that touched it since, and the looks grow
    with the load by themselves.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._turn = asyncio.Lock()
        self._next: _Gathering | None = None

    async def look(self, names: Sequence[str]) -> None:
        """Come back when the things have been looked at, from now on; raises NotLooked."""
        if self._next is not None:
            self._next.names.update(names)
            await asyncio.shield(self._next.done)
            return
        gathering = self._next = _Gathering(set(names))
        try:
            async with self._turn:
                self._next = None
                await self._look(sorted(gathering.names))
        except BaseException:
            self._next = None if self._next is gathering else self._next
            gathering.done.set_exception(NotLooked())
            gathering.done.exception()  # nobody may wait for it
            raise
        gathering.done.set_result(None)
