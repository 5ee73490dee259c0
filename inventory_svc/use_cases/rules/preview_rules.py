"""Say what a change of the rules would change, before it is published."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from inventory_svc.domain.rules.checking import require_publishable
from inventory_svc.domain.rules.preview import Affected, PreviewedChange, affected
from inventory_svc.domain.rules.rule_set import Publication, RuleChanges, difference, published
from inventory_svc.domain.stock.availability.answer import availability_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.ports import Catalogue, ItemsWanted
from inventory_svc.use_cases.rules.naming import known_names
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilitySources,
    read_whole,
)


@dataclass(frozen=True, slots=True)
class WantedPreview:
    """Changes to the latest version, as of a moment: now, or when they take effect.

    A page looks at up to `limit` SKUs after one; at fewer if each is sold in many ways.
    """

    changes: RuleChanges
    effective_from: datetime | None = None
    at: datetime | None = None
    limit: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What one page of SKUs would change, and how much was looked at.

    `version` is the one that the changes were compared with; `last` the last SKU looked at.
    """

    version: int
    changes: tuple[PreviewedChange, ...]
    examined: int
    omitted_sales: int
    last: str | None
    has_more: bool


async def preview_rules(wanted: WantedPreview, sources: AvailabilitySources) -> Preview:
    """Compare, SKU by SKU, what can be promised by the latest rules and by the changed ones.

    Raises RefusedAll as the publication would.
    """
    now = sources.clock.now()
    known = await known_names(wanted.changes, sources.network, sources.catalogue)
    current = await sources.rules.latest()
    publication = Publication("", now, wanted.effective_from)
    require_publishable(current, wanted.changes, known, publication)
    following = published(current, wanted.changes, publication)
    moment = wanted.at or wanted.effective_from or now
    before = Policy.at(known.directory, current, moment)
    after = Policy.at(known.directory, following, moment)
    about = affected(difference(current, following), known.directory)
    limit = about.skus_of_page(wanted.limit)
    skus = await _skus(about, limit, wanted.after, sources.catalogue)
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
    return Preview(
        version=current.version,
        changes=tuple(changes),
        examined=len(looked_at),
        omitted_sales=about.omitted,
        last=looked_at[-1] if looked_at else None,
        has_more=len(skus) > limit,
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
