"""The rules of the stock as clients give them."""

from datetime import datetime

import strawberry

from inventory_svc.api.enums import (
    DELIVERY_METHOD_INPUT,
    LOCATION_TYPE_INPUT,
    ORDER_TYPE_INPUT,
    SERVICE_LEVEL_INPUT,
    STOCK_CONDITION_INPUT,
)
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.location import LocationType
from inventory_svc.domain.rules.rule import (
    Deferral,
    Effect,
    Exposure,
    Protection,
    RuleScope,
    Share,
    SlowExposure,
    StockRule,
)
from inventory_svc.domain.rules.rule_set import RuleChanges
from inventory_svc.domain.rules.sale import OrderType, ServiceLevel
from service_kit.commands.denials import invalid
from service_kit.graphql.enums import optional, optional_list
from service_kit.graphql.idempotency import KEY

EXPECTED = "Refuse when another version is the latest."
NOTE = "Why, for those who read the versions later."
SAVE = "Rules to add, or to replace by their code; with `remove` up to 1,000."
REMOVE = "Codes of rules to take away."
EFFECTIVE_FROM = "From when the version counts; now if not given."


@strawberry.input(description="What a rule of the stock speaks of; what is not named is anything.")
class StockRuleScopeInput:
    """At most one of item and category, one place, and one of channel and market."""

    sku: str | None = strawberry.field(default=None, description="This item.")
    category: str | None = strawberry.field(default=None, description="Items of this category.")
    location_code: str | None = strawberry.field(default=None, description="This location.")
    group: str | None = strawberry.field(
        default=None, description="The locations of this group, by its code."
    )
    location_type: LocationType | None = strawberry.field(
        default=None,
        graphql_type=optional(LOCATION_TYPE_INPUT),
        description="Locations of this type.",
    )
    channel: str | None = strawberry.field(default=None, description="This channel, by its code.")
    market: str | None = strawberry.field(
        default=None, description="The channels that sell to this country (ISO 3166 alpha-2)."
    )
    delivery_methods: list[DeliveryMethod] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(DELIVERY_METHOD_INPUT),
        description="These ways to the customer; none means any.",
    )
    service_levels: list[ServiceLevel] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(SERVICE_LEVEL_INPUT),
        description="These service levels; none means any.",
    )
    order_types: list[OrderType] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(ORDER_TYPE_INPUT),
        description="These kinds of promise; none means any.",
    )
    conditions: list[Condition] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(STOCK_CONDITION_INPUT),
        description="Goods in these states; none means any.",
    )

    def to_scope(self) -> RuleScope:
        """Give the scope as it was sent, unchecked."""
        return RuleScope(
            sku=self.sku,
            category=self.category,
            location=self.location_code,
            group=self.group,
            location_type=self.location_type,
            channel=self.channel,
            market=None if self.market is None else self.market.upper(),
            methods=frozenset(self.delivery_methods or ()),
            levels=frozenset(self.service_levels or ()),
            order_types=frozenset(self.order_types or ()),
            conditions=frozenset(self.conditions or ()),
        )


@strawberry.input(description="A part of the stock: a percentage, a number of units, or both.")
class StockShareInput:
    """Whatever is less counts."""

    percent: int | None = strawberry.field(
        default=None, description="Percent of what can be sold in the scope, rounded down once."
    )
    cap: int | None = strawberry.field(default=None, description="Units in the scope at most.")


@strawberry.input(description="Units that are not sold where few are left.")
class StockScarceProtectionInput:
    """Where more are on hand, nothing is protected."""

    units: int = strawberry.field(description="Units of each location that are not sold.")
    on_hand_at_most: int = strawberry.field(
        description="Only where no more units than these are on hand."
    )


