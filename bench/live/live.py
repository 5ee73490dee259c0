"""The live bench: Tutti's gateway beside graphql-yoga, turn by turn, and its tables."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bench.figures import Round
from bench.live.acts import AT_ONCE, Act, Case, Load, Writer, acting, as_heard, at_rate
from bench.live.cells import (
    Cell,
    figure,
    latency_table,
    memory_row,
    memory_table,
    sustained_table,
    verdict,
)
from bench.live.stage import Stage, allow_files, stage
from bench.processes import memory
from service_kit.runtime.clock import Clock

LATENCY, SUSTAINED, MEMORY = "live_latency", "live_sustained", "live_memory"
PLACES = (LATENCY, SUSTAINED, MEMORY)
"""Where the tables stand on the page."""

_FEW = 5
"""With the entity so many times fewer listen to one: each is a request an event for yoga."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured; `settling` seconds pass before the idle memory is looked at.

    Servers ping each socket every 25 seconds, so that is how long rest is looked at.
    """

    some: int = 1000
    many: int = 5000
    rounds: int = 5
    paced_seconds: float = 3.0
    full_seconds: float = 2.0
    settling: float = 5.0
    idle_seconds: float = 25.0


async def live(
    environment: Mapping[str, str], clock: Clock, size: Size | None = None
) -> dict[str, str]:
    """Measure everything and give the tables by their place on the page.

    Raises Lost, WrongItem, and CannotRun.
    """
    size = size or Size()
    allow_files(2 * size.many)
    async with stage(environment, clock) as running, aiohttp.ClientSession() as session:
        return await _Bench(running, Writer(session, running.service), size).run()


class _Bench:
    def __init__(self, stage: Stage, writer: Writer, size: Size) -> None:
        self._stage = stage
        self._writer = writer
        self._size = size
        self._idle: dict[str, float] = {}

    async def run(self) -> dict[str, str]:
        """Measure: memory first, in processes that have done nothing yet, then loads."""
        size = self._size
        await self._warm_up()
        memory_rows = await self._memory()
        paced = await self._alone()
        flat_out: dict[bool, list[Cell]] = {}
        for to_one in (True, False):
            flat_out[to_one], steady = await self._some(Case(size.some, to_one))
            paced += steady
        with_entity = [
            cell
            for to_one in (True, False)
            for cell in await self._with_entity(Case(size.some // _FEW, to_one, entity=True))
        ]
        for to_one, full in flat_out.items():
            paced += await self._many(Case(size.many, to_one), full)
        full = [*flat_out[True], *flat_out[False], *with_entity]
        return {
            LATENCY: f"{latency_table(paced)}\n\n{verdict(paced, full)}",
            SUSTAINED: sustained_table(full),
            MEMORY: memory_table(memory_rows),
        }

    async def _warm_up(self) -> None:
        for entity in (False, True):
            async with self._playing(Case(1, to_one=True, entity=entity)) as acts:
                await self._turns(acts, "", as_heard(1, 4, self._size.full_seconds), rounds=1)

    async def _alone(self) -> list[Cell]:
        async with self._playing(Case(1, to_one=False)) as acts:
            return await self._turns(acts, "20", at_rate(20, 1, self._size.paced_seconds))

    async def _some(self, case: Case) -> tuple[list[Cell], list[Cell]]:
        """As fast as it goes, then at half of what the slower server came to."""
        notes, waiting = (1, 2 * case.listeners) if case.to_one else (AT_ONCE, 10 * AT_ONCE)
        async with self._playing(case) as acts:
            load = as_heard(notes, waiting, self._size.full_seconds)
            full = await self._turns(acts, "", load)
            return full, await self._paced(acts, full)

    async def _with_entity(self, case: Case) -> list[Cell]:
        """Commit by commit: the next one when everybody has heard the last."""
        async with self._playing(case) as acts:
            load = as_heard(1 if case.to_one else AT_ONCE, 0, self._size.full_seconds)
            return await self._turns(acts, "", load)

    async def _many(self, case: Case, full: Sequence[Cell]) -> list[Cell]:
        async with self._playing(case) as acts:
            return await self._paced(acts, full)

    async def _paced(self, acts: Sequence[Act], full: Sequence[Cell]) -> list[Cell]:
        case = acts[0].case
        half = min(cell.items for cell in full) / 2
        notes = 1 if case.to_one else AT_ONCE
        commits = half / (case.listeners if case.to_one else notes)
        seconds = max(self._size.paced_seconds, 3 / commits)
        return await self._turns(acts, figure(commits * notes), at_rate(commits, notes, seconds))

    async def _turns(
        self, acts: Sequence[Act], name: str, load: Load, rounds: int | None = None
    ) -> list[Cell]:
        """Let the servers take turns, so that whatever disturbs the machine disturbs both."""
        done: list[list[Round]] = [[] for _ in acts]
        for _ in range(rounds or self._size.rounds):
            for act, own in zip(acts, done, strict=True):
                own.append(await act.measured(load))
        return [
            Cell(act.server.name, act.server.process, act.case, name, own, act.idle)
            for act, own in zip(acts, done, strict=True)
        ]

    @asynccontextmanager
    async def _playing(self, case: Case) -> AsyncIterator[list[Act]]:
        """Have an audience before each server at once."""
        print(f"  {case.text}", file=sys.stderr)
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(
                    acting(self._stage, one, case, self._writer, self._idle.get(one.process, 0.0))
                )
                for one in self._stage.servers
            ]

    async def _memory(self) -> list[list[str]]:
        """One audience at rest after the other, and what of it remains when it has left."""
        rows, case = [], Case(self._size.many, to_one=False)
        for server in self._stage.servers:
            print(f"  {case.text}, at rest", file=sys.stderr)
            process = self._stage.processes[server.process]
            before = memory(process)
            async with acting(self._stage, server, case, self._writer, 0.0):
                await asyncio.sleep(self._size.settling)
                used = self._stage.cpu_seconds()[server.process]
                await asyncio.sleep(self._size.idle_seconds)
                idle = self._stage.cpu_seconds()[server.process] - used
                held = memory(process)
            await asyncio.sleep(self._size.settling)
            cpu = idle / self._size.idle_seconds
            self._idle[server.process] = cpu / case.listeners
            rows.append(memory_row(server.name, case, (before, held, memory(process)), cpu))
        return rows
