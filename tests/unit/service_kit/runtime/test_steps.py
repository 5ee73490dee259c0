"""A step that has begun ends, though its caller is told to stop."""

import asyncio

import pytest

from service_kit.runtime.steps import to_its_end


async def test_a_step_gives_its_result() -> None:
    async def step() -> int:
        return 7

    assert await to_its_end(step()) == 7


async def test_a_step_that_fails_fails_its_caller() -> None:
    async def step() -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await to_its_end(step())


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancelled_caller_leaves_only_after_the_step(fails: bool) -> None:
    may_end, ended = asyncio.Event(), False

    async def step() -> None:
        nonlocal ended
        await may_end.wait()
        ended = True
        if fails:
            raise RuntimeError("too late to tell anybody")

    caller = asyncio.create_task(to_its_end(step()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended


async def test_a_second_cancellation_does_not_wait() -> None:
    begun = asyncio.Event()

    async def step() -> None:
        begun.set()
        await asyncio.Event().wait()

    caller = asyncio.create_task(to_its_end(step()))
    await begun.wait()
    for _ in range(2):
        caller.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await caller
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
