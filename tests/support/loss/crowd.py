"""The subscribers of a run in processes of their own, seen from the process that drives it."""

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.support.loss.plan import LinePlan, Plan
from tests.support.loss.servers import PROJECT
from tests.support.loss.wishes import Wish

_LONGEST_LINE = 1 << 26


class Wrong(Exception):
    """A subscriber heard what it should not have; the message says who and what."""


class Stuck(Exception):
    """Subscribers wait for what does not come; the message says who lacks what."""


@dataclass(slots=True)
class Account:
    """What all subscribers together heard, and how their connections ended."""

    items: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    lacking: dict[str, Any] = field(default_factory=dict)
    noisy: list[str] = field(default_factory=list)

    def add(self, told: Mapping[str, Any]) -> None:
        """Count a process's account in."""
        self.items += told["items"]
        self.tally.update(told["tally"])
        self.lacking |= told["lacking"]
        self.noisy += told["noisy"]


class Party:
    """One process of subscribers."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.begun = asyncio.Event()
        self.account: asyncio.Future[Mapping[str, Any]] = asyncio.Future()
        self.has_pacers = False
        self.seen = 0

    async def say(self, **words: Any) -> None:
        """Tell it something."""
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(words) + b"\n")
        await self._process.stdin.drain()

    async def hear(self, moved: asyncio.Condition) -> None:
        """Take what it says until it ends; raises Wrong."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            words = orjson.loads(line)
            if "wrong" in words:
                raise Wrong("; ".join(words["wrong"]))
            if "begun" in words:
                self.begun.set()
            if "account" in words:
                self.account.set_result(words["account"])
            self.seen = words.get("seen", self.seen)
            async with moved:
                moved.notify_all()
        raise Wrong("a process of subscribers ended")

    async def end(self) -> None:
        """End it."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


class Crowd:
    """All processes of subscribers; `moved` is told of every sign of life."""

    def __init__(self) -> None:
        self.moved = asyncio.Condition()
        self._parties: list[Party] = []

    async def gather(self, plan: Plan, urls: Sequence[str], tokens: Mapping[str, str]) -> None:
        """Start the processes, and tell each who is in it."""
        count = plan.scale.client_processes
        for number in range(count):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.support.loss.clients"),
                cwd=PROJECT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
            )
            party = Party(process)
            self._parties.append(party)
            lines = plan.lines[number::count]
            party.has_pacers = any(wish.is_pacer for line in lines for wish in line.wishes)
            told = [_told(line, tokens) for line in lines]
            await party.say(seed=plan.seed * 10 + number, urls=urls, lines=told)

    async def hear(self) -> None:
        """Take what they say, for ever; raises Wrong."""
        async with asyncio.TaskGroup() as tasks:
            for party in self._parties:
                tasks.create_task(party.hear(self.moved))

    async def begin(self) -> None:
        """Wait until everybody has a cursor."""
        for party in self._parties:
            await party.begun.wait()

    @property
    def seen(self) -> int:
        """How many events the slowest pacer has heard."""
        return min(party.seen for party in self._parties if party.has_pacers)

    def is_past(self, events: int) -> bool:
        """Whether everybody who is a pacer has heard more events."""
        return self.seen > events

    async def cut(self, connections: int) -> None:
        """Cut some connections of each process."""
        for party in self._parties:
            await party.say(cut=connections)

    async def finish(self, wanted: Mapping[str, Mapping[str, int]], limit: float) -> Account:
        """Wait until everybody has heard everything and then nothing more; raises Stuck."""
        account = Account()
        for party in self._parties:
            await party.say(wanted=wanted)
        accounts = asyncio.gather(*(asyncio.shield(party.account) for party in self._parties))
        try:
            async with asyncio.timeout(limit):
                await accounts
        except TimeoutError:
            for party in self._parties:
                await party.say(tell=True)
        for party in self._parties:
            account.add(await party.account)
        if account.lacking or account.noisy:
            raise Stuck(f"lacking: {account.lacking}; not quiet: {account.noisy}; {account.tally}")
        return account

    async def end(self) -> None:
        """End all processes."""
        for party in self._parties:
            await party.end()


def token_name(wish: Wish) -> str:
    """Name the token that a subscriber needs."""
    return " ".join((wish.role, *wish.grants))


def _told(line: LinePlan, tokens: Mapping[str, str]) -> dict[str, Any]:
    return {
        "way": line.way,
        "token": tokens[token_name(line.wishes[0])],
        "subscribers": [
            {
                "name": wish.name,
                "operation": wish.topic.operation(wish.selection),
                "variables": wish.filters,
                "is_pacer": wish.is_pacer,
                "is_slow": wish.is_slow,
            }
            for wish in line.wishes
        ],
    }
