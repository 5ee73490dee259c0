"""Rules on a real MongoDB: commits obey the latest ones, and no share is drawn beyond."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.rule import Exposure, Protection, Share, SlowExposure, StockRule
from inventory_svc.domain.rules.rule_set import (
    NO_RULES,
    Publication,
    RuleChanges,
    RuleSet,
    published,
)
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind
from inventory_svc.domain.stock.movement import AdjustmentReason, fold_pace
from inventory_svc.domain.stock.pace import NO_PACE
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo import rules as kept
from inventory_svc.mongo.collections import ITEMS
from inventory_svc.mongo.rules import MongoRules, RuleTools
from service_kit.commands.refusal import Refusal
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.outbox import Outbox
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OpenProcess, Process, a_ruled_process
from tests.support import rules as rule
from tests.support import stock as build

SHELVES = [PositionKey("shirt", at) for at in ("W1", "S1", "S2")]
HIDDEN = rule.a_rule("closed", Exposure(exposed=False), channel="web")
BUFFER = rule.a_rule("buffer", Protection(units=3), channel="web")
QUARTER = rule.a_rule("quarter", Share(percent=25), channel="web")


@dataclass(frozen=True, slots=True)
class Ruled:
    """A process, and the rules as it knows them."""

    process: Process
    rules: MongoRules

    async def publishes(self, *rules: StockRule) -> RuleSet:
        """Publish rules beside those that stand."""
        now = self.process.clock.now()

        def decide(current: RuleSet) -> RuleSet:
            return published(current, RuleChanges(rules), Publication("ann", now))

        outcome = await self.rules.publish(build.a_request(), "ann", decide)
        assert outcome.published is not None
        return outcome.published

    async def draw(self, code: str) -> ShareDraw:
        """Give what was drawn under the rule of a share."""
        found = await self.process.reads.draws_of(["shirt"])
        key = ShareKey(code, "shirt", Condition.NEW)
        return next((draw for draw in found if draw.key == key), ShareDraw(key))


@pytest.fixture
async def ruled(open_process: OpenProcess) -> Sequence[Ruled]:
    """Give three processes on one database that know the network of the rules' tests."""
    opened = [await open_process() for _ in range(3)]
    made: list[Ruled] = []
    for process in opened:
        database, clock = process.database, process.clock
        outbox = Outbox(database, "inventory_svc", 4)
        tools = RuleTools(MongoOutcomes(database, clock), outbox, DueWork(database, clock))
        rules = MongoRules(database, tools)
        made.append(Ruled(a_ruled_process(database, clock, rules), rules))
    return made


def accepted(decided: Sequence[Decided]) -> int:
    return sum(not each.outcome.refusals for each in decided)


async def test_a_commit_never_decides_by_rules_that_were_replaced_elsewhere(
    ruled: Sequence[Ruled],
) -> None:
    here, elsewhere, _ = ruled
    await here.process.commits.submit(build.a_count(SHELVES[0], 10))
    assert accepted([await here.process.commits.submit(build.an_allocation(("shirt", 1)))])

    await elsewhere.publishes(HIDDEN)
    refused = await here.process.commits.submit(build.an_allocation(("shirt", 1)))
    assert [each.code for each in refused.outcome.refusals] == ["INSUFFICIENT_STOCK"]

    await elsewhere.publishes(rule.a_rule("closed", Exposure(exposed=True), channel="web"), BUFFER)
    assert not accepted([await here.process.commits.submit(build.an_allocation(("shirt", 7)))])
    assert accepted([await here.process.commits.submit(build.an_allocation(("shirt", 6)))])


async def test_processes_count_one_pace_and_sell_what_is_slow_until_it_is_not_and_again(
    ruled: Sequence[Ruled],
) -> None:
    here, elsewhere, _ = ruled
    clock, shelf = here.process.clock, SHELVES[0]
    monday = NO_PACE.with_sold(4, clock.now())
    await here.publishes(rule.a_rule("slow", SlowExposure(4), channel="web"))
    await here.process.commits.submit(build.a_count(shelf, 20))
    ordered = await elsewhere.process.commits.submit(build.an_allocation(("shirt", 4)))
    assert ordered.reservation is not None
    await here.process.commits.submit(build.a_consumption(ordered.reservation))
    clock.advance(timedelta(days=1))
    await elsewhere.process.commits.submit(
        build.an_adjustment(shelf, -7, reason=AdjustmentReason.SALE)
    )
    seen = await here.process.position(shelf)
    assert seen == await elsewhere.process.position(shelf)
    ledger = list(reversed(await here.process.reads.movements(shelf, None, 100)))
    assert seen.pace == fold_pace(ledger) == monday.with_sold(7, clock.now())
    assert [each.pace for each in ledger if each.sold] == [NO_PACE, monday]

    # 9 are left, and 10.86 sell in four weeks; after five days 9.05 do, after six 8.73.
    for process in (here.process, elsewhere.process):
        assert not accepted([await process.commits.submit(build.an_allocation(("shirt", 1)))])
    clock.advance(timedelta(days=5))
    assert not accepted([await here.process.commits.submit(build.an_allocation(("shirt", 1)))])
    clock.advance(timedelta(days=1))
    assert accepted([await here.process.commits.submit(build.an_allocation(("shirt", 9)))])


async def test_a_process_knows_what_it_has_published_at_once_and_others_soon(
    ruled: Sequence[Ruled],
) -> None:
    here, elsewhere, _ = ruled
    now = here.process.clock.now()
    assert await here.rules.in_force(now) is NO_RULES
    assert await elsewhere.rules.in_force(now) is NO_RULES

    made = await here.publishes(BUFFER)

    assert await here.rules.in_force(now) == made
    elsewhere.rules.forget()
    assert await elsewhere.rules.in_force(now) == made
    assert await elsewhere.rules.in_force_at(now - timedelta(milliseconds=1)) is NO_RULES


