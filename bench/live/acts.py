"""One server before one audience: commits at a rate or as fast as they are heard, all checked."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice

import aiohttp
import orjson

from bench.figures import Round
from bench.live.listeners import Arrival, Audience, Lost, Way, listening
from bench.live.note_story import NoteStory
from bench.live.notes import FIELD
from bench.live.stage import Server, Stage

AT_ONCE = 20
"""How many notes a commit changes where each listener has its own."""

_WAKING_AT_ONCE = 100
_TRIES = 5
_QUIET_SECONDS = 3.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """How many listeners, all to one note or each to its own, and with the entity or without."""

    listeners: int
    to_one: bool
    entity: bool = False

    @property
    def listened(self) -> str:
        """What they listen to."""
        return "one entity" if self.to_one else "each its own"

    @property
    def text(self) -> str:
        """Who listens to what."""
        asked = "own fields and the entity" if self.entity else "own fields"
        return f"{self.listeners:,}, {self.listened}, {asked}"

    def notes(self, server: Server) -> list[str]:
        """Give the note of each listener; every server has its own."""
        mark = server.process[0]
        return [f"{mark}{0 if self.to_one else number}" for number in range(self.listeners)]

    def way(self, server: Server) -> Way:
        """Give how each listener subscribes."""
        entity = "note { id title version }" if self.entity else ""
        selection = f"{server.extra} seq text occurredAt {entity}"
        operation = f"subscription ($id: ID!) {{ {FIELD}(noteId: $id) {{ {selection} }} }}"
        return Way(server.port, server.hello, operation, FIELD)


@dataclass(frozen=True, slots=True)
class Writer:
    """The service, told what to commit; it keeps when each change of a note was committed."""

    session: aiohttp.ClientSession
    service: str
    times: dict[tuple[str, int | str], float] = field(default_factory=dict)
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
        return tuple(at - self.times[story.topic, number] for story, number, at in arrivals)


@dataclass(frozen=True, slots=True)
class Act:
    """A server, its audience with their stories, and the writer of what they hear.

    `idle` is the CPU time that the server uses in a second for such an audience at rest.
    """

    stage: Stage
    server: Server
    case: Case
    heard: Audience
    stories: Sequence[NoteStory]
    writer: Writer
    idle: float

    async def commit(self, notes: Sequence[str]) -> int:
        """Change notes, and give how many items that makes."""
        await self.writer.commit(notes, publish=self.server.publishes)
        return len(notes) * (self.case.listeners if self.case.to_one else 1)

    async def awaken(self) -> None:
        """Change notes until every listener hears; only then it surely listens. Raises Lost."""
        for _ in range(_TRIES):
            silent = sorted({one.topic for one in self.stories if not one.number})
            for start in range(0, len(silent), _WAKING_AT_ONCE):
                await self.commit(silent[start : start + _WAKING_AT_ONCE])
            if await self._all_have_heard():
                self.heard.begin()
                return
        raise Lost("Some listeners never heard anything.")

    async def _all_have_heard(self) -> bool:
        """Wait for as long as anything comes."""
        came, since = -1, time.monotonic()
        while time.monotonic() < since + _QUIET_SECONDS:
            if not self._behind():
                return True
            if len(self.heard.arrivals) > came:
                came, since = len(self.heard.arrivals), time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)
        return False

    def _behind(self) -> int:
        """Count who has not heard the last of its note."""
        numbers = self.writer.numbers
        return sum(one.number != numbers[one.topic] for one in self.stories)

    async def measured(self, load: "Load") -> Round:
        """Run a load to its last item; raises Lost, and WrongItem."""
        self.heard.begin()
        before, began = self.stage.cpu_seconds(), time.monotonic()
        await self.heard.until(await load(self))
        seconds = time.monotonic() - began
        cpu = {name: used - before[name] for name, used in self.stage.cpu_seconds().items()}
        if behind := self._behind():
            raise Lost(f"{behind} listeners have not heard the last of their note.")
        return Round(seconds, self.writer.latencies(self.heard.arrivals), cpu)


Load = Callable[[Act], Awaitable[int]]
"""Commits for a while and gives how many items that makes."""


def at_rate(commits: float, notes: int, seconds: float) -> Load:
    """Return a load of evenly spaced commits of so many notes, whatever becomes of the last."""

    async def load(act: Act) -> int:
        turns = _turns(act, notes)
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for number in range(max(1, round(commits * seconds))):
                await asyncio.sleep(began + number / commits - time.monotonic())
                tasks.append(group.create_task(act.commit(next(turns))))
        return sum(task.result() for task in tasks)

    return load


def as_heard(notes: int, waiting: int, seconds: float) -> Load:
    """Return a load that commits on as long as at most so many items have not been heard."""

    async def load(act: Act) -> int:
        turns = _turns(act, notes)
        made, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            made += await act.commit(next(turns))
            await act.heard.until(made - waiting)
        return made

    return load


def _turns(act: Act, notes: int) -> Iterator[list[str]]:
    """Give so many notes at a time, none twice in one, each as often as the others."""
    known = sorted({one.topic for one in act.stories})
    order = cycle(known)
    while True:
        yield list(islice(order, min(notes, len(known))))


@asynccontextmanager
async def acting(
    stage: Stage, server: Server, case: Case, writer: Writer, idle: float
) -> AsyncIterator[Act]:
    """Have an audience before a server, all of it awake; `idle` is a listener's CPU time."""
    stories = [NoteStory(note) for note in case.notes(server)]
    async with listening(case.way(server), stories) as heard:
        act = Act(stage, server, case, heard, stories, writer, idle * case.listeners)
        await act.awaken()
        yield act
