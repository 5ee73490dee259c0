"""Works that go on for as long as a process serves, whatever breaks them off."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import structlog

Work: TypeAlias = Callable[[], Coroutine[object, object, None]]
"""Begins a work that has no end of its own."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_MOST_FAILURES = 3
_SOUND_AFTER_SECONDS = 10.0

_log = structlog.stdlib.get_logger("service_kit.running")


class WorksBreakOff(Exception):
    """Some works broke off again and again; the text names them."""


@dataclass(slots=True)
class _Keeping:
    name: str
    began: float
    failures: int = 0

    def is_sound(self, now: float) -> bool:
        return self.failures < _MOST_FAILURES or now - self.began >= _SOUND_AFTER_SECONDS


class Works:
    """The works of one process: each begins again after it broke off, and readiness knows."""

    def __init__(self) -> None:
        self._keepings: dict[int, _Keeping] = {}

    async def keep(self, name: str, work: Work) -> None:
        """Do a work until cancelled, with a pause, longer each time, after it broke off."""
        loop = asyncio.get_running_loop()
        keeping = _Keeping(name, loop.time())
        self._keepings[id(keeping)] = keeping
        try:
            while True:
                keeping.began = loop.time()
                try:
                    # In a task of its own: task groups do not tidy up how often they cancelled.
                    await asyncio.create_task(work(), name=name)
                    _log.error("work.ended", work=name)
                except Exception as error:  # noqa: BLE001  # whatever it was, it is told
                    _log.exception("work.broke_off", work=name, error=repr(error))
                if _is_cancelled():
                    return
                if loop.time() - keeping.began >= _SOUND_AFTER_SECONDS:
                    keeping.failures = 0
                pause = min(_FIRST_PAUSE_SECONDS * 2**keeping.failures, _LONGEST_PAUSE_SECONDS)
                keeping.failures += 1
                await asyncio.sleep(pause)
        finally:
            del self._keepings[id(keeping)]

    async def probe(self) -> None:
        """Raise WorksBreakOff if some work has not gone on for long since it broke off thrice."""
        now = asyncio.get_running_loop().time()
        broken = [one.name for one in self._keepings.values() if not one.is_sound(now)]
        if broken:
            raise WorksBreakOff(", ".join(broken))


@asynccontextmanager
async def running(works: Works, *begin: Work) -> AsyncIterator[None]:
    """Keep works beside the block, and cancel them at its end."""
    tasks = [asyncio.create_task(works.keep(_name_of(work), work)) for work in begin]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _is_cancelled() -> bool:
    """Whether the work has swallowed what was meant to end it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _name_of(work: Work) -> str:
    if isinstance(work, partial):
        texts = [one for one in work.args if isinstance(one, str)]
        return " ".join([_name_of(work.func), *texts])
    return str(getattr(work, "__qualname__", work))
