"""What an import of policies is given."""

import strawberry

from returns_svc.api.enums import (
    DISPOSITION_INPUT,
    GRADE_INPUT,
    RETURN_REASON_INPUT,
    STOCK_CONDITION_INPUT,
)
from returns_svc.domain.policies.policy import (
    LEGAL_DAYS,
    USUAL_GRADES,
    Condition,
    Disposition,
    Grade,
    GradeTerms,
    ReasonTerms,
    RestockRule,
    ReturnPolicy,
    ReturnReason,
)
from service_kit.graphql.enums import optional, optional_list
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES

_ANY = "any if none are named"


@strawberry.input(description="What a policy gives for a grade.")
class ReturnGradeTermsInput:
    """The share of the price, and how the unit can be sold again."""

    grade: Grade = strawberry.field(graphql_type=GRADE_INPUT, description="The state of a unit.")
    refund_percent: int = strawberry.field(description="The share of the price, from 0 to 100.")
    condition: Condition | None = strawberry.field(
        default=None,
        graphql_type=optional(STOCK_CONDITION_INPUT),
        description="As what it can be sold again; not given if it cannot.",
    )

    def terms(self) -> GradeTerms:
        """The terms as the rules know them."""
        return GradeTerms(self.grade, self.refund_percent, self.condition)


@strawberry.input(description="What a reason changes.")
class ReturnReasonTermsInput:
    """Where a reason has its own rules."""

    reason: ReturnReason = strawberry.field(
        graphql_type=RETURN_REASON_INPUT, description="The reason."
    )
    window_days: int | None = strawberry.field(default=None, description="Another period.")
    takes_excluded: bool = strawberry.field(
        default=False, description="Whether excluded goods are taken back."
    )
    full_refund: bool = strawberry.field(
        default=False, description="Whether all of the price is refunded, whatever the grade."
    )

    def terms(self) -> ReasonTerms:
        """The terms as the rules know them."""
        return ReasonTerms(self.reason, self.window_days, self.takes_excluded, self.full_refund)


@strawberry.input(description="Where goods go that fit.")
class ReturnRestockRuleInput:
    """One rule; the first that fits decides."""

    disposition: Disposition = strawberry.field(
        graphql_type=DISPOSITION_INPUT, description="Where they go."
    )
    location_types: list[str] = strawberry.field(
        default_factory=list, description=f"Whose shelves they came to, like PARTNER; {_ANY}."
    )
    location_codes: list[str] = strawberry.field(
        default_factory=list, description=f"The locations they came to; {_ANY}."
    )
    categories: list[str] = strawberry.field(
        default_factory=list, description=f"Their categories; {_ANY}."
    )
    skus: list[str] = strawberry.field(default_factory=list, description=f"Their SKUs; {_ANY}.")
    grades: list[Grade] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(GRADE_INPUT),
        description=f"Their grades; {_ANY}.",
    )
    target_location_code: str | None = strawberry.field(
        default=None, description="The location that they go to; needed for TRANSFER."
    )

    def rule(self) -> RestockRule:
        """The rule as the rules know it."""
        return RestockRule(
            self.disposition,
            frozenset(self.location_types),
            frozenset(self.location_codes),
            frozenset(self.categories),
            frozenset(self.skus),
            frozenset(self.grades or ()),
            self.target_location_code,
        )


@strawberry.input(description="A policy; where it speaks of what it holds for, of nothing else.")
class ReturnPolicyLineInput:
    """One line of the feed."""

    code: str = strawberry.field(description="Its code, by which it is known again.")
    window_days: int = strawberry.field(
        default=LEGAL_DAYS,
        description="Days after that of the delivery in which goods can be given back; the last"
        " one counts to its end.",
    )
    timezone: str = strawberry.field(
        default="UTC", description="The time zone (IANA) of these days, like Europe/Paris."
    )
    countries: list[str] = strawberry.field(
        default_factory=list, description=f"The countries it holds for; {_ANY}."
    )
    channel_codes: list[str] = strawberry.field(
        default_factory=list, description=f"The channels it holds for; {_ANY}."
    )
    categories: list[str] = strawberry.field(
        default_factory=list, description=f"The categories it holds for; {_ANY}."
    )
    skus: list[str] = strawberry.field(
        default_factory=list, description=f"The SKUs it holds for; {_ANY}."
    )
    excluded_categories: list[str] = strawberry.field(
        default_factory=list, description="Categories that are not taken back."
    )
    excluded_skus: list[str] = strawberry.field(
        default_factory=list, description="SKUs that are not taken back."
    )
    grades: list[ReturnGradeTermsInput] | None = strawberry.field(
        default=None, description="What each grade gives; A 100, B 70, C 40, D 0 if not given."
    )
    reasons: list[ReturnReasonTermsInput] = strawberry.field(
        default_factory=list, description="Reasons with rules of their own."
    )
    restock: list[ReturnRestockRuleInput] = strawberry.field(
        default_factory=list, description="Where goods go; the first rule that fits decides."
    )

    def policy(self) -> ReturnPolicy:
        """The policy as the rules know it."""
        grades: tuple[GradeTerms, ...] = USUAL_GRADES
        if self.grades is not None:
            grades = tuple(one.terms() for one in self.grades)
        return ReturnPolicy(
            code=self.code,
            window_days=self.window_days,
            timezone=self.timezone,
            countries=frozenset(self.countries),
            channels=frozenset(self.channel_codes),
            categories=frozenset(self.categories),
            skus=frozenset(self.skus),
            excluded_categories=frozenset(self.excluded_categories),
            excluded_skus=frozenset(self.excluded_skus),
            grades=grades,
            reasons=tuple(one.terms() for one in self.reasons),
            restock=tuple(one.rule() for one in self.restock),
        )


@strawberry.input(description="Policies to keep.")
class ReturnPoliciesImportInput:
    """The lines of one feed."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[ReturnPolicyLineInput] = strawberry.field(description=LINES)
