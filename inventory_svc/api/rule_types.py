"""The rules of the stock as clients see them."""

from datetime import datetime
from typing import Annotated

import strawberry

from inventory_svc.api.context import Info
from inventory_svc.api.entities import Item, item_of
from inventory_svc.api.enums import RULE_KIND_INPUT, ErrorCode
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.location import LocationType
from inventory_svc.domain.rules import preview, rule, rule_set
from inventory_svc.domain.rules.sale import OrderType, Sale, ServiceLevel
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.enums import optional
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.payloads import UserError

ERRORS = "Why it was refused; empty if it was done."


@strawberry.type(description="What a rule of the stock speaks of; what is not named is anything.")
class StockRuleScope:
    """Item, place, sale and service."""

    sku: str | None = strawberry.field(description="This item.")
    category: str | None = strawberry.field(description="Items of this category.")
    location_code: str | None = strawberry.field(description="This location.")
    group: str | None = strawberry.field(description="The locations of this group.")
    location_type: LocationType | None = strawberry.field(description="Locations of this type.")
    channel: str | None = strawberry.field(description="This channel.")
    market: str | None = strawberry.field(description="The channels that sell to this country.")
    delivery_methods: list[DeliveryMethod] = strawberry.field(
        description="These ways to the customer; empty means any."
    )
    service_levels: list[ServiceLevel] = strawberry.field(
        description="These service levels; empty means any."
    )
    order_types: list[OrderType] = strawberry.field(
        description="These kinds of promise; empty means any."
    )
    conditions: list[Condition] = strawberry.field(
        description="Goods in these states; empty means any."
    )

    @staticmethod
    def of(scope: rule.RuleScope) -> "StockRuleScope":
        """Show a scope."""
        return StockRuleScope(
            sku=scope.sku,
            category=scope.category,
            location_code=scope.location,
            group=scope.group,
            location_type=scope.location_type,
            channel=scope.channel,
            market=scope.market,
            delivery_methods=sorted(scope.methods),
            service_levels=sorted(scope.levels),
            order_types=sorted(scope.order_types),
            conditions=sorted(scope.conditions),
        )


@strawberry.type(description="What a rule of the stock does; only what its kind decides is given.")
class StockRuleEffect:
    """Exposure, protection, share or deferral."""

    exposed: bool | None = strawberry.field(
        default=None, description="EXPOSURE: whether the goods may be sold."
    )
    exposed_from_weeks: int | None = strawberry.field(
        default=None,
        description="EXPOSURE: for how many weeks the goods of a location must last to be sold.",
    )
    protect_units: int | None = strawberry.field(
        default=None, description="PROTECTION: units of each location that are not sold."
    )
    protect_percent: int | None = strawberry.field(
        default=None,
        description="PROTECTION: percent of what is on hand at each location, rounded up.",
    )
    on_hand_at_most: int | None = strawberry.field(
        default=None,
        description="PROTECTION: only where no more units are on hand; null for any number.",
    )
    share_percent: int | None = strawberry.field(
        default=None,
        description="SHARE: percent of what can be sold in the scope, rounded down once.",
    )
    share_cap: int | None = strawberry.field(
        default=None, description="SHARE: units in the scope at most."
    )
    longest_deferral_days: int | None = strawberry.field(
        default=None, description="DEFERRAL: days before its arrival that stock may be sold."
    )

    @staticmethod
    def of(effect: rule.Effect) -> "StockRuleEffect":
        """Show an effect."""
        match effect:
            case rule.Exposure(exposed):
                return StockRuleEffect(exposed=exposed)
            case rule.SlowExposure(weeks):
                return StockRuleEffect(exposed_from_weeks=weeks)
            case rule.Protection(units, percent, most):
                return StockRuleEffect(
                    protect_units=units, protect_percent=percent, on_hand_at_most=most
                )
            case rule.Share(percent, cap):
                return StockRuleEffect(share_percent=percent, share_cap=cap)
            case rule.Deferral(days):
                return StockRuleEffect(longest_deferral_days=days)


@strawberry.type(description="A rule of the stock in one version of the rules.")
class StockRule:
    """Of all rules of a kind exactly one counts: the most specific; they never add up."""

    code: str = strawberry.field(description="The retailer's own code.")
    kind: rule.RuleKind = strawberry.field(description="What it decides.")
    scope: StockRuleScope = strawberry.field(description="What it speaks of.")
    effect: StockRuleEffect = strawberry.field(description="What it does.")
    valid_from: datetime | None = strawberry.field(
        description="From when it counts; null for ever since."
    )
    valid_until: datetime | None = strawberry.field(
        description="Until when, without that moment; null for ever."
    )
    version: int = strawberry.field(description="The version with which it came in this form.")

    @staticmethod
    def of(found: rule.StockRule) -> "StockRule":
        """Show a rule."""
        return StockRule(
            code=found.code,
            kind=found.kind,
            scope=StockRuleScope.of(found.scope),
            effect=StockRuleEffect.of(found.effect),
            valid_from=found.valid_from,
            valid_until=found.valid_until,
            version=found.since,
        )


