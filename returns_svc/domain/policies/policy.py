"""Return policies: rules as data, of which one applies to each unit that is given back."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Grade(StrEnum):
    """The state of a unit that came back, as somebody who looked at it says."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class ReturnReason(StrEnum):
    """Why goods are given back; a word of the list, since free text could be personal."""

    CHANGED_MIND = "CHANGED_MIND"
    TOO_SMALL = "TOO_SMALL"
    TOO_LARGE = "TOO_LARGE"
    DEFECT = "DEFECT"
    DAMAGED = "DAMAGED"
    WRONG_ITEM = "WRONG_ITEM"
    OTHER = "OTHER"


class Condition(StrEnum):
    """The state in which inventory sells goods."""

    NEW = "NEW"
    REFURBISHED = "REFURBISHED"
    USED_A = "USED_A"
    USED_B = "USED_B"
    USED_C = "USED_C"


class Disposition(StrEnum):
    """Where accepted goods go."""

    RESTOCK = "RESTOCK"
    TRANSFER = "TRANSFER"
    RECONDITION = "RECONDITION"
    SECOND_HAND = "SECOND_HAND"
    DESTROY = "DESTROY"


@dataclass(frozen=True, slots=True)
class Goods:
    """What the policies need to know of a SKU and of how it was sold."""

    sku: str
    category: str | None
    channel: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A location of inventory: its code, and whose shelves it has."""

    code: str
    type: str


@dataclass(frozen=True, slots=True)
class GradeTerms:
    """What is refunded of the price for a unit of this grade, and how it can be sold again.

    Without a condition it cannot.
    """

    grade: Grade
    refund_percent: int
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class ReasonTerms:
    """What a reason changes: a longer period, excluded goods taken, all of the price refunded."""

    reason: ReturnReason
    window_days: int | None = None
    takes_excluded: bool = False
    full_refund: bool = False


@dataclass(frozen=True, slots=True)
class RestockRule:
    """Where goods go that fit it; what is empty fits everything."""

    disposition: Disposition
    location_types: frozenset[str] = frozenset()
    location_codes: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    grades: frozenset[Grade] = frozenset()
    target_location: str | None = None

    def fits(self, goods: Goods, place: Place, grade: Grade) -> bool:
        """Whether a unit of this grade at this place goes by the rule."""
        return (
            _fits(self.location_types, place.type)
            and _fits(self.location_codes, place.code)
            and _fits(self.categories, goods.category)
            and _fits(self.skus, goods.sku)
            and (not self.grades or grade in self.grades)
        )


LEGAL_DAYS: Final = 14
USUAL_GRADES: Final = (
    GradeTerms(Grade.A, 100, Condition.NEW),
    GradeTerms(Grade.B, 70, Condition.USED_A),
    GradeTerms(Grade.C, 40, Condition.USED_B),
    GradeTerms(Grade.D, 0),
)


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """For what it holds (an empty set is for everything), and what it says.

    The period is in days of the calendar of `timezone`: the last one counts to its end.
    """

    code: str
    window_days: int = LEGAL_DAYS
    timezone: str = "UTC"
    countries: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()
    excluded_skus: frozenset[str] = frozenset()
    grades: tuple[GradeTerms, ...] = USUAL_GRADES
    reasons: tuple[ReasonTerms, ...] = ()
    restock: tuple[RestockRule, ...] = ()
    version: int = 0

    def holds_for(self, goods: Goods) -> bool:
        """Whether goods so sold fall under it."""
        return (
            _fits(self.countries, goods.country)
            and _fits(self.channels, goods.channel)
            and _fits(self.categories, goods.category)
            and _fits(self.skus, goods.sku)
        )

    @property
    def precision(self) -> tuple[bool, bool, bool, bool]:
        """How precisely it says for what it holds; the greater goes before the less."""
        return bool(self.skus), bool(self.categories), bool(self.channels), bool(self.countries)

    def excludes(self, goods: Goods) -> bool:
        """Whether it takes no such goods back."""
        return goods.sku in self.excluded_skus or goods.category in self.excluded_categories

    def terms_of(self, reason: ReturnReason) -> ReasonTerms:
        """What the reason changes; nothing if the policy does not speak of it."""
        found = (terms for terms in self.reasons if terms.reason is reason)
        return next(found, ReasonTerms(reason))

    def days_for(self, reason: ReturnReason) -> int:
        """For how many days after delivery goods can be given back for this reason."""
        days = self.terms_of(reason).window_days
        return self.window_days if days is None else days

    def grades_for(self, reason: ReturnReason) -> tuple[GradeTerms, ...]:
        """The terms of each grade; a reason may give all of the price back."""
        if not self.terms_of(reason).full_refund:
            return self.grades
        return tuple(GradeTerms(one.grade, 100, one.condition) for one in self.grades)


LEGAL: Final = ReturnPolicy("LEGAL")
"""What holds where no policy was imported: the legal period, nothing excluded."""


def policy_for(policies: Iterable[ReturnPolicy], goods: Goods) -> ReturnPolicy:
    """Give the policy that says most precisely what it holds for; of equals the first by code."""
    holding = sorted((one for one in policies if one.holds_for(goods)), key=lambda one: one.code)
    return max(holding, key=lambda one: one.precision, default=LEGAL)


def disposition_of(
    policy: ReturnPolicy, goods: Goods, place: Place, terms: GradeTerms
) -> tuple[Disposition, str | None]:
    """Say where an accepted unit goes, and to which location; by the first rule that fits."""
    for rule in policy.restock:
        if rule.fits(goods, place, terms.grade):
            restocked = rule.disposition is Disposition.RESTOCK
            return rule.disposition, place.code if restocked else rule.target_location
    if terms.condition is None:
        return Disposition.DESTROY, None
    return Disposition.RESTOCK, place.code


def _fits(allowed: frozenset[str], value: str | None) -> bool:
    return not allowed or value in allowed
