"""Looking at watched items together that many commits have touched, and at those of a rule."""

from collections.abc import Sequence
from typing import Final

from inventory_svc.ports.catalogue import ItemsWanted
from inventory_svc.use_cases.alerts.assess_stock import AlertTools, assess_stock
from inventory_svc.use_cases.alerts.clear_unwatched import clear_moved, clear_unwatched
from inventory_svc.use_cases.looking_together import LookingTogether

ITEMS_OF_A_PAGE: Final = 250


class StockWatch:
    """Looks at the items that somebody watches."""

    def __init__(self, tools: AlertTools) -> None:
        self._tools = tools
        self._together = LookingTogether(self._assess)

    async def look(self, skus: Sequence[str]) -> None:
        """Come back when the items have been looked at, from now on; raises NotLooked."""
        await self._together.look(skus)

    async def look_at_moved(self, skus: Sequence[str]) -> None:
        """Look at items that have moved to another category: rules of the old one are silent."""
        await clear_moved(skus, self._tools)
        await self.look(skus)

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

    async def _assess(self, skus: Sequence[str]) -> None:
        await assess_stock(skus, self._tools)
