"""Load the sample through the public graph, once for each state of the sample and of the data.

A load that was broken off goes on where it stopped: what was sent is noted, and every call has a
key of its own, so that a call whose end was not seen has one effect.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from pymongo.asynchronous.collection import AsyncCollection

from devstack.sample.feeds import Call, Feed, SampleSize, first_feeds, other_feeds
from devstack.sample.graph import SampleGraph, SampleRefused
from devstack.sample.history import PastOrder, past_orders, play
from devstack.sample.visits import Visit, receive, visits
from devstack.tokens import user_of
from retail_kit.roles import Role
from service_kit.runtime.identifiers import derived_identifier

AT_ONCE = 3
MARKER = "sample"
APPLIED = frozenset({"APPLIED", "UNCHANGED"})
FEEDER = user_of(Role.INTEGRATION, {})
DETAILS = "results { ref status userErrors { code message path } }"


class Progress(Protocol):
    """Where the load tells how far it is."""

    def usable(self) -> None:
        """Say that what the README tells of is there."""

    def loaded(self, records: int, of: int) -> None:
        """Say how many records of how many have been loaded."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted of a load: of which sample, since when, which calls have been answered."""

    version: str
    began_at: datetime
    calls: frozenset[str] = frozenset()
    whole: bool = False

    @property
    def run(self) -> str:
        """A name for this load, to derive keys from."""
        return f"sample-{self.version}-{self.began_at.isoformat()}"


@dataclass(slots=True)
class Load:
    """One load under way."""

    graph: SampleGraph
    marks: AsyncCollection[dict[str, Any]]
    mark: Mark
    progress: Progress
    total: int = 0
    records: int = 0

    async def send(self, feeds: Sequence[Feed]) -> None:
        """Send the feeds, one after the other, a few calls of each at once; raise at the first no."""
        for feed in feeds:
            waiting = list(feed.calls())[::-1]
            senders = [asyncio.create_task(self._send_each(waiting)) for _ in range(AT_ONCE)]
            try:
                await asyncio.gather(*senders)
            finally:
                for sender in senders:
                    sender.cancel()
                await asyncio.gather(*senders, return_exceptions=True)

    async def _send_each(self, waiting: list[Call]) -> None:
        """Take calls until none waits; those that an earlier run has sent are not sent again."""
        while waiting:
            call = waiting.pop()
            if call.name not in self.mark.calls:
                await self._send(call)
            await self._note(call.name, len(call.lines))

    async def _send(self, call: Call) -> None:
        """Send one call; its answer is short, and asked for again at length when lines failed."""
        key = derived_identifier(self.mark.run, call.name)
        given = {"idempotencyKey": key, "lines": call.lines, **call.rest}
        payload = await self.graph.does(FEEDER, call.mutation, "results { status }", given)
        if all(result["status"] in APPLIED for result in payload["results"]):
            return
        payload = await self.graph.does(FEEDER, call.mutation, DETAILS, given)
        refused = [each for each in payload["results"] if each["status"] not in APPLIED]
        raise SampleRefused(f"The graph refused lines of the sample: {refused[:3]}")

    async def play(self, stories: Sequence[PastOrder | Visit], now: datetime) -> None:
        """Lead orders and visits to where they got, one after the other."""
        for story in stories:
            if story.name not in self.mark.calls:
                if isinstance(story, Visit):
                    await receive(self.graph, self.mark.run, story, now)
                else:
                    await play(self.graph, self.mark.run, story)
            await self._note(story.name, 1)

    async def _note(self, name: str, records: int) -> None:
        await self.marks.update_one({"_id": MARKER}, {"$addToSet": {"calls": name}})
        self.records += records
        self.progress.loaded(self.records, self.total)


@dataclass(frozen=True, slots=True)
class Sample:
    """All that a load of one size sends: first what the README tells of."""

    first: tuple[Feed, ...]
    others: tuple[Feed, ...]
    stories: tuple[PastOrder | Visit, ...]

    @classmethod
    def of(cls, size: SampleSize, counted_at: str) -> Self:
        """Give the sample, its stock counted at a moment (ISO 8601)."""
        first = first_feeds(counted_at)
        if size is SampleSize.SMALL:
            return cls(first, (), ())
        return cls(first, other_feeds(counted_at), (*past_orders(), *visits()))

    @property
    def records(self) -> int:
        """How many lines, orders and visits there are."""
        return sum(len(feed.lines) for feed in (*self.first, *self.others)) + len(self.stories)

    @property
    def version(self) -> str:
        """A text that changes with anything in the sample."""
        digest = hashlib.sha256()
        for feed in (*self.first, *self.others):
            digest.update(repr((feed.name, feed.rest)).encode())
            for line in feed.lines:
                digest.update(repr(line).encode())
        digest.update(repr(self.stories).encode())
        return digest.hexdigest()[:16]


async def load_sample_once(
    marks: AsyncCollection[dict[str, Any]],
    graph: SampleGraph,
    size: SampleSize,
    now: datetime,
    progress: Progress,
) -> int:
    """Load the sample unless `marks` say that it is there; return the number of its records."""
    version = await asyncio.to_thread(lambda: Sample.of(size, "").version)
    mark = await _mark(marks, version, now)
    if mark.whole:
        return 0
    async with graph:
        sample = await asyncio.to_thread(Sample.of, size, mark.began_at.isoformat())
        load = Load(graph, marks, mark, progress, sample.records)
        await load.send(sample.first)
        progress.usable()
        await load.send(sample.others)
        await load.play(sample.stories, now)
    await marks.update_one({"_id": MARKER}, {"$set": {"whole": True}})
    return load.records


async def _mark(marks: AsyncCollection[dict[str, Any]], version: str, now: datetime) -> Mark:
    """Give the note of the load of this version, a new one if there is none."""
    found = await marks.find_one({"_id": MARKER, "version": version})
    if found is None:
        moment = now.replace(microsecond=0)
        found = {"version": version, "beganAt": moment, "calls": [], "whole": False}
        await marks.replace_one({"_id": MARKER}, found, upsert=True)
    return Mark(version, found["beganAt"], frozenset(found["calls"]), found["whole"])
