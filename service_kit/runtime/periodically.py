"""A job that is done again and again, and survives its own failures."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from service_kit.runtime.steps import to_its_end

_log = structlog.get_logger("service_kit.periodically")


async def periodically(name: str, pause: timedelta, job: Callable[[], Awaitable[object]]) -> None:
    """Do the job, then pause (real time), until cancelled; a failure is logged and passed over."""

    async def once() -> None:
        try:
            await job()
        except Exception:  # noqa: BLE001  # whatever it was, it is logged
            _log.exception("job.failed", job=name)

    while True:
        await to_its_end(once())
        await asyncio.sleep(pause.total_seconds())
