import asyncio

import pytest

from gateway.caching.under_way import UnderWay


class Work:
    """Ends when it is let go, and tells how often it began and was cancelled."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def run(self) -> int:
        self.begun += 1
        number = self.begun
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return number


async def asking(
    under_way: UnderWay[str, int], work: Work, count: int, key: str = "a"
) -> list[asyncio.Task[int]]:
    """Ask several times, and see all of them wait."""
    tasks = [asyncio.create_task(under_way.result(key, work.run)) for _ in range(count)]
    await settled()
    return tasks


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_asked_for_meanwhile_is_done_once_and_nothing_is_kept() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work = Work()
    tasks = await asking(under_way, work, 5)
    other = await asking(under_way, work, 1, "b")

    work.go.set()

    assert await asyncio.gather(*tasks, *other) == [1] * 5 + [2]
    assert under_way.joined == 4
    assert len(under_way) == 0
    assert await under_way.result("a", work.run) == 3


async def test_one_who_leaves_takes_nothing_from_those_who_stay() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work = Work()
    first, second, *others = await asking(under_way, work, 4)

    second.cancel()
    await asyncio.wait([second])
    work.go.set()

    assert second.cancelled()
    assert await asyncio.gather(first, *others) == [1, 1, 1]
    assert work.cancelled == 0


async def test_when_the_one_at_work_leaves_one_of_those_who_stay_begins_anew() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work = Work()
    first, second, *others = await asking(under_way, work, 4)

    first.cancel()
    await asyncio.wait([first])
    await settled()
    second.cancel()
    await settled()
    assert (work.begun, work.cancelled) == (3, 2)
    work.go.set()

    assert await asyncio.gather(*others) == [3, 3]
    assert under_way.joined == 3
    assert len(under_way) == 0


async def test_the_last_one_who_leaves_ends_the_work_and_whoever_comes_then_begins_anew() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work = Work()
    tasks = await asking(under_way, work, 2)

    for task in tasks:
        task.cancel()
    await asyncio.wait([tasks[0]])
    late = asyncio.create_task(under_way.result("a", work.run))
    await settled()
    work.go.set()

    assert await late == 2
    assert work.cancelled == 1
    assert len(under_way) == 0


async def test_who_joins_work_that_is_being_ended_begins_anew() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work, tidied = Work(), asyncio.Event()

    async def tidying() -> int:
        try:
            return await work.run()
        finally:
            await tidied.wait()

    leaving = asyncio.create_task(under_way.result("a", tidying))
    await settled()
    leaving.cancel()
    await settled()
    late = asyncio.create_task(under_way.result("a", work.run))
    await settled()
    tidied.set()
    await settled()
    (second,) = await asking(under_way, work, 1)
    work.go.set()

    assert await late == await second == 2


async def test_one_who_comes_when_the_work_has_just_ended_begins_anew() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work = Work()
    work.go.set()
    late: list[asyncio.Task[int]] = []

    async def run() -> int:
        # Scheduled before the work's end is: it asks between that end and its being noticed.
        late.append(asyncio.create_task(under_way.result("a", work.run)))
        return 0

    assert await under_way.result("a", run) == 0
    assert await late[0] == 1
    assert under_way.joined == 0


async def test_an_error_reaches_everybody_who_waits_and_is_not_kept() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    work = Work()
    work.error = ValueError("spilt")
    tasks = await asking(under_way, work, 3)

    work.go.set()
    for task in tasks:
        with pytest.raises(ValueError, match="spilt"):
            await task

    work.error = None
    assert await under_way.result("a", work.run) == 2


async def test_an_error_that_nobody_waits_for_any_more_is_not_told_to_the_loop() -> None:
    under_way: UnderWay[str, int] = UnderWay()
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    begun = asyncio.Event()

    async def stubborn() -> int:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            raise ValueError("on the way out")
        return 0

    task = asyncio.create_task(under_way.result("a", stubborn))
    await begun.wait()
    other = asyncio.create_task(under_way.result("a", stubborn))
    await settled()
    task.cancel()
    other.cancel()
    await asyncio.wait([task, other])
    with pytest.raises(ValueError, match="on the way out"):
        task.result()

    assert other.cancelled()
    assert told == []
