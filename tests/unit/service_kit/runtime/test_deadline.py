import asyncio

import pytest

from service_kit.runtime.deadline import Deadline

LONG, SHORT = 3600.0, 0.001


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def test_a_block_that_is_late_raises_timeout_and_the_task_goes_on() -> None:
    deadline = Deadline(SHORT)

    with pytest.raises(TimeoutError), deadline.block():
        await wait_for_ever()

    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert len(deadline) == 0


async def test_a_block_that_is_in_time_leaves_nothing_behind() -> None:
    deadline = Deadline(LONG)

    with deadline.block():
        await asyncio.sleep(0)
        assert len(deadline) == 1

    assert len(deadline) == 0


async def test_an_error_in_a_block_is_raised_as_it_is() -> None:
    deadline = Deadline(LONG)

    with pytest.raises(ValueError, match="spilt"), deadline.block():
        raise ValueError("spilt")

    assert len(deadline) == 0


async def test_every_block_has_its_own_deadline() -> None:
    deadline = Deadline(SHORT)

    async def late() -> str:
        try:
            with deadline.block():
                await wait_for_ever()
        except TimeoutError:
            return "late"
        return "in time"

    with deadline.block():  # over at once: its timer must go on to serve the others
        pass
    assert await asyncio.gather(*(late() for _ in range(3))) == ["late"] * 3
    assert await late() == "late"


async def test_whoever_cancels_the_task_cancels_it() -> None:
    deadline = Deadline(LONG)
    begun = asyncio.Event()

    async def run() -> None:
        with deadline.block():
            begun.set()
            await wait_for_ever()

    task = asyncio.create_task(run())
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert len(deadline) == 0


async def test_one_who_cancels_a_late_block_is_obeyed() -> None:
    deadline = Deadline(SHORT)

    async def run() -> None:
        with deadline.block():
            try:
                await wait_for_ever()
            finally:
                task.cancel()

    task = asyncio.create_task(run())
    await asyncio.wait([task])

    assert task.cancelled()


async def test_an_inner_block_that_is_late_leaves_the_outer_one_alone() -> None:
    outer, inner = Deadline(LONG), Deadline(SHORT)

    with outer.block():
        with pytest.raises(TimeoutError), inner.block():
            await wait_for_ever()
        await asyncio.sleep(0)
        assert (len(outer), len(inner)) == (1, 0)


def test_without_a_task_there_is_nobody_to_be_late() -> None:
    with pytest.raises(RuntimeError), Deadline(LONG).block():
        pass
