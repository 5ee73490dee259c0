"""One child process of the development stack: how to start it, watch it and end it."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from devstack.leash import leashed

STOP_SECONDS = 10.0
POLL_SECONDS = 0.1
REMEMBERED_LINES = 20
CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to run, and how to tell that it is ready.

    `answers` asks once and returns soon; `shown` is False for a child whose output goes to its
    log file only. `last_signal` is what the kernel sends it should the supervisor be killed.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    answers: Callable[[], Awaitable[bool]]
    port: int | None = None
    shown: bool = True
    patience: float = 60.0
    last_signal: signal.Signals = signal.SIGKILL


@dataclass(slots=True)
class Child:
    """A running child; `ended` completes with its exit code."""

    plan: ChildPlan
    process: asyncio.subprocess.Process
    ended: asyncio.Task[int]
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED_LINES))

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask it to end, wait ten seconds or until there is a hurry, then end it by force."""
        if not self.ended.done():
            with suppress(ProcessLookupError):
                self.process.terminate()
            hurrying = asyncio.ensure_future(hurry.wait())
            await asyncio.wait(
                {self.ended, hurrying}, timeout=STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            hurrying.cancel()
        with suppress(ProcessLookupError):  # what it may have started goes with it
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.ended


async def start_child(plan: ChildPlan, log: Path, show: Callable[[str], None]) -> Child:
    """Start a child on a leash; its lines go to the log file, and to `show` if it is shown."""
    process = await asyncio.create_subprocess_exec(
        *leashed(plan.command, plan.last_signal),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**plan.environment, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    last_lines: deque[str] = deque(maxlen=REMEMBERED_LINES)
    ended = asyncio.create_task(
        _until_the_end(process, log, last_lines, show if plan.shown else None)
    )
    return Child(plan, process, ended, last_lines)


async def _until_the_end(
    process: asyncio.subprocess.Process,
    log: Path,
    last_lines: deque[str],
    show: Callable[[str], None] | None,
) -> int:
    """Pass on what the child prints, line by line, and return its exit code."""
    assert process.stdout is not None  # noqa: S101  (it was asked for)
    with log.open("ab") as file:
        async for line in _lines(process.stdout, file):
            last_lines.append(line)
            if show:
                show(line)
    return await process.wait()


async def _lines(stream: asyncio.StreamReader, copy: BinaryIO) -> AsyncIterator[str]:
    """Split a stream into lines, however long, and copy it as it comes."""
    rest = b""
    while chunk := await stream.read(CHUNK):
        copy.write(chunk)
        copy.flush()
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace").rstrip()
    if rest:
        yield rest.decode(errors="replace").rstrip()
