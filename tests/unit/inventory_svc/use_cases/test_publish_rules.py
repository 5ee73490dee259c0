"""Only what was planned for later stands in the way of a publication, whatever the clocks say."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.rules.rule import Protection
from inventory_svc.domain.rules.rule_set import NO_RULES, RuleChanges, RuleSet
from inventory_svc.ports.rules import DecideRules, RuleOutcome
from inventory_svc.use_cases.rules.publish_rules import (
    WantedPublication,
    WantedUndo,
    publish_rules,
    undo_rules,
)
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.stock import NOW


class Step(NamedTuple):
    """A publication asked for and decided on at minutes of some process's clock.

    Its rules count from `begins` minutes after it was asked for; without one, at once.
    """

    asked: int
    waits: int
    begins: int | None = None
    undoes: bool = False


steps = st.builds(
    Step,
    st.integers(0, 30),
    st.integers(0, 5),
    st.one_of(st.none(), st.integers(-2, 10)),
    st.booleans(),
)


@given(st.lists(steps, min_size=1, max_size=8))
def test_versions_are_published_in_order_and_only_a_plan_refuses_what_is_sooner(
    plan: list[Step],
) -> None:
    world = _World()
    for number, step in enumerate(plan):
        latest = world.versions[-1]
        outcome = asyncio.run(world.takes(number, step))
        decided = _moment(step.asked + step.waits)
        earliest = max(decided, latest.published_at or decided)
        wanted = None if step.undoes else step.begins
        begins = earliest if wanted is None else max(earliest, _moment(step.asked + wanted))
        is_past = wanted is not None and wanted < 0
        is_planned = latest.effective_from != latest.published_at
        is_sooner = is_planned and not latest.counts_at(begins) and not step.undoes
        told = [each.path for each in outcome.refusals]
        if step.undoes and latest is NO_RULES:
            assert told == [("input", "version")]
        elif is_past or is_sooner:
            assert told == [("input", "effectiveFrom")]
        else:
            assert not told
            made = world.versions[-1]
            assert (made.published_at, made.effective_from) == (earliest, begins)
            assert step.undoes or made.by_code.keys() == {*latest.by_code, f"r{number}"}


def _moment(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


class _World:
    """The versions, in memory; everything is known that a rule may name."""

    def __init__(self) -> None:
        self.versions: list[RuleSet] = [NO_RULES]
        self._clock = SettableClock(NOW)
        self._waits = timedelta()

    async def takes(self, number: int, step: Step) -> RuleOutcome:
        """Publish one more rule, or undo the latest version."""
        self._clock.set(_moment(step.asked))
        self._waits = timedelta(minutes=step.waits)
        request = build.a_request()
        if step.undoes:
            undo = WantedUndo(max(0, self.versions[-1].version - 1))
            return await undo_rules(request, "ann", undo, self, self._clock)  # type: ignore[arg-type]  # few of them
        begins = None if step.begins is None else _moment(step.asked + step.begins)
        saved = rule.a_rule(f"r{number}", Protection(units=1), sku=f"sku-{number}")
        wanted = WantedPublication(RuleChanges((saved,)), begins)
        return await publish_rules(request, "ann", wanted, self, self, self, self._clock)  # type: ignore[arg-type]  # few of them

    async def publish(
        self, _request: IdempotentRequest, _actor: str, decide: DecideRules
    ) -> RuleOutcome:
        """Decide when others let it."""
        self._clock.advance(self._waits)
        try:
            self.versions.append(decide(self.versions[-1]))
        except (Refusal, RefusedAll) as refused:
            return RuleOutcome(refusals=refusals_in(refused))
        return RuleOutcome(self.versions[-1])

    async def version(self, number: int) -> RuleSet:
        """Give a version."""
        return self.versions[number]

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        """Give the network of the rules' tests."""
        return rule.NETWORK

    async def known(self, skus: Collection[str]) -> frozenset[str]:
        """Know every item."""
        return frozenset(skus)

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        """Know every category."""
        return frozenset(categories)
