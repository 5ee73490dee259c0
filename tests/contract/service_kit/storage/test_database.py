"""Collections and transactions on a real replica set."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pymongo import MongoClient

from service_kit.storage.database import (
    Contended,
    Database,
    Session,
    StorageError,
    connect,
)


@pytest_asyncio.fixture
async def hurried(mongodb_url: str, database_name: str) -> AsyncIterator[Database]:
    """The same database, seen by a caller without patience and with one connection."""
    database = connect(mongodb_url, database_name, pool_size=1, patience=0.2)
    yield database
    await database.close()


async def test_sixty_four_writers_on_one_document_lose_nothing(database: Database) -> None:
    counters = database.collection("counters")
    await counters.insert_one({"_id": "c", "count": 0})

    async def add_one(session: Session) -> None:
        found = await counters.find_one({"_id": "c"}, session=session)
        assert found is not None
        await counters.update_one(
            {"_id": "c"}, {"$set": {"count": found["count"] + 1}}, session=session
        )

    await asyncio.gather(*(database.transaction(add_one) for _ in range(64)))
    assert await counters.find_one({"_id": "c"}) == {"_id": "c", "count": 64}


async def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    things = database.collection("things")
    told: list[str] = []

    async def write_and_fail(session: Session) -> None:
        await things.insert_one({"_id": 1}, session=session)
        database.after_commit(session, lambda: told.append("committed"))
        raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await database.transaction(write_and_fail)
    assert await things.find({}) == []
    assert told == []


async def test_hooks_are_called_once_after_the_commit_however_often_it_was_tried(
    database: Database,
) -> None:
    things = database.collection("things")
    await things.insert_one({"_id": 1, "n": 0})
    told: list[object] = []
    attempts = 0

    async def change(session: Session) -> str:
        nonlocal attempts
        attempts += 1
        await things.find_one({"_id": 1}, session=session)
        database.after_commit(session, lambda: told.append("committed"))
        if attempts == 1:  # somebody else is first
            await things.update_one({"_id": 1}, {"$inc": {"n": 10}})
        await things.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session)
        assert told == []
        return "done"

    assert await database.transaction(change) == "done"
    assert (attempts, told) == (2, ["committed"])
    assert await things.find_one({"_id": 1}) == {"_id": 1, "n": 11}


async def test_a_transaction_that_always_meets_another_writer_gives_up(
    database: Database, hurried: Database
) -> None:
    await database.collection("things").insert_one({"_id": 1, "n": 0})

    async def always_late(session: Session) -> None:
        things = hurried.collection("things")
        await things.find_one({"_id": 1}, session=session)
        await database.collection("things").update_one({"_id": 1}, {"$inc": {"n": 1}})
        await things.update_one({"_id": 1}, {"$set": {"n": -1}}, session=session)

    with pytest.raises(Contended):
        await hurried.transaction(always_late)
    found = await database.collection("things").find_one({"_id": 1})
    assert found is not None
    assert found["n"] > 0


async def test_a_call_without_session_inside_a_transaction_uses_its_permit(
    hurried: Database,
) -> None:
    async def look_outside(session: Session) -> int:
        await hurried.collection("things").insert_one({"_id": 1}, session=session)
        return await hurried.collection("things").count({})

    async with asyncio.timeout(10):
        seen = await asyncio.gather(*(hurried.transaction(look_outside) for _ in range(1)))
    assert seen == [0]


async def test_a_task_that_outlives_its_transaction_waits_at_the_gate_like_others(
    hurried: Database,
) -> None:
    late: list[asyncio.Task[int]] = []
    may_look, may_end = asyncio.Event(), asyncio.Event()

    async def look_later() -> int:
        await may_look.wait()
        return await hurried.collection("things").count({})

    async def start_a_task(_: Session) -> None:
        late.append(asyncio.create_task(look_later()))

    async def hold(_: Session) -> None:
        may_look.set()
        await may_end.wait()

    await hurried.transaction(start_a_task)
    holder = asyncio.create_task(hurried.transaction(hold))
    await may_look.wait()
    await asyncio.sleep(0)
    assert hurried.gate.waiting == 1
    assert not late[0].done()
    may_end.set()
    assert await late[0] == 0
    await holder


async def test_a_cancelled_transaction_gives_its_permit_back(hurried: Database) -> None:
    begun = asyncio.Event()

    async def write_and_wait(session: Session) -> None:
        await hurried.collection("things").insert_one({"_id": 1}, session=session)
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(hurried.transaction(write_and_wait))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):
        assert await hurried.collection("things").count({}) == 0


async def test_a_commit_whose_answer_is_lost_is_asked_again_and_happens_once(
    mongodb_client: MongoClient[dict[str, Any]], mongodb_url: str, database_name: str
) -> None:
    process = f"test of {database_name}"
    database = connect(mongodb_url, database_name, process=process)
    things = database.collection("things")
    await things.insert_one({"_id": "c", "n": 0})
    begun = 0

    async def add(session: Session) -> None:
        nonlocal begun
        begun += 1
        await things.update_one({"_id": "c"}, {"$inc": {"n": 1}}, session=session)

    mongodb_client.admin.command(
        "configureFailPoint",
        "failCommand",
        mode={"times": 2},
        data={
            "failCommands": ["commitTransaction"],
            "appName": process,
            "writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"},
        },
    )
    await database.transaction(add)
    assert (begun, await things.find_one({"_id": "c"})) == (1, {"_id": "c", "n": 1})
    await database.close()


async def test_the_wrapper_reads_and_writes_what_it_is_told(database: Database) -> None:
    things = database.collection("things")
    await things.insert_many([{"_id": n, "n": n} for n in range(5)])
    await things.insert_many([])
    assert await things.bulk_write([]) is None
    assert [d["n"] for d in await things.find({}, sort=[("n", -1)], skip=1, limit=2)] == [3, 2]
    assert await things.count({"n": {"$gte": 1}}, limit=3) == 3
    assert await things.find_one({"_id": 1}, projection={"_id": 0}) == {"n": 1}
    changed = await things.find_one_and_update({"_id": 1}, {"$inc": {"n": 1}})
    assert changed == {"_id": 1, "n": 2}
    assert await things.find_one_and_update({"_id": 1}, {"$inc": {"n": 1}}, before=True) == {
        "_id": 1,
        "n": 2,
    }
    assert (await things.update_many({}, {"$set": {"seen": True}})).modified_count == 5
    assert (await things.replace_one({"_id": 9}, {"n": 9}, upsert=True)).upserted_id == 9
    assert await things.aggregate([{"$group": {"_id": None, "sum": {"$sum": "$n"}}}]) == [
        {"_id": None, "sum": 0 + 3 + 2 + 3 + 4 + 9}
    ]
    assert (await things.delete_one({"_id": 9})).deleted_count == 1
    assert (await things.delete_many({})).deleted_count == 5


async def test_ping_tells_that_there_is_no_answer(mongodb_url: str, database_name: str) -> None:
    database = connect(mongodb_url, database_name)
    await database.close()
    with pytest.raises(StorageError):
        await database.ping()


async def test_a_living_server_answers_ping(database: Database) -> None:
    await database.ping()
