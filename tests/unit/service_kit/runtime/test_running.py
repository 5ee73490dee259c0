import asyncio

import pytest
import structlog

from service_kit.runtime.running import running


async def test_works_run_beside_the_block_and_are_cancelled_at_its_end() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with running(work()):
        await begun.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_a_work_that_breaks_off_is_told_and_the_others_go_on() -> None:
    async def broken() -> None:
        raise ValueError("no more")

    async def another() -> None:
        await asyncio.Event().wait()

    with structlog.testing.capture_logs() as logs:
        async with running(broken(), another()):
            while not logs:  # noqa: ASYNC110  # the callback runs after the task
                await asyncio.sleep(0)

    assert [(log["event"], log["error"]) for log in logs] == [
        ("work.ended", "ValueError('no more')")
    ]


async def test_works_are_cancelled_when_the_block_fails() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def failing() -> None:
        async with running(work()):
            await asyncio.sleep(0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await failing()
    assert ended.is_set()
