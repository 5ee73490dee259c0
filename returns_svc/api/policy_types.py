"""Policies as clients see them."""

import strawberry

from returns_svc.api.access import ANYBODY
from returns_svc.api.context import Info
from returns_svc.api.parts import global_id
from returns_svc.domain.policies.policy import (
    LEGAL,
    Condition,
    Disposition,
    Grade,
    ReturnReason,
)
from returns_svc.domain.policies.policy import ReturnPolicy as Policy
from service_kit.graphql.access import allow_reference
from service_kit.graphql.global_ids import from_global_id


@strawberry.type(description="What a policy gives for a grade.")
class ReturnGradeTerms:
    """The share of the price, and how the unit can be sold again."""

    grade: Grade = strawberry.field(description="The state of the unit.")
    refund_percent: int = strawberry.field(description="The share of what was paid for it.")
    condition: Condition | None = strawberry.field(
        description="As what it can be sold again; null if it cannot."
    )


@strawberry.type(description="What a reason changes.")
class ReturnReasonTerms:
    """Where a reason has its own rules."""

    reason: ReturnReason = strawberry.field(description="The reason.")
    window_days: int | None = strawberry.field(
        description="Another period, in days; null for the policy's."
    )
    takes_excluded: bool = strawberry.field(description="Whether excluded goods are taken back.")
    full_refund: bool = strawberry.field(
        description="Whether all of the price is refunded, whatever the grade."
    )


@strawberry.type(description="Where goods go that fit; an empty list fits everything.")
class ReturnRestockRule:
    """One rule; the first that fits decides."""

    disposition: Disposition = strawberry.field(description="Where they go.")
    location_types: list[str] = strawberry.field(description="Whose shelves they came to.")
    location_codes: list[str] = strawberry.field(description="The locations they came to.")
    categories: list[str] = strawberry.field(description="Their categories.")
    skus: list[str] = strawberry.field(description="Their SKUs.")
    grades: list[Grade] = strawberry.field(description="Their grades.")
    target_location_code: str | None = strawberry.field(
        description="The location that they go to, if not where they are."
    )


@strawberry.federation.type(
    keys=["id"], description="Who may give what back until when, and what for it."
)
class ReturnPolicy:
    """Rules as data; an empty list of what it holds for is everything."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    code: str = strawberry.field(description="Its code.")
    window_days: int = strawberry.field(
        description="Days after that of the delivery; the last one counts to its end."
    )
    timezone: str = strawberry.field(description="The time zone (IANA) of these days.")
    countries: list[str] = strawberry.field(description="The countries it holds for.")
    channel_codes: list[str] = strawberry.field(description="The channels it holds for.")
    categories: list[str] = strawberry.field(description="The categories it holds for.")
    skus: list[str] = strawberry.field(description="The SKUs it holds for.")
    excluded_categories: list[str] = strawberry.field(description="Categories not taken back.")
    excluded_skus: list[str] = strawberry.field(description="SKUs not taken back.")
    grades: list[ReturnGradeTerms] = strawberry.field(description="What each grade gives.")
    reasons: list[ReturnReasonTerms] = strawberry.field(
        description="Reasons with rules of their own."
    )
    restock: list[ReturnRestockRule] = strawberry.field(description="Where goods go.")
    version: int = strawberry.field(description="Counts the changes.")

    @staticmethod
    def of(policy: Policy) -> "ReturnPolicy":
        """A policy as clients see it."""
        return ReturnPolicy(
            id=global_id("ReturnPolicy", policy.code),
            code=policy.code,
            window_days=policy.window_days,
            timezone=policy.timezone,
            countries=sorted(policy.countries),
            channel_codes=sorted(policy.channels),
            categories=sorted(policy.categories),
            skus=sorted(policy.skus),
            excluded_categories=sorted(policy.excluded_categories),
            excluded_skus=sorted(policy.excluded_skus),
            grades=[
                ReturnGradeTerms(
                    grade=one.grade, refund_percent=one.refund_percent, condition=one.condition
                )
                for one in policy.grades
            ],
            reasons=[
                ReturnReasonTerms(
                    reason=one.reason,
                    window_days=one.window_days,
                    takes_excluded=one.takes_excluded,
                    full_refund=one.full_refund,
                )
                for one in policy.reasons
            ],
            restock=[
                ReturnRestockRule(
                    disposition=rule.disposition,
                    location_types=sorted(rule.location_types),
                    location_codes=sorted(rule.location_codes),
                    categories=sorted(rule.categories),
                    skus=sorted(rule.skus),
                    grades=sorted(rule.grades),
                    target_location_code=rule.target_location,
                )
                for rule in policy.restock
            ],
            version=policy.version,
        )

    @classmethod
    @allow_reference(*ANYBODY)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "ReturnPolicy | None":
        """The policy of a global id."""
        return await shown_policy(info, from_global_id(id, "ReturnPolicy"))


async def shown_policy(info: Info, code: str) -> ReturnPolicy | None:
    """The policy of that code; the one that holds without any is known by its code too."""
    found = {LEGAL.code: LEGAL} | {one.code: one for one in await info.context.policies()}
    return ReturnPolicy.of(found[code]) if code in found else None