@strawberry.type(description="One version of all rules of the stock; it never changes.")
class StockRuleSet:
    """Version 0 is that there are no rules."""

    version: int = strawberry.field(description="Counts the publications from 1.")
    effective_from: datetime | None = strawberry.field(description="From when it counts.")
    published_at: datetime | None = strawberry.field(description="When it was published.")
    published_by: str = strawberry.field(description="Who published it.")
    note: str = strawberry.field(description="Why.")
    restores: int | None = strawberry.field(
        description="The version whose rules it brought back; null if it brought new ones."
    )
    shown: strawberry.Private[rule_set.RuleSet]

    @resolver_field(description="Its rules in the order of their code.")
    def rules(
        self,
        first: First = None,
        after: After = None,
        kind: Annotated[
            rule.RuleKind | None,
            strawberry.argument(
                graphql_type=optional(RULE_KIND_INPUT), description="Only of this kind."
            ),
        ] = None,
    ) -> Connection[StockRule]:
        """Page through the rules."""
        page = PageArguments.of("stockRules", first, after)
        start = None if page.after is None else page.after.text
        chosen = [each for each in self.shown.rules if kind in (None, each.kind)]
        rows = [each for each in chosen if start is None or each.code > start]
        return connection_of(
            rows[: page.fetch],
            page,
            cursor_of=lambda each: Cursor("stockRules", (each.code,)),
            node_of=StockRule.of,
            total_count=len(chosen),
        )

    @staticmethod
    def of(rules: rule_set.RuleSet) -> "StockRuleSet":
        """Show a version."""
        return StockRuleSet(
            version=rules.version,
            effective_from=rules.effective_from,
            published_at=rules.published_at,
            published_by=rules.published_by,
            note=rules.note,
            restores=rules.restores,
            shown=rules,
        )


@strawberry.type(description="What can be promised of an item in one kind of sale, if it changes.")
class StockRuleChange:
    """Before and after the previewed rules, over all locations of the channel."""

    sku: str = strawberry.field(description="The item.")
    channel: str = strawberry.field(description="The channel's code.")
    delivery_method: DeliveryMethod = strawberry.field(description="The way to the customer.")
    service_level: ServiceLevel = strawberry.field(description="The service level.")
    order_type: OrderType = strawberry.field(description="The kind of promise.")
    condition: Condition = strawberry.field(description="The state of the goods.")
    before: int = strawberry.field(description="Units by the latest version.")
    after: int = strawberry.field(description="Units by the previewed rules.")
    difference: int = strawberry.field(description="By how much it changes.")

    @resolver_field(description="The item itself.")
    async def item(self, info: Info) -> Item | None:
        """Read it with the others of the request."""
        return await item_of(info, self.sku)

    @staticmethod
    def of(change: preview.PreviewedChange) -> "StockRuleChange":
        """Show a change."""
        sale: Sale = change.sale
        return StockRuleChange(
            sku=change.sku,
            channel=sale.channel or "",
            delivery_method=sale.service.method,
            service_level=sale.service.level,
            order_type=sale.service.order_type,
            condition=sale.condition,
            before=change.before,
            after=change.after,
            difference=change.after - change.before,
        )


@strawberry.type(description="What rules would change if they were published now.")
class StockRulesPreview:
    """One page of items; whoever wants all of them asks for page after page."""

    version: int | None = strawberry.field(
        default=None, description="The version that they were compared with."
    )
    changes: list[StockRuleChange] = strawberry.field(
        default_factory=list, description="The items of this page whose number changes."
    )
    examined_skus: int = strawberry.field(
        default=0, description="How many items this page looked at, changed or not."
    )
    omitted_sales: int = strawberry.field(
        default=0,
        description="How many kinds of sale (channel, service and state of the goods) the rules "
        f"also touch that were not looked at: {preview.MOST_SALES} of them are looked at.",
    )
    has_next_page: bool = strawberry.field(
        default=False, description="Whether there are more items to look at."
    )
    end_cursor: str | None = strawberry.field(
        default=None, description="Where the next page begins."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(
        description="Why they could not be published; empty if they can."
    )


@strawberry.type
class _RulesPayload:
    """What every publication answers."""

    rule_set: StockRuleSet | None = strawberry.field(
        default=None, description="The new version; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=ERRORS)


@strawberry.type(description="What became of a publication of rules.")
class StockRulesPublishPayload(_RulesPayload):
    """The new version."""


@strawberry.type(description="What became of an undo of rules.")
class StockRulesUndoPayload(_RulesPayload):
    """The new version."""
