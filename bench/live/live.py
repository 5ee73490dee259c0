"""The live bench: Tutti's gateway beside graphql-yoga, round by round, and its tables."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp

from bench.figures import Round, median_of, table
from bench.live.acts import AT_ONCE, Act, Case, Load, Writer, acts, as_heard, at_rate, idle_cpu
from bench.live.notes import SERVICE
from bench.live.stage import LOAD, Server, Stage, allow_files, stage
from bench.processes import Memory, memory
from service_kit.runtime.clock import Clock

LATENCY, SUSTAINED, MEMORY = "live_latency", "live_sustained", "live_memory"
PLACES = (LATENCY, SUSTAINED, MEMORY)
"""Where the tables stand on the page."""

_KIBIBYTES = 1024
_OTHERS = (SERVICE, "mongod", "valkey-server", LOAD)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured; tests and tries make it small."""

    some: int = 1000
    many: int = 5000
    rounds: int = 5
    seconds: float = 3.0
    full_seconds: float = 2.0
    idle_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class _Cell:
    server: Server
    case: Case
    load: str
    rounds: Sequence[Round]

    def median(self, process: str) -> float:
        """Give a process's CPU time for each item, in microseconds."""
        return median_of(self.rounds, lambda one: one.cpu_milliseconds(process) * 1000)

    @property
    def events(self) -> float:
        """Events heard in a second."""
        rate = median_of(self.rounds, lambda one: one.rate)
        return rate / self.case.listeners if self.case.to_one else rate


async def live(
    environment: Mapping[str, str], clock: Clock, size: Size | None = None
) -> dict[str, str]:
    """Measure everything and give the tables by their place on the page."""
    size = size or Size()
    allow_files(2 * size.many)
    async with stage(environment, clock) as running, aiohttp.ClientSession() as session:
        bench = _Bench(running, Writer(session, running.service), size)
        return await bench.run()


class _Bench:
    def __init__(self, stage: Stage, writer: Writer, size: Size) -> None:
        self._stage = stage
        self._writer = writer
        self._size = size

    async def run(self) -> dict[str, str]:
        """Measure: memory in fresh processes first, then loads, small to large."""
        size = self._size
        await self._warm_up()
        memory_table = await self._memory()
        few = await self._paced(Case(1, to_one=False), commits=20.0, notes=1)
        full = [
            await self._full(Case(size.some, to_one, entity), *_pressure(to_one, entity, size.some))
            for entity in (False, True)
            for to_one in (True, False)
        ]
        paced = [*few]
        for listeners in (size.some, size.many):
            for to_one, cells in ((True, full[0]), (False, full[1])):
                items = min(median_of(cell.rounds, lambda one: one.rate) for cell in cells) / 2
                notes = 1 if to_one else 10
                commits = items / (listeners if to_one else notes)
                paced += await self._paced(Case(listeners, to_one), commits, notes)
        return {
            LATENCY: table(_LATENCY_HEADS, [_latency_row(cell) for cell in paced]),
            SUSTAINED: table(
                _SUSTAINED_HEADS, [_sustained_row(cell) for cells in full for cell in cells]
            ),
            MEMORY: memory_table,
        }

    async def _warm_up(self) -> None:
        for entity in (False, True):
            await self._cells(
                Case(1, to_one=True, entity=entity), "", as_heard(1, 4, 2.0), rounds=1
            )

    async def _full(self, case: Case, notes: int, waiting: int) -> list[_Cell]:
        load = as_heard(notes, waiting, self._size.full_seconds)
        return await self._cells(case, "", load)

    async def _paced(self, case: Case, commits: float, notes: int) -> list[_Cell]:
        seconds = max(self._size.seconds, 2 / commits)
        name = f"{commits * notes:,.3g}/s" if commits * notes < 100 else f"{commits * notes:,.0f}/s"
        return await self._cells(case, name, at_rate(commits, notes, seconds))

    async def _cells(
        self, case: Case, name: str, load: Load, rounds: int | None = None
    ) -> list[_Cell]:
        """Let the servers take turns, round by round."""
        print(f"  {case} {name}", file=sys.stderr)
        async with acts(self._stage, case, self._writer) as playing:
            idle = await idle_cpu(self._stage)
            done: list[list[Round]] = [[] for _ in playing]
            for _ in range(rounds or self._size.rounds):
                for act, own in zip(playing, done, strict=True):
                    own.append(await act.measured(load, idle[act.server.process]))
        return [_Cell(act.server, case, name, own) for act, own in zip(playing, done, strict=True)]

    async def _memory(self) -> str:
        case = Case(self._size.many, to_one=False)
        before = self._held()
        async with acts(self._stage, case, self._writer) as playing:
            cpu = await idle_cpu(self._stage, self._size.idle_seconds)
            rows = [
                _memory_row(act, before[act.server.name], self._held()[act.server.name], cpu)
                for act in playing
            ]
        await asyncio.sleep(1)
        after = self._held()
        return table(
            _MEMORY_HEADS,
            [
                [*row, f"{after[act.server.name].proportional:.0f}"]
                for row, act in zip(rows, playing, strict=True)
            ],
        )

    def _held(self) -> dict[str, Memory]:
        processes = self._stage.processes
        return {one.name: memory(processes[one.process]) for one in self._stage.servers}


