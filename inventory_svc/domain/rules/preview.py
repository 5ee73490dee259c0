"""What a change of the rules is looked at for: which items, and which kinds of sale."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.rules.rule import RuleScope
from inventory_svc.domain.rules.rule_set import ChangedRule
from inventory_svc.domain.rules.sale import OrderType, Sale, Service, ServiceLevel

MOST_SALES = 1_000
"""Kinds of sale that one preview looks at, and with them the answers that one page compares."""


@dataclass(frozen=True, slots=True)
class Affected:
    """Items (all of them if neither SKUs nor a category are given) and kinds of sale.

    `omitted` counts the kinds of sale that would have to be looked at too.
    """

    sales: tuple[Sale, ...]
    omitted: int
    skus: tuple[str, ...] | None = None
    category: str | None = None

    def skus_of_page(self, limit: int) -> int:
        """Give how many SKUs a page looks at: fewer than asked if they are sold in many ways."""
        return max(1, min(limit, MOST_SALES // max(1, len(self.sales))))


@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """What can be promised of an item in one kind of sale, before and after."""

    sku: str
    sale: Sale
    before: int
    after: int


def affected(changed: Sequence[ChangedRule], directory: NetworkDirectory) -> Affected:
    """Give what rules that change speak of; where one names no service, the usual one."""
    scopes = [rule.scope for each in changed for rule in each.versions]
    sales = sorted({sale for scope in scopes for sale in _sales(scope, directory)}, key=_in_order)
    skus = {scope.sku for scope in scopes}
    categories = {scope.category for scope in scopes}
    one_category = categories.pop() if len(categories) == 1 else None
    return Affected(
        sales=tuple(sales[:MOST_SALES]),
        omitted=max(0, len(sales) - MOST_SALES),
        skus=None if None in skus else tuple(sorted(sku for sku in skus if sku is not None)),
        category=one_category,
    )


def _sales(scope: RuleScope, directory: NetworkDirectory) -> Iterator[Sale]:
    services = product(
        scope.methods or {DeliveryMethod.HOME},
        scope.levels or {ServiceLevel.STANDARD},
        scope.order_types or {OrderType.ORDER},
    )
    conditions = scope.conditions or {Condition.NEW}
    channels = list(_channels(scope, directory.channels.values()))
    for service, condition, channel in product(services, conditions, channels):
        yield Sale(channel.code, channel.country, Service(*service), condition)


def _channels(scope: RuleScope, channels: Iterable[Channel]) -> Iterator[Channel]:
    for channel in channels:
        named = scope.channel in (None, channel.code) and scope.market in (None, channel.country)
        if channel.active and named:
            yield channel


def _in_order(sale: Sale) -> tuple[str, ...]:
    return (sale.channel or "", *sale.service, sale.condition)
