"""Load on the gateway from this process: callers who wait, or requests that come regardless."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol

from bench.figures import Round

Send = Callable[[], Awaitable[None]]
"""Sends one request and checks its answer; raises WrongAnswer."""

Load = Callable[[Send], Awaitable[list[float]]]
"""Sends requests for a while and gives their latencies in seconds."""

LOAD = "load"
"""The name under which the CPU time of this process is shown."""


class WrongAnswer(Exception):
    """An answer is not what a figure may be made of; the message holds it."""


def closed_loop(callers: int, seconds: float) -> Load:
    """Return a load of so many callers, each of whom asks again as soon as it is answered."""

    async def load(send: Send) -> list[float]:
        latencies: list[float] = []
        end = time.perf_counter() + seconds

        async def caller() -> None:
            while (began := time.perf_counter()) < end:
                await send()
                latencies.append(time.perf_counter() - began)

        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(caller())
        return latencies

    return load


def open_loop(rate: float, seconds: float, random: Random) -> Load:
    """Return a load of requests at random moments, so many a second on average.

    A latency counts from the moment at which the request was due.
    """

    async def load(send: Send) -> list[float]:
        latencies: list[float] = []

        async def request(due: float) -> None:
            await send()
            latencies.append(time.perf_counter() - due)

        due = began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            while (due := due + random.expovariate(rate)) < began + seconds:
                await asyncio.sleep(due - time.perf_counter())
                group.create_task(request(due))
        return latencies

    return load


class Processes(Protocol):
    """What runs, and tells how much CPU time it has used."""

    def cpu_seconds(self) -> dict[str, float]:
        """Give the CPU time that each process has used so far."""


async def measured(stack: Processes, load: Load, send: Send) -> Round:
    """Run one round of a load and tell what it took."""
    before, own, began = stack.cpu_seconds(), time.process_time(), time.perf_counter()
    latencies = await load(send)
    seconds = time.perf_counter() - began
    cpu = {name: used - before[name] for name, used in stack.cpu_seconds().items()}
    return Round(seconds, tuple(latencies), {**cpu, LOAD: time.process_time() - own})