async def test_rules_that_were_not_confirmed_lately_are_read_before_they_count(
    ruled: Sequence[Ruled], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, elsewhere, _ = ruled
    now = here.process.clock.now()
    assert await here.rules.in_force(now) is NO_RULES
    made = await elsewhere.publishes(BUFFER)

    monkeypatch.setattr(kept, "CONFIRMED_FOR_SECONDS", 0.0)

    assert await here.rules.in_force(now) == made


async def test_two_publications_at_once_are_two_versions(ruled: Sequence[Ruled]) -> None:
    codes = [f"rule{number}" for number in range(12)]

    made = await asyncio.gather(
        *(
            each.publishes(rule.a_rule(code, Protection(units=1), sku=code))
            for code, each in zip(codes, [*ruled] * 4, strict=True)
        )
    )

    assert sorted(each.version for each in made) == list(range(1, 13))
    latest = await ruled[0].rules.latest()
    assert set(latest.by_code) == set(codes)
    assert sorted(each.since for each in latest.rules) == list(range(1, 13))


async def test_64_buyers_of_three_processes_never_draw_more_than_the_share(
    ruled: Sequence[Ruled],
) -> None:
    for shelf in SHELVES:
        await ruled[0].process.commits.submit(build.a_count(shelf, 20))
    await ruled[0].publishes(QUARTER)
    orders = list(permutations(["W1", "S1", "S2"]))

    decided = await asyncio.gather(
        *(
            ruled[number % 3].process.commits.submit(
                build.an_allocation(("shirt", 1), among=orders[number % len(orders)])
            )
            for number in range(64)
        ),
        *(one.process.commits.submit(build.a_count(SHELVES[1], 20)) for one in ruled),
    )

    assert accepted(decided[:64]) == 15
    draw = await ruled[0].draw("quarter")
    assert (draw.allocated, draw.holds, draw.shipped) == (15, (), ())
    kept = [(await ruled[0].process.position(shelf)).allocated for shelf in SHELVES]
    assert sum(kept) == 15


async def test_what_ends_in_any_way_is_given_back_to_the_share_or_has_left(
    ruled: Sequence[Ruled],
) -> None:
    process = ruled[0].process
    for shelf in SHELVES:
        await process.commits.submit(build.a_count(shelf, 20, at=process.clock.now()))
    await ruled[0].publishes(QUARTER)

    async def allocated(units: int) -> Decided:
        return await process.commits.submit(build.an_allocation(("shirt", units)))

    first, second, third = [(await allocated(units)).reservation for units in (5, 4, 3)]
    assert first
    assert second
    assert third
    end = process.clock.now() + timedelta(minutes=15)
    hold = replace(build.a_hold("shirt", 3, at="W1", expires_at=end), channel="web")
    held = await process.commits.submit(hold)
    assert held.reservation is not None
    assert not accepted([await allocated(1)])

    process.clock.advance(timedelta(minutes=1))
    await process.commits.submit(build.a_consumption(first, 5))
    await process.commits.submit(build.a_release(second))
    await process.commits.submit(build.a_shortage(third, 1, counted=30))
    draw = await ruled[0].draw("quarter")
    assert (draw.allocated, [row.units for row in draw.shipped]) == (2, [5])
    assert [hold.quantity for hold in draw.holds] == [3]

    process.clock.advance(timedelta(hours=1))
    await process.commits.submit(build.an_expiry(held.reservation))
    draw = await ruled[0].draw("quarter")
    assert (draw.allocated, draw.holds) == (2, ())


async def test_a_key_used_for_other_rules_is_refused(ruled: Sequence[Ruled]) -> None:
    rules, now = ruled[0].rules, ruled[0].process.clock.now()
    request = build.a_request("same")

    def decide(current: RuleSet) -> RuleSet:
        return published(current, RuleChanges((BUFFER,)), Publication("ann", now))

    first = await rules.publish(request, "ann", decide)
    assert await rules.publish(request, "ann", decide) == first
    with pytest.raises(Refusal) as refused:
        await rules.publish(build.a_request("same", "other"), "ann", decide)
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert (await rules.latest()).version == 1


async def test_lost_promises_are_settled_by_the_rules_of_their_category_and_by_whole_shares(
    ruled: Sequence[Ruled],
) -> None:
    """One of 4 in the shop is protected, and of the 23 that are free the web may sell a quarter."""
    here = ruled[0]
    process, (warehouse, shop, _) = here.process, SHELVES
    items = process.database.collection(ITEMS.name)
    await items.insert_one({"_id": "shirt", "category": "clothes"})
    key, now = InboundKey(shop, InboundKind.PURCHASE_ORDER, "PO-1"), process.clock.now()
    soon, far = now + timedelta(days=10), now + timedelta(days=90)
    await process.commits.submit(build.an_announcement(key, 4, soon))
    wish = build.a_wish("shirt", 4, far, among=("S1",))
    bought = await process.commits.submit(replace(wish, channel="web"))
    assert bought.reservation is not None
    await here.publishes(rule.a_rule("one", Protection(units=1), category="clothes"), QUARTER)
    await process.commits.submit(build.a_count(warehouse, 20))
    await process.commits.submit(build.a_count(shop, 4))

    await process.commits.submit(build.an_announcement(key, 0, soon, cancelled=True))
    await process.commits.submit(SettleInbound(key))

    name = bought.reservation.identifier
    found = (await process.reads.reservations([name]))[name]
    assert sum(peg.open for peg in found.pegs) == 3
    assert [row.short for row in found.awaited] == [1]
    assert (await here.draw("quarter")).allocated == 3
