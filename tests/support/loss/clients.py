"""`python -m tests.support.loss.clients`: many subscribers in a process, told what to do by lines.

Standard input and output carry one JSON object a line. The first line in describes the connections.
Then `{"cut": n}` cuts some connections, `{"wanted": {...}}` says which versions each
subscriber must come to, and `{"tell": true}` asks for the account so far. Out come `begun` once
everybody has a cursor, `seen` for the events that the slowest pacer has heard, `wrong` at once, and
at last the `account`.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import aiohttp
import orjson
import uvloop

from tests.support.loss.lines import Line, SocketLine, StreamLine
from tests.support.loss.subscriber import Subscriber

TELL_EVERY = 50
"""`seen` is said once in so many events."""

_LOOK_SECONDS = 0.05


def say(**words: Any) -> None:
    """Write one line."""
    sys.stdout.write(orjson.dumps(words).decode() + "\n")
    sys.stdout.flush()


class Clients:
    """All lines of this process."""

    def __init__(self, session: aiohttp.ClientSession, wish: Mapping[str, Any]) -> None:
        self._random = Random(wish["seed"])  # noqa: S311
        self._lines: list[Line] = []
        for described in wish["lines"]:
            subscribers = [Subscriber(**one) for one in described["subscribers"]]
            kind = SocketLine if described["way"] == "socket" else StreamLine
            random = Random(self._random.random())  # noqa: S311
            token = described["token"]
            self._lines.append(kind(session, wish["urls"], token, subscribers, random, self._note))
        self.subscribers = [one for line in self._lines for one in line.subscribers]
        self._pacers = [one for one in self.subscribers if one.is_pacer]
        self._told = 0
        self._waiting = {one.name for one in self.subscribers}
        self._wanted: Mapping[str, Mapping[str, int]] = {}

    async def run(self) -> None:
        """Listen, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for line in self._lines:
                tasks.create_task(line.run())

    def cut(self, count: int) -> None:
        """Cut so many connections, chosen by the seed."""
        lines = self._random.sample(self._lines, len(self._lines))
        for line in lines:
            count -= line.cut()
            if not count:
                return

    async def finish(self, wanted: Mapping[str, Mapping[str, int]]) -> None:
        """Wait until everybody has heard all, and then a heartbeat and nothing more."""
        self._wanted = wanted
        for line in self._lines:
            line.is_patient = True
        while any(  # noqa: ASYNC110  # each item may be the last
            one.lacks(wanted[one.name]) or not one.is_quiet for one in self.subscribers
        ):
            await asyncio.sleep(_LOOK_SECONDS)

    def account(self) -> dict[str, Any]:
        """What came to whom, how connections ended, and what anybody still lacks."""
        tally: Counter[str] = sum((line.tally for line in self._lines), Counter())
        lacking = {
            one.name: lacks
            for one in self.subscribers
            if self._wanted and (lacks := one.lacks(self._wanted[one.name]))
        }
        return {
            "items": sum(one.items for one in self.subscribers),
            "tally": tally,
            "lacking": lacking,
            "noisy": [one.name for one in self.subscribers if not one.is_quiet],
        }

    def _note(self, subscriber: Subscriber) -> None:
        if subscriber.wrong:
            say(wrong=subscriber.wrong)
            subscriber.wrong.clear()
        if self._waiting:
            self._waiting.discard(subscriber.name)
            if not self._waiting:
                say(begun=True)
        if subscriber.is_pacer:
            seen = min(one.items for one in self._pacers)
            if seen >= self._told + TELL_EVERY:
                self._told = seen
                say(seen=seen)


async def _obey(clients: Clients, reader: asyncio.StreamReader) -> None:
    while line := await reader.readline():
        words = orjson.loads(line)
        if "cut" in words:
            clients.cut(words["cut"])
        if "wanted" in words:
            await _until_told(clients, reader, words["wanted"])
        if "tell" in words:
            say(account=clients.account())


async def _until_told(
    clients: Clients, reader: asyncio.StreamReader, wanted: Mapping[str, Any]
) -> None:
    """Finish, but give the account early when asked for it."""
    finishing = asyncio.ensure_future(clients.finish(wanted))
    asked = asyncio.ensure_future(reader.readline())
    await asyncio.wait({finishing, asked}, return_when=asyncio.FIRST_COMPLETED)
    say(account=clients.account(), finished=finishing.done())
    finishing.cancel()
    asked.cancel()
    await asyncio.gather(finishing, asked, return_exceptions=True)


async def main() -> None:
    """Do what standard input says, until it ends."""
    reader = asyncio.StreamReader(limit=1 << 26)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    wish = orjson.loads(await reader.readline())
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None, connect=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        clients = Clients(session, wish)
        listening = asyncio.ensure_future(clients.run())
        obeying = asyncio.ensure_future(_obey(clients, reader))
        done, _ = await asyncio.wait({listening, obeying}, return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, obeying):
            task.cancel()
        await asyncio.gather(listening, obeying, return_exceptions=True)
        for task in done:
            task.result()


if __name__ == "__main__":
    uvloop.run(main())
