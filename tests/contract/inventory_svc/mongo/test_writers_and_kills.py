"""64 writers at once, on several processes, while mongod is killed: nothing is lost or doubled."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from inventory_svc.app import migrate
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.movement import fold, fold_pace
from inventory_svc.mongo.collections import MOVEMENTS, POSITIONS, RESERVATIONS
from service_kit.messaging.outbox import OUTBOX
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import connect
from service_kit.storage.idempotency import OUTCOMES
from tests.contract.inventory_svc.conftest import MANY, Process, a_process
from tests.support import stock as build
from tests.support.loss.servers import ReplicaSet
from tests.support.writers import HOLD_LASTS, Books, Writer, kept
from tests.support.writers import POSITIONS as WRITTEN

WRITERS = 64
UNITS_AT_FIRST = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ReplicaSet]:
    """Give a mongod of this test's own, that it may kill."""
    server = ReplicaSet(tmp_path, members=1)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def processes(server: ReplicaSet, clock: SettableClock) -> AsyncIterator[Sequence[Process]]:
    """Give four processes with connections of their own."""
    databases = [connect(server.url, "inventory", pool_size=8) for _ in range(4)]
    await migrate(databases[0])
    yield [a_process(database, clock) for database in databases]
    for database in databases:
        await database.close()


async def write_and_kill(
    processes: Sequence[Process], server: ReplicaSet, *, commands: int, kills: int, seed: int
) -> Books:
    """Have every writer give so many commands, and mongod killed at even points in between."""
    books, total = Books(), WRITERS * commands
    at_first = [(key, UNITS_AT_FIRST) for key in WRITTEN]
    await processes[0].commits.submit(build.a_feed(FeedMode.DELTA, *at_first))
    books.on_hand.update(dict(at_first))
    marks = [books.mark(total * (kill + 1) // (kills + 1)) for kill in range(kills)]

    async def killer() -> None:
        for mark in marks:
            await mark.wait()
            await server.kill_primary()

    now = processes[0].clock.now()
    async with asyncio.TaskGroup() as group:
        group.create_task(killer())
        for number in range(WRITERS):
            commits = processes[number % len(processes)].commits
            group.create_task(Writer(number, seed, now).write(commands, commits, books))
    assert len(books.told) == total
    return books


async def check_books(process: Process, books: Books) -> None:
    """Check counters against ledger, reservations, events, and what the writers were told."""
    positions = await process.reads.positions(WRITTEN)
    stored = await process.database.collection(RESERVATIONS.name).find({})
    assert sorted(document["_id"] for document in stored) == books.reservations
    reservations = await process.reads.reservations(books.reservations)
    units = kept(list(reservations.values()))
    for key in WRITTEN:
        position = positions[key]
        movements = await process.reads.movements(key, None, MANY)
        assert [each.number for each in movements] == list(range(position.movements, 0, -1))
        assert fold(movements) == await process.counters(key)
        assert fold_pace(reversed(movements)) == position.pace
        assert position.on_hand == books.on_hand[key]
        assert position.allocated + position.reserved == units[key]
        assert position.on_hand >= position.allocated + position.reserved
    await check_events(process)


async def check_events(process: Process) -> None:
    """Check that each version of each entity has been told once."""
    rows = await process.database.collection(OUTBOX.name).find({})
    told: dict[str, list[int]] = {}
    for row in rows:
        for text in row["events"]:
            event = json.loads(text)
            told.setdefault(event["entity"]["id"], []).append(event["seq"])
    for numbers in told.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for document in await process.database.collection(POSITIONS.name).find({}):
        assert len(told[document["_id"]]) == document["version"]
    for document in await process.database.collection(RESERVATIONS.name).find({}):
        assert len(told[document["_id"]]) == document["version"]


async def check_replays(processes: Sequence[Process], books: Books) -> None:
    """Ask everything again, of another process: the same answers, and nothing happens."""
    before = [await processes[0].counters(key) for key in WRITTEN]
    counts = [await _count(processes[0], name) for name in (MOVEMENTS.name, OUTCOMES.name)]
    again = await asyncio.gather(
        *(
            processes[place % len(processes)].commits.submit(command)
            for place, (command, _) in enumerate(books.told)
        )
    )
    assert [each.outcome for each in again] == [decided.outcome for _, decided in books.told]
    assert [await processes[0].counters(key) for key in WRITTEN] == before
    assert [await _count(processes[0], n) for n in (MOVEMENTS.name, OUTCOMES.name)] == counts


async def _count(process: Process, collection: str) -> int:
    return await process.database.collection(collection).count({})


async def let_holds_end(process: Process) -> None:
    """Let the time of every hold pass, and have that written down."""
    process.clock.advance(HOLD_LASTS)
    while await process.due_worker.run_due_once():
        pass


async def test_a_mongod_killed_under_64_writers_loses_and_doubles_nothing(
    processes: Sequence[Process], server: ReplicaSet
) -> None:
    books = await write_and_kill(processes, server, commands=6, kills=1, seed=1)

    await check_books(processes[0], books)
    await check_replays(processes, books)
    await let_holds_end(processes[0])
    await check_books(processes[0], books)
    for key in WRITTEN:
        assert (await processes[0].position(key)).reserved == 0


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(3))
async def test_a_mongod_killed_again_and_again_under_64_writers_loses_and_doubles_nothing(
    processes: Sequence[Process], server: ReplicaSet, seed: int
) -> None:
    books = await write_and_kill(processes, server, commands=80, kills=6, seed=seed)

    await check_books(processes[0], books)
    await check_replays(processes, books)
    await let_holds_end(processes[0])
    await check_books(processes[0], books)
