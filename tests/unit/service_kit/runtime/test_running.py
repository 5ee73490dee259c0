import asyncio
from contextlib import suppress

import pytest
import structlog

from service_kit.runtime import running as module
from service_kit.runtime.running import Works, WorksBreakOff, running


async def for_ever() -> None:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_PAUSE_SECONDS", 0)


async def test_works_run_beside_the_block_and_are_cancelled_at_its_end() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await for_ever()
        finally:
            ended.set()

    async with running(Works(), work):
        await begun.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_a_work_that_breaks_off_is_told_and_begins_again() -> None:
    ends: list[Exception | None] = [ValueError("no more"), None]
    goes_on = asyncio.Event()

    async def broken() -> None:
        if not ends:
            goes_on.set()
            await for_ever()
        end = ends.pop(0)
        if end is not None:
            raise end

    with structlog.testing.capture_logs() as logs:
        async with running(Works(), broken, for_ever):
            await goes_on.wait()

    assert [log["event"] for log in logs] == ["work.broke_off", "work.ended"]
    assert logs[0]["error"] == "ValueError('no more')"


async def test_a_work_that_breaks_off_again_and_again_is_known_until_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    works, times, goes_on = Works(), 0, asyncio.Event()

    async def broken() -> None:
        nonlocal times
        times += 1
        if times <= 3:
            await works.probe()
            raise ValueError("no more")
        goes_on.set()
        await for_ever()

    async with running(works, broken, for_ever):
        await goes_on.wait()
        with pytest.raises(WorksBreakOff, match="broken"):
            await works.probe()
        monkeypatch.setattr(module, "_SOUND_AFTER_SECONDS", 0)
        await works.probe()
    await works.probe()


async def test_a_work_whose_group_breaks_off_begins_again() -> None:
    begun, goes_on = 0, asyncio.Event()

    async def fail() -> None:
        raise ValueError

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 2:
            goes_on.set()
            await for_ever()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(for_ever())
            tasks.create_task(fail())

    async with running(Works(), work), asyncio.timeout(10):
        await goes_on.wait()


async def test_a_work_that_swallows_its_cancellation_does_not_begin_again() -> None:
    begun = asyncio.Event()
    times = 0

    async def work() -> None:
        nonlocal times
        times += 1
        begun.set()
        with suppress(asyncio.CancelledError):
            await for_ever()

    async with running(Works(), work):
        await begun.wait()
    assert times == 1


async def test_works_are_cancelled_when_the_block_fails() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await for_ever()
        finally:
            ended.set()

    async def failing() -> None:
        async with running(Works(), work):
            await begun.wait()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await failing()
    assert ended.is_set()
