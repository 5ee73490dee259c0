"""The live bench: Tutti's gateway beside graphql-yoga, turn by turn, and its tables."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp

from bench.figures import Round, median_of, table
from bench.live.acts import AT_ONCE, Act, Case, Load, Writer, acting, as_heard, at_rate
from bench.live.notes import SERVICE
from bench.live.stage import LOAD, Stage, allow_files, stage
from bench.processes import Memory, memory
from service_kit.runtime.clock import Clock

LATENCY, SUSTAINED, MEMORY = "live_latency", "live_sustained", "live_memory"
PLACES = (LATENCY, SUSTAINED, MEMORY)
"""Where the tables stand on the page."""

_KIBIBYTES = 1024
_FEW = 5
"""With the entity so many times fewer listen to one: each is a request an event for yoga."""

_OTHERS = (SERVICE, "mongod", "valkey-server", LOAD)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured; `settling` seconds pass before the idle memory is looked at."""

    some: int = 1000
    many: int = 5000
    rounds: int = 5
    paced_seconds: float = 3.0
    full_seconds: float = 2.0
    settling: float = 5.0
    idle_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Cell:
    server: str
    process: str
    case: Case
    load: str
    rounds: Sequence[Round]

    @property
    def items(self) -> float:
        """Items heard in a second."""
        return median_of(self.rounds, lambda one: one.rate)

    @property
    def events(self) -> float:
        """Events told in a second."""
        return self.items / self.case.listeners if self.case.to_one else self.items

    def milliseconds(self, share: float) -> float:
        """Give the latency that this share of the items did not exceed."""
        return median_of(self.rounds, lambda one: one.quantile(share))

    def microseconds(self, process: str) -> float:
        """Give a process's CPU time for each item."""
        return median_of(self.rounds, lambda one: one.cpu_milliseconds(process) * 1000)


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
        flat_out: dict[bool, list[_Cell]] = {}
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
            LATENCY: table(_LATENCY_HEADS, [_latency_row(cell) for cell in paced]),
            SUSTAINED: table(_SUSTAINED_HEADS, [_sustained_row(cell) for cell in full]),
            MEMORY: table(_MEMORY_HEADS, memory_rows),
        }

    async def _warm_up(self) -> None:
        for entity in (False, True):
            async with self._playing(Case(1, to_one=True, entity=entity)) as acts:
                await self._turns(acts, "", as_heard(1, 4, self._size.full_seconds), rounds=1)

    async def _alone(self) -> list[_Cell]:
        async with self._playing(Case(1, to_one=False)) as acts:
            return await self._turns(acts, "20", at_rate(20, 1, self._size.paced_seconds))

    async def _some(self, case: Case) -> tuple[list[_Cell], list[_Cell]]:
        """As fast as it goes, then at half of what the slower server came to."""
        notes, waiting = (1, 2 * case.listeners) if case.to_one else (AT_ONCE, 4 * AT_ONCE)
        async with self._playing(case) as acts:
            load = as_heard(notes, waiting, self._size.full_seconds)
            full = await self._turns(acts, "", load)
            return full, await self._paced(acts, full)

    async def _with_entity(self, case: Case) -> list[_Cell]:
        """Commit by commit: the next one when everybody has heard the last."""
        async with self._playing(case) as acts:
            load = as_heard(1 if case.to_one else 10, 0, self._size.full_seconds)
            return await self._turns(acts, "", load)

    async def _many(self, case: Case, full: Sequence[_Cell]) -> list[_Cell]:
        async with self._playing(case) as acts:
            return await self._paced(acts, full)

    async def _paced(self, acts: Sequence[Act], full: Sequence[_Cell]) -> list[_Cell]:
        case = acts[0].case
        half = min(cell.items for cell in full) / 2
        notes = 1 if case.to_one else 10
        commits = half / (case.listeners if case.to_one else notes)
        seconds = max(self._size.paced_seconds, 3 / commits)
        return await self._turns(acts, _figure(commits * notes), at_rate(commits, notes, seconds))

    async def _turns(
        self, acts: Sequence[Act], name: str, load: Load, rounds: int | None = None
    ) -> list[_Cell]:
        """Let the servers take turns, so that whatever disturbs the machine disturbs both."""
        done: list[list[Round]] = [[] for _ in acts]
        for _ in range(rounds or self._size.rounds):
            for act, own in zip(acts, done, strict=True):
                own.append(await act.measured(load))
        return [
            _Cell(act.server.name, act.server.process, act.case, name, own)
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
            rows.append(_memory_row(server.name, case, (before, held, memory(process)), cpu))
        return rows


_LATENCY_HEADS = (
    "subscribers",
    "server",
    "events/s",
    "items/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "server CPU us",
    "client CPU us",
)
_SUSTAINED_HEADS = (
    "subscribers",
    "server",
    "events/s",
    "items/s",
    "server CPU us",
    *(f"{name} us" for name in _OTHERS),
)
_MEMORY_HEADS = (
    "idle subscribers",
    "server",
    "PSS MiB before",
    "PSS MiB with them",
    "KiB each",
    "PSS MiB when they have left",
    "idle CPU ms/s",
)


def _latency_row(cell: _Cell) -> list[str]:
    return [
        cell.case.text.removesuffix(", own fields"),
        cell.server,
        cell.load,
        _figure(cell.items),
        *(f"{cell.milliseconds(share):,.1f}" for share in (0.5, 0.95, 0.99)),
        f"{cell.microseconds(cell.process):,.0f}",
        f"{cell.microseconds(LOAD):,.0f}",
    ]


def _sustained_row(cell: _Cell) -> list[str]:
    return [
        cell.case.text,
        cell.server,
        _figure(cell.events),
        _figure(cell.items),
        *(f"{cell.microseconds(name):,.0f}" for name in (cell.process, *_OTHERS)),
    ]


def _memory_row(server: str, case: Case, held: Sequence[Memory], cpu: float) -> list[str]:
    before, during, after = (one.proportional for one in held)
    return [
        f"{case.listeners:,}",
        server,
        f"{before:.0f}",
        f"{during:.0f}",
        f"{(during - before) * _KIBIBYTES / case.listeners:.1f}",
        f"{after:.0f}",
        f"{cpu * 1000:.0f}",
    ]


def _figure(value: float) -> str:
    """Give a rate with as many digits as are worth telling."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"
