"""Looking at watched items together that many commits have touched, and at those of a rule."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from inventory_svc.ports import ItemsWanted
from inventory_svc.use_cases.alerts.assess_stock import AlertTools, assess_stock
from inventory_svc.use_cases.alerts.clear_unwatched import clear_unwatched

ITEMS_OF_A_PAGE: Final = 250


class NotLooked(Exception):
    """Who looked for several did not come to the end: look again."""


@dataclass(slots=True)
class _Gathering:
    skus: set[str]
    done: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class StockWatch:
    """Looks at items; while it does, those that are touched meanwhile gather for the next look.

    So each item is looked at once for all the commits that touched it since, and the looks grow
    with the load by themselves.
    """

    def __init__(self, tools: AlertTools) -> None:
        self._tools = tools
        self._turn = asyncio.Lock()
        self._next: _Gathering | None = None

    async def look(self, skus: Sequence[str]) -> None:
        """Come back when the items have been looked at, from now on; raises NotLooked."""
        if self._next is not None:
            self._next.skus.update(skus)
            await asyncio.shield(self._next.done)
            return
        gathering = self._next = _Gathering(set(skus))
        try:
            async with self._turn:
                self._next = None
                await assess_stock(sorted(gathering.skus), self._tools)
        except BaseException:
            self._next = None if self._next is gathering else self._next
            gathering.done.set_exception(NotLooked())
            gathering.done.exception()  # nobody may wait for it
            raise
        gathering.done.set_result(None)

    async def look_for_rule(self, code: str, after: str | None) -> str | None:
        """Look at a page of the items of a rule; give the last, or None when no more follow.

        Before the first page, it no longer says anything of items that it is not about any more.
        """
        if after is None:
            await clear_unwatched(code, self._tools)
        rule = (await self._tools.sources.network.current()).alert_rules.get(code)
        if rule is None or not rule.active:
            return None
        if rule.sku is not None:
            await self.look([rule.sku])
            return None
        wanted = ItemsWanted(ITEMS_OF_A_PAGE, category=rule.category, after=after)
        page = await self._tools.sources.catalogue.page(wanted)
        await self.look([item.sku for item in page])
        return page[-1].sku if len(page) == ITEMS_OF_A_PAGE else None
