"""The policies, inside one transaction or none."""

from collections.abc import Sequence
from typing import Any

from returns_svc.domain.policies.policy import (
    Disposition,
    Grade,
    ReasonTerms,
    RestockRule,
    ReturnPolicy,
    ReturnReason,
)
from returns_svc.mongo import indexes
from returns_svc.mongo.line_documents import terms_document, terms_of
from service_kit.storage.database import Database, ReplaceOne, Session
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


class MongoPolicies:
    """The policies as one transaction sees them; without a session, as they are now."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        self._session = session
        self._policies = database.collection(indexes.POLICIES.name)

    async def all(self) -> Sequence[ReturnPolicy]:
        """Every policy; there are few."""
        found = await self._policies.find({}, sort=[("_id", 1)], session=self._session)
        return [_policy_of(document) for document in found]

    async def save(self, policies: Sequence[ReturnPolicy]) -> None:
        """Keep new and changed policies."""
        await self._policies.bulk_write(
            [
                ReplaceOne({"_id": policy.code}, _policy_document(policy), upsert=True)
                for policy in policies
            ],
            session=self._session,
        )


def _policy_document(policy: ReturnPolicy) -> dict[str, Any]:
    return UPCASTS.stamp(
        {
            "_id": policy.code,
            "windowDays": policy.window_days,
            "timezone": policy.timezone,
            "countries": sorted(policy.countries),
            "channels": sorted(policy.channels),
            "categories": sorted(policy.categories),
            "skus": sorted(policy.skus),
            "excludedCategories": sorted(policy.excluded_categories),
            "excludedSkus": sorted(policy.excluded_skus),
            "grades": [terms_document(terms) for terms in policy.grades],
            "reasons": [_reason_document(terms) for terms in policy.reasons],
            "restock": [_rule_document(rule) for rule in policy.restock],
            "version": policy.version,
        }
    )


def _policy_of(document: dict[str, Any]) -> ReturnPolicy:
    document = UPCASTS.upcast(document)
    return ReturnPolicy(
        code=document["_id"],
        window_days=document["windowDays"],
        timezone=document["timezone"],
        countries=frozenset(document["countries"]),
        channels=frozenset(document["channels"]),
        categories=frozenset(document["categories"]),
        skus=frozenset(document["skus"]),
        excluded_categories=frozenset(document["excludedCategories"]),
        excluded_skus=frozenset(document["excludedSkus"]),
        grades=tuple(terms_of(terms) for terms in document["grades"]),
        reasons=tuple(_reason_of(terms) for terms in document["reasons"]),
        restock=tuple(_rule_of(rule) for rule in document["restock"]),
        version=document["version"],
    )


def _reason_document(terms: ReasonTerms) -> dict[str, Any]:
    return {
        "reason": terms.reason.value,
        "windowDays": terms.window_days,
        "takesExcluded": terms.takes_excluded,
        "fullRefund": terms.full_refund,
    }


def _reason_of(document: dict[str, Any]) -> ReasonTerms:
    return ReasonTerms(
        ReturnReason(document["reason"]),
        document["windowDays"],
        document["takesExcluded"],
        document["fullRefund"],
    )


def _rule_document(rule: RestockRule) -> dict[str, Any]:
    return {
        "disposition": rule.disposition.value,
        "locationTypes": sorted(rule.location_types),
        "locationCodes": sorted(rule.location_codes),
        "categories": sorted(rule.categories),
        "skus": sorted(rule.skus),
        "grades": sorted(grade.value for grade in rule.grades),
        "targetLocation": rule.target_location,
    }


def _rule_of(document: dict[str, Any]) -> RestockRule:
    return RestockRule(
        disposition=Disposition(document["disposition"]),
        location_types=frozenset(document["locationTypes"]),
        location_codes=frozenset(document["locationCodes"]),
        categories=frozenset(document["categories"]),
        skus=frozenset(document["skus"]),
        grades=frozenset(Grade(grade) for grade in document["grades"]),
        target_location=document["targetLocation"],
    )
