"""Tell of the items whose number a changeover of the rules has changed, page by page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.changeover import JUST_BEFORE, NumbersChanged, changed_at
from inventory_svc.domain.rules.preview import PreviewedChange, affected
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.ports.rules import RuleNews
from inventory_svc.use_cases.rules.comparing import Page, compare
from inventory_svc.use_cases.stock.read_availability import AvailabilitySources

ITEMS_OF_A_PAGE: Final = 20


async def tell_changeover(
    at: datetime, after: str | None, news: RuleNews, sources: AvailabilitySources
) -> None:
    """Tell of one page of items, those after one of them, and have the next page looked at.

    The stock is taken as it is now: whoever hears of an item asks for its number then.
    """
    old, new = (
        await sources.rules.in_force_at(at - JUST_BEFORE),
        await sources.rules.in_force_at(at),
    )
    directory = await sources.network.current()
    page = Page(affected(changed_at(old, new, at), directory), ITEMS_OF_A_PAGE, after)
    compared = await compare(
        page,
        Policy.at(directory, old, at - JUST_BEFORE),
        Policy.at(directory, new, at),
        sources.clock.now(),
        sources,
    )
    of_new_goods = (each for each in compared.changes if each.sale.condition is Condition.NEW)
    changed = NumbersChanged(new.version, at, _channels(compared.changes), _channels(of_new_goods))
    await news.tell(changed, compared.last if compared.has_more else None)


def _channels(changes: Iterable[PreviewedChange]) -> Mapping[str, tuple[str, ...]]:
    """Give the channels on which numbers changed, by SKU."""
    found: dict[str, set[str]] = {}
    for each in changes:
        if each.sale.channel is not None:
            found.setdefault(each.sku, set()).add(each.sale.channel)
    return {sku: tuple(sorted(channels)) for sku, channels in found.items()}
