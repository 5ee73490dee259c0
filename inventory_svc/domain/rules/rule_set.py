"""All rules of one version: what was published, when, and from when it counts."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from inventory_svc.domain.rules.rule import StockRule

MOST_RULES = 5_000


@dataclass(frozen=True)
class RuleSet:
    """One version; never changed once it is published. Version 0 is that there are no rules.

    `restores` is the version whose rules an undo brought back.
    """

    version: int = 0
    rules: tuple[StockRule, ...] = ()
    effective_from: datetime | None = None
    published_at: datetime | None = None
    published_by: str = ""
    note: str = ""
    restores: int | None = None

    @cached_property
    def by_code(self) -> dict[str, StockRule]:
        """The rules by their code."""
        return {rule.code: rule for rule in self.rules}

    def counts_at(self, at: datetime) -> bool:
        """Whether the version has taken effect at a moment."""
        return self.effective_from is None or self.effective_from <= at

    def valid_at(self, at: datetime) -> tuple[StockRule, ...]:
        """Give the rules that count at a moment; the same object until one begins or ends."""
        period = bisect_right(self._moments, at)
        if period not in self._valid:
            self._valid[period] = tuple(rule for rule in self.rules if rule.is_valid(at))
        return self._valid[period]

    @cached_property
    def _moments(self) -> list[datetime]:
        moments = {moment for rule in self.rules for moment in (rule.valid_from, rule.valid_until)}
        return sorted(moment for moment in moments if moment is not None)

    @cached_property
    def _valid(self) -> dict[int, tuple[StockRule, ...]]:
        return {}


NO_RULES = RuleSet()


def in_force(versions: Sequence[RuleSet], at: datetime) -> RuleSet:
    """Give the highest of the versions, which come in order, that has taken effect."""
    for version in reversed(versions):
        if version.counts_at(at):
            return version
    return NO_RULES


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """Rules to be added or replaced, and codes of rules to be taken away."""

    save: tuple[StockRule, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """What is said of a version beside its rules; without a moment it counts at once.

    `at` is when it is asked for, and once it follows a version, when it is published.
    """

    actor: str
    at: datetime
    effective_from: datetime | None = None
    note: str = ""

    def following(self, current: RuleSet, now: datetime) -> "Publication":
        """Give it as it is published now, and never before the version that it follows.

        Others may have been first since it was asked for, by clocks that are ahead of this one.
        What was to count from a moment that has come since counts at once.
        """
        at = max(now, current.published_at or now)
        effective = self.effective_from
        if effective is not None and self.at <= effective < at:
            effective = at
        return replace(self, at=at, effective_from=effective)


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule before and after a change; None where there was or is none."""

    before: StockRule | None
    after: StockRule | None

    @property
    def versions(self) -> Iterator[StockRule]:
        """The rule as it was and as it is, as far as it was and is."""
        return (rule for rule in (self.before, self.after) if rule is not None)


def published(current: RuleSet, changes: RuleChanges, publication: Publication) -> RuleSet:
    """Give the next version; a rule that says nothing new keeps the version that it came with."""
    version = current.version + 1
    rules = {code: rule for code, rule in current.by_code.items() if code not in changes.remove}
    for rule in changes.save:
        known = current.by_code.get(rule.code)
        same = known is not None and replace(rule, since=known.since) == known
        rules[rule.code] = known if same and known else replace(rule, since=version)
    return _version(version, rules.values(), publication)


def restored(current: RuleSet, earlier: RuleSet, publication: Publication) -> RuleSet:
    """Give the next version with the rules of an earlier one, each as old as it was then."""
    version = _version(current.version + 1, earlier.rules, publication)
    return replace(version, restores=earlier.version)


def difference(before: RuleSet, after: RuleSet) -> tuple[ChangedRule, ...]:
    """Give the rules that two versions do not share, in the order of their codes."""
    codes = sorted(before.by_code.keys() | after.by_code.keys())
    pairs = ((before.by_code.get(code), after.by_code.get(code)) for code in codes)
    return tuple(ChangedRule(old, new) for old, new in pairs if old != new)


def _version(version: int, rules: Iterable[StockRule], publication: Publication) -> RuleSet:
    return RuleSet(
        version=version,
        rules=tuple(sorted(rules, key=lambda rule: rule.code)),
        effective_from=publication.effective_from or publication.at,
        published_at=publication.at,
        published_by=publication.actor,
        note=publication.note,
    )
