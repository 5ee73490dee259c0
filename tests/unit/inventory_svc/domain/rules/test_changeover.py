"""Every moment at which other rules begin to count is known when the rules are published."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.rules.changeover import JUST_BEFORE, changeovers
from inventory_svc.domain.rules.rule import Protection, StockRule
from inventory_svc.domain.rules.rule_set import (
    NO_RULES,
    Publication,
    RuleChanges,
    RuleSet,
    in_force,
    published,
)
from tests.support.rules import a_rule
from tests.support.stock import NOW

LATEST = 12
hours = st.integers(1, LATEST)
periods = st.one_of(st.none(), hours)
saved = st.tuples(st.sampled_from("ab"), periods, periods)
versions = st.tuples(st.integers(0, 5), st.lists(saved, max_size=2), st.sampled_from(["", "a"]))


@settings(max_examples=500)
@given(st.lists(versions, min_size=1, max_size=4))
def test_no_rule_begins_or_ends_at_a_moment_that_was_not_planned(
    wanted: list[tuple[int, list[tuple[str, int | None, int | None]], str]],
) -> None:
    sets, planned = [NO_RULES], set[datetime]()
    for begins, rules, removed in wanted:
        effective = NOW + timedelta(hours=begins)
        changes = RuleChanges(tuple(_rule(*each) for each in rules), tuple(removed))
        sets.append(published(sets[-1], changes, Publication("op", NOW, effective)))
        planned.update(changeovers(sets[-2], sets[-1]))

    for hour in range(1, LATEST + 1):
        at = NOW + timedelta(hours=hour)
        assert at in planned or _counting(sets, at) == _counting(sets, at - JUST_BEFORE)


def _rule(code: str, begins: int | None, ends: int | None) -> StockRule:
    bounds = [None if each is None else NOW + timedelta(hours=each) for each in (begins, ends)]
    return replace(a_rule(code, Protection(units=1)), valid_from=bounds[0], valid_until=bounds[1])


def _counting(sets: list[RuleSet], at: datetime) -> tuple[StockRule, ...]:
    return in_force(sets, at).valid_at(at)
