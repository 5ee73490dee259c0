"""A periodic job goes on after a failure and stops when told to."""

import asyncio
from datetime import timedelta

import pytest

from service_kit.runtime.periodically import periodically


async def test_a_job_that_fails_is_done_again_until_it_is_stopped() -> None:
    done = 0
    enough = asyncio.Event()

    async def job() -> None:
        nonlocal done
        done += 1
        if done == 3:
            enough.set()
        raise RuntimeError("every time")

    task = asyncio.create_task(periodically("test", timedelta(0), job))
    async with asyncio.timeout(10):
        await enough.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done >= 3
