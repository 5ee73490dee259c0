"""A version of the rules says of each what was saved last."""

from itertools import permutations

import pytest

from inventory_svc.domain.rules.rule import (
    Deferral,
    Effect,
    Exposure,
    Protection,
    Share,
    SlowExposure,
)
from inventory_svc.domain.rules.rule_set import NO_RULES, Publication, RuleChanges, published
from tests.support.rules import a_rule
from tests.support.stock import NOW

LOOKING_ALIKE = (Exposure(exposed=True), SlowExposure(1), Deferral(1), Protection(1), Share(1))


@pytest.mark.parametrize(("first", "second"), list(permutations(LOOKING_ALIKE, 2)))
def test_a_rule_that_is_saved_with_another_effect_has_that_one(
    first: Effect, second: Effect
) -> None:
    version = NO_RULES
    for effect in (first, second):
        changes = RuleChanges(save=(a_rule("one", effect),))
        version = published(version, changes, Publication("op", NOW))

    (rule,) = version.rules
    assert (rule.effect, type(rule.effect), rule.since) == (second, type(second), 2)