def _pressure(to_one: bool, entity: bool, listeners: int) -> tuple[int, int]:
    """Give how many notes a commit changes, and how many items may be on their way."""
    if to_one:
        return 1, 0 if entity else 2 * listeners
    return (10, 10) if entity else (AT_ONCE, 4 * AT_ONCE)


_LATENCY_HEADS = (
    "subscribers",
    "listen to",
    "server",
    "events",
    "items/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "server CPU us",
    "client CPU us",
)
_SUSTAINED_HEADS = (
    "1,000 subscribers",
    "server",
    "events/s",
    "items/s",
    "server CPU us",
    *(f"{name} us" for name in _OTHERS),
)
_MEMORY_HEADS = (
    "server",
    "before MiB",
    "with them MiB",
    "KiB each",
    "RSS KiB each",
    "idle CPU ms/s",
    "after they left MiB",
)


def _listened(case: Case) -> str:
    return "one entity" if case.to_one else "each its own"


def _latency_row(cell: _Cell) -> list[str]:
    quantiles = [
        median_of(cell.rounds, lambda one, share=share: one.quantile(share))  # type: ignore[misc]
        for share in (0.5, 0.95, 0.99)
    ]
    return [
        f"{cell.case.listeners:,}",
        _listened(cell.case),
        cell.server.name,
        cell.load,
        f"{median_of(cell.rounds, lambda one: one.rate):,.0f}",
        *(f"{one:,.1f}" for one in quantiles),
        f"{cell.median(cell.server.process):,.0f}",
        f"{cell.median(LOAD):,.0f}",
    ]


def _sustained_row(cell: _Cell) -> list[str]:
    asked = "with the entity" if cell.case.entity else "the event's own fields"
    return [
        f"{_listened(cell.case)}, {asked}",
        cell.server.name,
        f"{cell.events:,.1f}" if cell.events < 100 else f"{cell.events:,.0f}",
        f"{median_of(cell.rounds, lambda one: one.rate):,.0f}",
        f"{cell.median(cell.server.process):,.0f}",
        *(f"{cell.median(name):,.0f}" for name in _OTHERS),
    ]


def _memory_row(act: Act, before: Memory, held: Memory, cpu: Mapping[str, float]) -> list[str]:
    each = _KIBIBYTES / act.case.listeners
    return [
        act.server.name,
        f"{before.proportional:.0f}",
        f"{held.proportional:.0f}",
        f"{(held.proportional - before.proportional) * each:.1f}",
        f"{(held.resident - before.resident) * each:.1f}",
        f"{cpu[act.server.process] * 1000:.0f}",
    ]
