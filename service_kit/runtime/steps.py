"""Work that is not torn apart when its process is told to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_its_end(step: Coroutine[Any, Any, T]) -> T:
    """Await a step; if the caller is cancelled meanwhile, the step ends first.

    A second cancellation does not wait any more.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # the caller is leaving and will not ask
        raise
