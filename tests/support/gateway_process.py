"""`python -m gateway` as a process of its own, which can be ended and started again."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import aiohttp

from tests.support.system_process import LOOK_AGAIN, SystemProcess

_LISTENERS: Final = "gateway_live_listeners{"


class GatewayProcess(SystemProcess):
    """A gateway at an address that stays the same; what it logs is kept in a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        super().__init__("gateway", environment, log)

    async def until_listeners(self, count: int) -> None:
        """Wait until it says that it serves so many subscriptions from the log."""
        found = -1
        try:
            async with self.asking() as session:
                while (found := await self._listeners(session)) != count:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            raise AssertionError(f"{found} listeners, never {count}") from None

    async def _listeners(self, session: aiohttp.ClientSession) -> int:
        async with session.get("/metrics") as response:
            lines = (await response.text()).splitlines()
        counts = (line.split()[1] for line in lines if line.startswith(_LISTENERS))
        return round(sum(map(float, counts)))
