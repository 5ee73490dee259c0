"""Publications of rules at once, by processes whose clocks differ: each is a version."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise

from inventory_svc.domain.rules.rule import Protection
from inventory_svc.domain.rules.rule_set import RuleChanges
from inventory_svc.mongo.rules import MongoRules, RuleTools
from inventory_svc.ports.rules import RuleOutcome
from inventory_svc.use_cases.rules.publish_rules import WantedPublication, publish_rules
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import SystemClock
from service_kit.storage.database import Database
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OneNetwork, OpenProcess
from tests.support import rules as rule
from tests.support import stock as build

AHEAD = (timedelta(0), timedelta(milliseconds=20), timedelta(milliseconds=-20))
"""How far the clocks of the processes are ahead."""
PUBLICATIONS = 12


async def test_12_publications_at_once_are_12_versions_each_with_what_was_before(
    open_process: OpenProcess,
) -> None:
    writers = [_Writer((await open_process()).database, ahead) for ahead in AHEAD]

    outcomes = await asyncio.gather(
        *(writers[number % len(writers)].publishes(number) for number in range(PUBLICATIONS))
    )

    assert [each.refusals for each in outcomes] == [()] * PUBLICATIONS
    versions = (await writers[0].rules.versions(None, PUBLICATIONS))[::-1]
    assert [each.version for each in versions] == list(range(1, PUBLICATIONS + 1))
    for before, after in pairwise(versions):
        assert before.by_code.items() < after.by_code.items()
        assert before.effective_from is not None
        assert not after.counts_at(before.effective_from - timedelta(milliseconds=1))


class _Clock(SystemClock):
    """The time, if one's clock is ahead of the others'."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return super().now() + self._ahead


class _Writer:
    """A process that publishes rules; everything is known that they name."""

    def __init__(self, database: Database, ahead: timedelta) -> None:
        self._clock = _Clock(ahead)
        outbox = Outbox(database, "inventory_svc", 4)
        outcomes = MongoOutcomes(database, self._clock)
        self.rules = MongoRules(
            database, RuleTools(outcomes, outbox, DueWork(database, self._clock))
        )

    async def publishes(self, number: int) -> RuleOutcome:
        """Publish one more rule."""
        saved = rule.a_rule(f"r{number}", Protection(units=number + 1), sku=f"sku-{number}")
        wanted = WantedPublication(RuleChanges((saved,)))
        request, network, clock = build.a_request(), OneNetwork(), self._clock
        return await publish_rules(request, "ann", wanted, self.rules, network, self, clock)  # type: ignore[arg-type]  # few of them

    async def known(self, skus: Collection[str]) -> frozenset[str]:
        """Know every item."""
        return frozenset(skus)

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        """Know every category."""
        return frozenset(categories)
