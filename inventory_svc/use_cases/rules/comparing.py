"""Compare what can be promised by two states of the rules, item by item."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import NamedTuple

from inventory_svc.domain.rules.preview import Affected, PreviewedChange
from inventory_svc.domain.stock.availability.answer import availability_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.ports.catalogue import Catalogue, ItemsWanted
from inventory_svc.use_cases.stock.read_availability import AvailabilitySources, read_whole


class Page(NamedTuple):
    """Up to `limit` of the affected SKUs after one; fewer if each is sold in many ways."""

    about: Affected
    limit: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The numbers of a page that differ; `last` is the last SKU that was looked at."""

    changes: tuple[PreviewedChange, ...]
    examined: int
    last: str | None
    has_more: bool


async def compare(
    page: Page, before: Policy, after: Policy, moment: datetime, sources: AvailabilitySources
) -> Compared:
    """Give the numbers that are others by other rules, of the stock as it is."""
    about = page.about
    limit = about.skus_of_page(page.limit)
    skus = await _skus(about, limit, page.after, sources.catalogue)
    looked_at = skus[:limit]
    whole = await read_whole(looked_at, [before, after], sources)
    changes: list[PreviewedChange] = []
    for sku, sale in product(looked_at, about.sales):
        stock = whole.stock_of(sku, sale.condition)
        scope = before.whole_scope(sale)
        old = availability_of(stock, sale, scope, before, moment).quantity
        new = availability_of(stock, sale, scope, after, moment).quantity
        if old != new:
            changes.append(PreviewedChange(sku, sale, old, new))
        await asyncio.sleep(0)  # others want the processor too
    return Compared(
        tuple(changes), len(looked_at), looked_at[-1] if looked_at else None, len(skus) > limit
    )


async def _skus(
    about: Affected, limit: int, after: str | None, catalogue: Catalogue
) -> Sequence[str]:
    """Give one SKU more than the page looks at, if there is one."""
    if not about.sales:
        return []
    if about.skus is not None:
        later = [sku for sku in about.skus if after is None or sku > after]
        return later[: limit + 1]
    page = ItemsWanted(limit=limit + 1, category=about.category, after=after)
    return [item.sku for item in await catalogue.page(page)]