@strawberry.input(one_of=True, description="What a rule of the stock does; it makes its kind.")
class StockRuleEffectInput:
    """One of them."""

    exposed: bool | None = strawberry.field(
        default=strawberry.UNSET, description="EXPOSURE: whether the goods may be sold."
    )
    exposed_from_weeks: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="EXPOSURE: for how many weeks the goods of a location must last to be sold.",
    )
    protect_units: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="PROTECTION: units of each location that are not sold.",
    )
    protect_percent: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="PROTECTION: percent of what is on hand at each location, rounded up.",
    )
    protect_scarce: StockScarceProtectionInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="PROTECTION: units of each location with few on hand that are not sold.",
    )
    share: StockShareInput | None = strawberry.field(
        default=strawberry.UNSET, description="SHARE: the part of the stock that may be sold."
    )
    longest_deferral_days: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="DEFERRAL: days before its arrival that stock may be sold.",
    )

    def to_effect(self) -> Effect:
        """Give the effect as it was sent, unchecked."""
        if isinstance(self.exposed, bool):
            return Exposure(self.exposed)
        if isinstance(self.exposed_from_weeks, int):
            return SlowExposure(self.exposed_from_weeks)
        if isinstance(self.protect_units, int):
            return Protection(units=self.protect_units)
        if isinstance(self.protect_percent, int):
            return Protection(percent=self.protect_percent)
        if isinstance(self.protect_scarce, StockScarceProtectionInput):
            scarce = self.protect_scarce
            return Protection(units=scarce.units, on_hand_at_most=scarce.on_hand_at_most)
        if isinstance(self.share, StockShareInput):
            return Share(self.share.percent, self.share.cap)
        if isinstance(self.longest_deferral_days, int):
            return Deferral(self.longest_deferral_days)
        raise invalid("An effect is needed.", "input", "save", "effect")


@strawberry.input(description="A rule of the stock as it is saved.")
class StockRuleInput:
    """Replaces the rule of the same code."""

    code: str = strawberry.field(description="The retailer's own code.")
    effect: StockRuleEffectInput = strawberry.field(description="What it does.")
    scope: StockRuleScopeInput | None = strawberry.field(
        default=None, description="What it speaks of; everything if not given."
    )
    valid_from: datetime | None = strawberry.field(
        default=None, description="From when it counts; for ever since if not given."
    )
    valid_until: datetime | None = strawberry.field(
        default=None, description="Until when, without that moment; for ever if not given."
    )

    def to_rule(self) -> StockRule:
        """Give the rule as it was sent, unchecked."""
        scope = self.scope or StockRuleScopeInput()
        return StockRule(
            self.code, scope.to_scope(), self.effect.to_effect(), self.valid_from, self.valid_until
        )


def changes_of(save: list[StockRuleInput] | None, remove: list[str] | None) -> RuleChanges:
    """Give the changes as they were sent, unchecked."""
    return RuleChanges(tuple(each.to_rule() for each in save or ()), tuple(remove or ()))


@strawberry.input(description="Changes of the rules to look at before they are published.")
class StockRulesPreviewInput:
    """The same changes that a publication takes."""

    save: list[StockRuleInput] | None = strawberry.field(default=None, description=SAVE)
    remove: list[str] | None = strawberry.field(default=None, description=REMOVE)
    effective_from: datetime | None = strawberry.field(default=None, description=EFFECTIVE_FROM)
    at: datetime | None = strawberry.field(
        default=None,
        description="Count the rules that are valid at this moment; when they take effect if not "
        "given.",
    )


@strawberry.input(description="Changes of the rules.")
class StockRulesPublishInput:
    """They make one new version, or none."""

    idempotency_key: str = strawberry.field(description=KEY)
    save: list[StockRuleInput] | None = strawberry.field(default=None, description=SAVE)
    remove: list[str] | None = strawberry.field(default=None, description=REMOVE)
    effective_from: datetime | None = strawberry.field(default=None, description=EFFECTIVE_FROM)
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    note: str = strawberry.field(default="", description=NOTE)


@strawberry.input(description="The rules of an earlier version shall count again.")
class StockRulesUndoInput:
    """They make a new version that counts at once, whatever was planned."""

    idempotency_key: str = strawberry.field(description=KEY)
    version: int = strawberry.field(description="The version to bring back; 0 for no rules.")
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED)
    note: str = strawberry.field(default="", description=NOTE)
