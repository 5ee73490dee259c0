"""Versions of the rules as documents, and back; pure."""

from enum import Enum
from typing import Any

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
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.domain.rules.sale import OrderType, ServiceLevel
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

RULE_SET_UPCASTS = Upcasts(current=1)


def rule_set_to_document(rules: RuleSet) -> Document:
    """Write a version with all its rules."""
    return RULE_SET_UPCASTS.stamp(
        {
            "_id": rules.version,
            "rules": [_rule_to_document(rule) for rule in rules.rules],
            "effectiveFrom": rules.effective_from,
            "publishedAt": rules.published_at,
            "publishedBy": rules.published_by,
            "note": rules.note,
            "restores": rules.restores,
        }
    )


def rule_set_from_document(document: Document) -> RuleSet:
    """Read a version."""
    document = RULE_SET_UPCASTS.upcast(document)
    return RuleSet(
        version=document["_id"],
        rules=tuple(_rule_from_document(rule) for rule in document["rules"]),
        effective_from=document["effectiveFrom"],
        published_at=document["publishedAt"],
        published_by=document["publishedBy"],
        note=document["note"],
        restores=document["restores"],
    )


def _rule_to_document(rule: StockRule) -> Document:
    """Write a rule; what it does not name is left out."""
    scope = rule.scope
    named: dict[str, Any] = {
        "sku": scope.sku,
        "category": scope.category,
        "location": scope.location,
        "group": scope.group,
        "locationType": scope.location_type and scope.location_type.value,
        "channel": scope.channel,
        "market": scope.market,
        "methods": _values(scope.methods),
        "levels": _values(scope.levels),
        "orderTypes": _values(scope.order_types),
        "conditions": _values(scope.conditions),
    }
    return {
        "code": rule.code,
        "scope": {name: value for name, value in named.items() if value},
        "effect": _effect_to_document(rule.effect),
        "validFrom": rule.valid_from,
        "validUntil": rule.valid_until,
        "since": rule.since,
    }


def _rule_from_document(document: Document) -> StockRule:
    scope = document["scope"]
    type_ = scope.get("locationType")
    return StockRule(
        code=document["code"],
        scope=RuleScope(
            sku=scope.get("sku"),
            category=scope.get("category"),
            location=scope.get("location"),
            group=scope.get("group"),
            location_type=None if type_ is None else LocationType(type_),
            channel=scope.get("channel"),
            market=scope.get("market"),
            methods=frozenset(map(DeliveryMethod, scope.get("methods", ()))),
            levels=frozenset(map(ServiceLevel, scope.get("levels", ()))),
            order_types=frozenset(map(OrderType, scope.get("orderTypes", ()))),
            conditions=frozenset(map(Condition, scope.get("conditions", ()))),
        ),
        effect=_effect_from_document(document["effect"]),
        valid_from=document["validFrom"],
        valid_until=document["validUntil"],
        since=document["since"],
    )


def _effect_to_document(effect: Effect) -> Document:
    match effect:
        case Exposure(exposed):
            return {"exposed": exposed}
        case SlowExposure(weeks):
            return {"exposedFromWeeks": weeks}
        case Protection(units, percent, most):
            scarce = {} if most is None else {"onHandAtMost": most}
            return {"protect": {"units": units, "percent": percent, **scarce}}
        case Share(percent, cap):
            return {"share": {"percent": percent, "cap": cap}}
        case Deferral(days):
            return {"longestDeferralDays": days}


def _effect_from_document(document: Document) -> Effect:
    if "exposed" in document:
        return Exposure(document["exposed"])
    if "exposedFromWeeks" in document:
        return SlowExposure(document["exposedFromWeeks"])
    if "protect" in document:
        protect = document["protect"]
        return Protection(protect["units"], protect["percent"], protect.get("onHandAtMost"))
    if "share" in document:
        return Share(document["share"]["percent"], document["share"]["cap"])
    return Deferral(document["longestDeferralDays"])


def _values(named: frozenset[Any]) -> list[str]:
    return sorted(str(each.value) for each in named if isinstance(each, Enum))
