"""One server before one audience: commits at a rate or as fast as they are heard, all checked."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice

import aiohttp
import orjson

from bench.figures import Round
from bench.live.listeners import Arrival, Audience, Lost, audience
from bench.live.notes import FIELD
from bench.live.stage import Server, Stage

AT_ONCE = 50
"""How many notes a commit changes when many are to be changed."""

_TRIES = 5
_WAKING_SECONDS = 5.0
_IDLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Case:
    """How many listeners, all to one note or each to its own, and with the entity or without."""

    listeners: int
    to_one: bool
    entity: bool = False

    def notes(self, server: Server) -> list[str]:
        """Give the note of each listener; every server has its own."""
        mark = server.process[0]
        return [f"{mark}{0 if self.to_one else number}" for number in range(self.listeners)]

    def operation(self, server: Server) -> str:
        """Give what each listener asks for."""
        entity = "note { id title version }" if self.entity else ""
        selection = f"{server.extra} seq text occurredAt {entity}"
        return f"subscription ($id: ID!) {{ {FIELD}(noteId: $id) {{ {selection} }} }}"


@dataclass(frozen=True, slots=True)
class Writer:
    """The service, told what to commit; it keeps when each change of a note was committed."""

    session: aiohttp.ClientSession
    service: str
    times: dict[tuple[str, int], float] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    async def commit(self, notes: Sequence[str], *, publish: bool) -> None:
        """Change notes in one transaction."""
        body = orjson.dumps({"notes": notes, "publish": publish})
        async with self.session.post(f"{self.service}/commit", data=body) as response:
            response.raise_for_status()
            told = orjson.loads(await response.read())
        for note, number in told["seqs"].items():
            self.numbers[note] = max(number, self.numbers.get(note, 0))
            self.times[note, number] = told["at"]

    def latencies(self, arrivals: Sequence[Arrival]) -> tuple[float, ...]:
        """Give how long after its commit each item came, in seconds."""
        return tuple(at - self.times[note, number] for note, number, at in arrivals)


@dataclass(frozen=True, slots=True)
class Act:
    """A server, its audience, and the writer of what they hear."""

    stage: Stage
    server: Server
    case: Case
    heard: Audience
    writer: Writer

    @property
    def heard_of_each(self) -> int:
        """How many listeners hear of one changed note."""
        return self.case.listeners if self.case.to_one else 1

    async def commit(self, notes: Sequence[str]) -> int:
        """Change notes, and give how many items that makes."""
        await self.writer.commit(notes, publish=self.server.publishes)
        return len(notes) * self.heard_of_each

    async def awaken(self) -> None:
        """Change notes until every listener hears; only then it surely listens. Raises Lost."""
        for _ in range(_TRIES):
            silent = sorted({one.note for one in self.heard.listeners if not one.number})
            for start in range(0, len(silent), AT_ONCE):
                await self.commit(silent[start : start + AT_ONCE])
            if await self._all_have_heard():
                self.heard.begin()
                return
        raise Lost("some listeners never heard anything")

    async def _all_have_heard(self) -> bool:
        end = time.monotonic() + _WAKING_SECONDS
        while time.monotonic() < end:
            await asyncio.sleep(0.05)
            numbers = self.writer.numbers
            if all(one.number == numbers[one.note] for one in self.heard.listeners):
                return True
        return False

    async def measured(self, load: "Load", idle: float) -> Round:
        """Run a load to its last item; `idle` is the server's CPU time a second at rest.

        Raises Lost, and WrongItem.
        """
        self.heard.begin()
        before, began = self.stage.cpu_seconds(), time.monotonic()
        await self.heard.until(await load(self))
        seconds = time.monotonic() - began
        cpu = {name: used - before[name] for name, used in self.stage.cpu_seconds().items()}
        cpu[self.server.process] -= idle * seconds
        self.heard.check(self.writer.numbers)
        return Round(seconds, self.writer.latencies(self.heard.arrivals), cpu)


Load = Callable[[Act], Awaitable[int]]
"""Commits for a while and gives how many items that makes."""


def at_rate(commits: float, notes: int, seconds: float) -> Load:
    """Return a load of evenly spaced commits of so many notes, whatever becomes of the last."""

    async def load(act: Act) -> int:
        turns = cycle(_distinct(act))
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for number in range(max(1, round(commits * seconds))):
                await asyncio.sleep(began + number / commits - time.monotonic())
                tasks.append(group.create_task(act.commit(list(islice(turns, notes)))))
        return sum(task.result() for task in tasks)

    return load


def as_heard(notes: int, waiting: int, seconds: float) -> Load:
    """Return a load that commits on as long as at most so many items have not been heard."""

    async def load(act: Act) -> int:
        turns = cycle(_distinct(act))
        made, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            made += await act.commit(list(islice(turns, notes)))
            await act.heard.until(made - waiting)
        return made

    return load


def _distinct(act: Act) -> list[str]:
    return sorted({one.note for one in act.heard.listeners})


@asynccontextmanager
async def acts(stage: Stage, case: Case, writer: Writer) -> AsyncIterator[list[Act]]:
    """Have an audience before each server at once, all awake."""
    made: list[Act] = []
    async with _audiences(stage.servers, case) as heard:
        for server, one in zip(stage.servers, heard, strict=True):
            act = Act(stage, server, case, one, writer)
            await act.awaken()
            made.append(act)
        yield made


@asynccontextmanager
async def _audiences(servers: Sequence[Server], case: Case) -> AsyncIterator[list[Audience]]:
    if not servers:
        yield []
        return
    first, *others = servers
    opened = audience(first.port, case.notes(first), first.hello, case.operation(first))
    async with opened as one, _audiences(others, case) as rest:
        yield [one, *rest]


async def idle_cpu(stage: Stage, seconds: float = _IDLE_SECONDS) -> Mapping[str, float]:
    """Give the CPU time that each process uses in a second while nothing is committed."""
    before = stage.cpu_seconds()
    await asyncio.sleep(seconds)
    return {name: (used - before[name]) / seconds for name, used in stage.cpu_seconds().items()}
