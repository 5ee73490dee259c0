"""One owner at a time, by the database's clock; the fence only grows."""

import asyncio
from datetime import timedelta

from service_kit.messaging.leases import LEASES, Lease, Leases
from service_kit.messaging.shares import Shares
from service_kit.storage.database import Database

LONG = timedelta(minutes=5)
OVER_AT_ONCE = timedelta(0)


async def test_of_many_who_ask_at_once_one_gets_the_lease(database: Database) -> None:
    leases = Leases(database)
    asked = await asyncio.gather(*(leases.acquire("job", f"owner-{n}", LONG) for n in range(12)))
    assert len([lease for lease in asked if lease is not None]) == 1


async def test_a_lease_that_is_over_goes_to_the_next_with_a_higher_fence(
    database: Database,
) -> None:
    leases = Leases(database)
    first = await leases.acquire("job", "a", OVER_AT_ONCE)
    second = await leases.acquire("job", "b", LONG)
    assert (first, second) == (Lease("job", "a", 1), Lease("job", "b", 2))
    assert await leases.acquire("job", "a", LONG) is None


async def test_a_lease_taken_by_another_cannot_be_renewed(database: Database) -> None:
    leases = Leases(database)
    first = await leases.acquire("job", "a", OVER_AT_ONCE)
    assert first is not None
    assert await leases.renew(first, OVER_AT_ONCE), "nobody has taken it yet"
    await leases.acquire("job", "b", LONG)
    assert not await leases.renew(first, LONG)


async def test_releasing_frees_a_lease_but_only_for_its_holder(database: Database) -> None:
    leases = Leases(database)
    first = await leases.acquire("job", "a", OVER_AT_ONCE)
    second = await leases.acquire("job", "b", LONG)
    assert first is not None
    assert second is not None
    await leases.release(first)
    assert await leases.acquire("job", "c", LONG) is None
    await leases.release(second)
    assert await leases.acquire("job", "c", LONG) == Lease("job", "c", 3)


async def test_renewing_several_tells_which_are_still_held(database: Database) -> None:
    leases = Leases(database)
    held = [await leases.acquire(f"job-{n}", "a", OVER_AT_ONCE) for n in range(3)]
    await leases.acquire("job-1", "b", LONG)
    mine = [lease for lease in held if lease is not None]
    assert await leases.renew_all(mine, LONG) == {"job-0", "job-2"}
    assert await leases.renew_all([], LONG) == frozenset()
    assert await leases.holders("job-") == {"job-0": "a", "job-1": "b", "job-2": "a"}


async def test_processes_divide_the_jobs_and_take_over_those_of_the_dead(
    database: Database,
) -> None:
    leases, jobs = Leases(database), [str(n) for n in range(8)]
    a, b, c = (Shares(leases, "relay", jobs, owner, LONG) for owner in "abc")
    await a.look()
    assert len(a.held) == 8, "alone, one holds everything"
    await b.look()
    await c.look()
    await a.look()
    await b.look()
    await c.look()
    assert sorted(len(one.held) for one in (a, b, c)) == [2, 3, 3]
    assert sorted([*a.held, *b.held, *c.held]) == jobs, "each job has one holder"

    await b.leave()
    await database.collection(LEASES.name).update_many(
        {"owner": "c"}, [{"$set": {"until": "$$NOW"}}]
    )
    turnover = await a.look()
    assert sorted(a.held) == jobs
    assert len(turnover.gained) == 8 - 3
    assert not turnover.lost

    lost = await c.look()
    assert len(lost.lost) == len({lease.name for lease in lost.lost}) > 0
    assert not c.held, "the jobs of one that was taken for dead are no longer its own"
