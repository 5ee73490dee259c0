"""A preview looks wherever a change of the rules makes a difference."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.rules.preview import MOST_SALES, Affected, affected
from inventory_svc.domain.rules.rule import Protection, StockRule
from inventory_svc.domain.rules.rule_set import NO_RULES, RuleSet, difference
from inventory_svc.domain.rules.sale import OrderType, Sale, ServiceLevel
from inventory_svc.domain.stock.availability.answer import availability_of
from tests.support import rules as build
from tests.support.stock import CATEGORIES, NOW

CHANNELS = (build.WEB, build.MARKETPLACE)
HAT = build.a_rule("hat", Protection(units=1), sku="hat")


@settings(max_examples=300)
@given(build.rule_lists(), build.rule_lists(), st.integers(0, 8))
def test_nothing_changes_in_a_usual_sale_that_a_preview_does_not_look_at(
    old: tuple[StockRule, ...], new: tuple[StockRule, ...], same: int
) -> None:
    new = (*old[:same], *new[same:])
    about = affected(difference(RuleSet(1, old), RuleSet(2, new)), build.NETWORK)
    assume(not about.omitted)
    before, after = build.a_policy(*old), build.a_policy(*new)

    for sku in ("shirt", "boot", "hat"):
        stock = build.a_stock(sku, W1=9, S1=4, S2=1)
        for channel in CHANNELS:
            sale = Sale(channel.code, channel.country)
            scope = build.a_scope(before, sale)
            numbers = {
                availability_of(stock, sale, scope, policy, NOW).quantity
                for policy in (before, after)
            }
            if len(numbers) > 1:
                assert sale in about.sales
                assert about.skus is None or sku in about.skus
                assert about.category in (None, CATEGORIES.get(sku))


EVERY_SERVICE = build.a_rule(
    "all",
    Protection(units=1),
    methods=frozenset(DeliveryMethod),
    levels=frozenset(ServiceLevel),
    order_types=frozenset(OrderType),
    conditions=frozenset(Condition),
)
SERVICES = len(DeliveryMethod) * len(ServiceLevel) * len(OrderType) * len(Condition)


def test_a_preview_counts_the_sales_that_it_leaves_out() -> None:
    channels = MOST_SALES // SERVICES + 1
    about = _about(EVERY_SERVICE, channels=channels)

    assert len(set(about.sales)) == MOST_SALES
    assert about.omitted == SERVICES * channels - MOST_SALES
    nothing = affected(difference(NO_RULES, NO_RULES), build.NETWORK)
    assert (nothing.sales, nothing.omitted) == ((), 0)


@given(st.integers(1, 50), st.integers(1, 100), st.sampled_from([EVERY_SERVICE, HAT]))
def test_a_page_looks_at_something_and_never_at_more_than_a_request_may_cost(
    channels: int, limit: int, rule: StockRule
) -> None:
    about = _about(rule, channels=channels)
    skus = about.skus_of_page(limit)

    assert 1 <= skus <= limit
    assert skus * len(about.sales) <= MOST_SALES
    assert skus == limit or (skus + 1) * len(about.sales) > MOST_SALES


def _about(rule: StockRule, *, channels: int) -> Affected:
    network = NetworkDirectory(
        {}, {f"c{i}": Channel(f"c{i}", "", "EUR", "FR") for i in range(channels)}, 1, {}
    )
    return affected(difference(NO_RULES, RuleSet(1, (rule,))), network)
