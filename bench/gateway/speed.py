"""The rounds of the gateway bench: every side answers the same requests, turn by turn."""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import aiohttp
import orjson

from bench.figures import table
from bench.gateway.shop import WORLDS
from bench.gateway.sides import (
    APOLLO,
    FLOOR,
    HIVE,
    HIVE_RUST,
    TUTTI,
    TUTTI_LEAN,
    Side,
    Stage,
    stage,
)
from bench.gateway.workloads import HEAVY, WORKLOADS, Workload
from bench.load import WrongAnswer
from devstack.ports import HOST

ALONE, TOGETHER, SHARED, AIMS = (
    f"gateway_{name}" for name in ("alone", "together", "shared", "aims")
)
PLACES = (ALONE, TOGETHER, SHARED, AIMS)
"""Where the tables stand on the page."""

ROUNDS = 5
AT_ONCE = 50
_WARM_UP = 3
"""How many times all worlds are asked for before anything is measured."""

_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_KEEP_ALIVE_SECONDS = 2
"""Shorter than any side's five seconds: no request meets a closing socket."""

_MEGABYTE = 10**6


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side: CPU in ms, length in s, bytes of answers and fetches, by request."""

    cpu: float
    seconds: float
    size: float
    fetches: float


@dataclass(frozen=True, slots=True)
class Row:
    """What a side came to under a load: medians over the rounds."""

    side: str
    cpu: float
    rate: float
    size: float
    fetches: float


class Client:
    """Asks the sides, and checks every answer."""

    def __init__(self, session: aiohttp.ClientSession, subgraphs: Sequence[int]) -> None:
        self._session = session
        self._subgraphs = subgraphs
        self._right: set[tuple[Workload, int, bytes]] = set()

    async def ask(self, side: Side, workload: Workload, world: int) -> int:
        """Send one request and give the size of its answer; raises WrongAnswer."""
        async with self._session.post(
            side.url(workload.name), data=workload.body(world), headers=_HEADERS
        ) as response:
            body = await response.read()
        if (workload, world, body) not in self._right:
            if response.status != 200 or orjson.loads(body) != workload.answer(world):
                raise WrongAnswer(f"{side.name}, {workload.name}: {body[:1000]!r}")
            self._right.add((workload, world, body))
        return len(body)

    async def fetches(self) -> int:
        """Give how many requests have come to the subgraphs so far."""
        counts = [self._count(port) for port in self._subgraphs]
        return sum(await asyncio.gather(*counts))

    async def _count(self, port: int) -> int:
        async with self._session.get(f"http://{HOST}:{port}/") as response:
            count: int = orjson.loads(await response.read())
            return count


@dataclass(frozen=True, slots=True)
class Load:
    """A workload, and how many requests go out together; `equal` ones are for the same world."""

    workload: Workload
    at_once: int = 1
    equal: bool = False

    def worlds(self) -> list[int]:
        """Give the world of each request of a round."""
        count = max(self.workload.requests, 2 * self.at_once)
        if self.equal:
            return [number // self.at_once % WORLDS for number in range(2 * count)]
        return [number % WORLDS for number in range(count)]


async def gateway_speed(environment: Mapping[str, str], *, beside: bool = True) -> dict[str, str]:
    """Measure all sides, or Tutti and the floor alone; raises WrongAnswer and CannotRun."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_SECONDS)
    async with (
        stage(environment, beside=beside) as running,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        client = Client(session, running.subgraphs)
        return await _measured(client, running)


async def _measured(client: Client, running: Stage) -> dict[str, str]:
    for side in (*running.apart, *running.sharing):
        print(f"  warming up {side.name}", file=sys.stderr)
        await _warm_up(client, side)
    alone, together = {}, {}
    for workload in WORKLOADS:
        alone[workload] = await _rows(client, Load(workload), running.apart)
        together[workload] = await _rows(client, Load(workload, AT_ONCE), running.apart)
    shared = await _rows(client, Load(HEAVY, AT_ONCE, equal=True), running.sharing)
    return {
        ALONE: _table(alone),
        TOGETHER: _table(together),
        SHARED: _table({HEAVY: shared}),
        AIMS: _aims(alone, shared),
    }


async def _warm_up(client: Client, side: Side) -> None:
    for workload in WORKLOADS:
        if side.name == FLOOR and side.shares and workload is not HEAVY:
            continue
        for _ in range(_WARM_UP * workload.requests // HEAVY.requests):
            for world in range(WORLDS):
                await client.ask(side, workload, world)


async def _rows(client: Client, load: Load, sides: Sequence[Side]) -> list[Row]:
    """Let the sides take turns, so that whatever disturbs the machine disturbs them all."""
    print(f"  {load.workload.text}, {load.at_once} at once", file=sys.stderr)
    samples: dict[str, list[Sample]] = {side.name: [] for side in sides}
    for number in range(ROUNDS):
        for side in sides[:: -1 if number % 2 else 1]:
            samples[side.name].append(await _sample(client, load, side))
    return [_row(name, done) for name, done in samples.items()]


async def _sample(client: Client, load: Load, side: Side) -> Sample:
    worlds = load.worlds()
    fetched, used, began = await client.fetches(), side.cpu_seconds(), time.perf_counter()
    sizes: list[int] = []
    for first in range(0, len(worlds), load.at_once):
        wave = worlds[first : first + load.at_once]
        sizes += await asyncio.gather(*(client.ask(side, load.workload, one) for one in wave))
    seconds = time.perf_counter() - began
    cpu, fetches = side.cpu_seconds() - used, await client.fetches() - fetched
    count = len(worlds)
    return Sample(cpu / count * 1000, seconds / count, sum(sizes) / count, fetches / count)


def _row(side: str, samples: Sequence[Sample]) -> Row:
    return Row(
        side,
        median(one.cpu for one in samples),
        1 / median(one.seconds for one in samples),
        median(one.size for one in samples),
        median(one.fetches for one in samples),
    )


def _table(cells: Mapping[Workload, Sequence[Row]]) -> str:
    heads = ["operation", "gateway", "CPU ms", "of Tutti's", "fetches", "answers/s", "MB/s"]
    rows = []
    for workload, found in cells.items():
        ours = next(one.cpu for one in found if one.side == TUTTI)
        size = found[0].size
        name = f"{workload.text}, {size / 1000:.1f} kB"
        for one in found:
            speed = one.rate * one.size / _MEGABYTE
            figures = [f"{one.cpu:.2f}", f"{one.cpu / ours:.2f}", f"{one.fetches:.2f}"]
            rows.append([name, one.side, *figures, f"{one.rate:.0f}", f"{speed:.2f}"])
    return table(heads, rows)


def _aims(alone: Mapping[Workload, Sequence[Row]], shared: Sequence[Row]) -> str:
    def cpu(rows: Sequence[Row], side: str) -> float | None:
        return next((one.cpu for one in rows if one.side == side), None)

    single, two_hop, heavy = (alone[one] for one in WORKLOADS)
    wanted = (
        ("heavy, of Apollo Gateway's", heavy, APOLLO, 1 / 8),
        ("heavy, of the floor", heavy, FLOOR, 2.0),
        ("one subgraph, of Apollo Gateway's", single, APOLLO, 1 / 3),
        ("two hops, of Apollo Gateway's", two_hop, APOLLO, 1 / 2.5),
        ("shared, of Hive Gateway's", shared, HIVE, 1.0),
        ("shared, of Hive Gateway's with the Rust planner", shared, HIVE_RUST, 1.0),
    )
    rows = []
    for text, cells, side, share in wanted:
        theirs = cpu(cells, side)
        for own in (TUTTI, TUTTI_LEAN):
            ours = cpu(cells, own)
            if ours is None or theirs is None:
                rows.append([text, own, f"{share:.3f}", "not measured", ""])
                continue
            is_met = "met" if ours <= theirs * share else "not met"
            rows.append([text, own, f"{share:.3f}", f"{ours / theirs:.3f}", is_met])
    return table(["CPU", "", "aim, at most", "measured", ""], rows)
