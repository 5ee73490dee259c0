"""Changeovers: moments at which other rules begin to count than just before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from inventory_svc.domain.rules.rule_set import ChangedRule, RuleSet

CHANGEOVER_WORK: Final = "stock-rules-changeover"
"""The kind of due work that tells of the items whose number a changeover changes."""
COUNTS_EVERYWHERE_AFTER: Final = timedelta(seconds=1)
"""By then no process answers by the rules of before."""
JUST_BEFORE: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class NumbersChanged:
    """What a changeover to a version changes of some items: the channels of each that sell them.

    `in_public` are those of new goods, of which shoppers hear.
    """

    version: int
    at: datetime
    channels: Mapping[str, tuple[str, ...]]
    in_public: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """What is the same however often it is told."""
        return f"{self.version}|{self.at.isoformat()}"


def changeovers(before: RuleSet, after: RuleSet) -> tuple[datetime, ...]:
    """Give when a new version begins to count, and when its rules begin or end from then on.

    Left out is what the version before has planned already: rules that both have, from its own
    beginning on, which may be later.
    """
    beginning = after.effective_from
    if beginning is None:
        return ()
    planned_after = before.effective_from or beginning
    bounds = {
        at
        for rule in after.rules
        for at in (rule.valid_from, rule.valid_until)
        if at is not None
        and at > beginning
        and (at <= planned_after or before.by_code.get(rule.code) != rule)
    }
    return tuple(sorted({beginning, *bounds}))


def changed_at(before: RuleSet, after: RuleSet, at: datetime) -> tuple[ChangedRule, ...]:
    """Give the rules that count from a moment on, and those that counted just until then."""
    old, new = before.valid_at(at - JUST_BEFORE), after.valid_at(at)
    counted, counting = set(old), set(new)
    ended = [ChangedRule(rule, None) for rule in old if rule not in counting]
    return (*ended, *(ChangedRule(None, rule) for rule in new if rule not in counted))
