"""The end of the process, told to whatever would otherwise go on for ever."""

import asyncio
from collections.abc import Awaitable, Callable


class Drain:
    """Set once, when the process is told to stop: long-lived connections then end themselves."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._hooks: list[Callable[[], Awaitable[None]]] = []

    @property
    def has_begun(self) -> bool:
        """Whether the process is ending."""
        return self._begun.is_set()

    def on_begin(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Have something done when it begins."""
        self._hooks.append(hook)

    async def begin(self) -> None:
        """Tell everybody."""
        self._begun.set()
        for hook in self._hooks:
            await hook()

    async def wait(self) -> None:
        """Wait until it has begun."""
        await self._begun.wait()
