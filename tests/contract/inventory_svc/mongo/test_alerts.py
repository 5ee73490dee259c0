"""Alerts on a real MongoDB: whoever looks, and however often, one fall is one alert."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
import pytest

from inventory_svc.app import SERVICE
from inventory_svc.domain.alerts.alert import AlertChange, AlertKind, AlertState, StockAlert
from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.importing import ImportLine
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.due_work import alert_handlers
from inventory_svc.mongo.alerts import ALERT_CHANGED, MongoAlerts
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import ALERTS, ITEMS
from inventory_svc.mongo.imports import ALERT_RULE_KIND, ITEM_KIND, ImportTools, MongoImports
from inventory_svc.mongo.network import MongoNetwork
from inventory_svc.mongo.network_changes import (
    KNOWN_EVERYWHERE_AFTER,
    MongoAlertRounds,
    alert_rule_changes,
    item_changes,
    network_changes,
)
from inventory_svc.mongo.reference_documents import item_to_document
from inventory_svc.mongo.rules import MongoRules
from inventory_svc.ports.alerts import AlertsWanted
from inventory_svc.use_cases.alerts import clear_unwatched
from inventory_svc.use_cases.alerts import watching as watching_stock
from inventory_svc.use_cases.alerts.assess_stock import AlertTools, assess_stock
from inventory_svc.use_cases.alerts.watching import StockWatch
from inventory_svc.use_cases.stock.read_availability import AvailabilitySources
from service_kit.messaging.due_work import DUE_WORK, DueWork
from service_kit.messaging.due_worker import DueWorker, Handler
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.runtime.clock import Clock
from service_kit.runtime.crash_points import Crashed
from service_kit.storage.database import Database
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OneNetwork, OpenProcess, Process, a_joined_process
from tests.support import stock as build
from tests.support.rules import NETWORK

S1 = PositionKey("shirt", "S1")
W1 = PositionKey("shirt", "W1")
LOW = StockAlertRule("low", threshold=5, rearm_at=6, sku="shirt")
BROAD = StockAlertRule("broad", threshold=5, rearm_at=6)


class WatchedNetwork(OneNetwork):
    """The network of the rules' tests, in which shirts are watched."""

    async def directory(self, **_named: object) -> NetworkDirectory:
        """Give that network with one rule for alerts."""
        return replace(NETWORK, alert_rules={LOW.code: LOW})


class NewlyWatchedNetwork(WatchedNetwork):
    """The same, as a process has it that has not heard of the rule yet."""

    async def directory(self, **_named: object) -> NetworkDirectory:
        """Give it without the rule."""
        return NETWORK

    async def current(self) -> NetworkDirectory:
        """Give it with the rule."""
        return await super().directory()


@dataclass(frozen=True, slots=True)
class Watching:
    """A process that watches the stock."""

    process: Process
    alerts: MongoAlerts
    sources: AvailabilitySources
    worker: DueWorker

    async def alert(self) -> StockAlert:
        """Give the alert as it stands."""
        return await self.alerts.find(StockAlert(AlertKind.LOW_STOCK, "low", "shirt"))

    async def told(self) -> list[str]:
        """Give the states that the log tells of the alert, in their order."""
        outbox = self.process.database.collection(OUTBOX.name)
        found = await outbox.find({})
        events = [orjson.loads(event) for each in found for event in each["events"]]
        changed = [each for each in events if each["type"] == ALERT_CHANGED]
        return [
            each["changes"]["state"]["after"]
            for each in sorted(changed, key=lambda each: each["seq"])
        ]


def _work(
    database: Database, clock: Clock, alerts: MongoAlerts, sources: AvailabilitySources
) -> Mapping[str, Handler]:
    rounds = MongoAlertRounds(database, DueWork(database, clock), clock)
    return alert_handlers(StockWatch(AlertTools(alerts, sources)), rounds)


Open = Callable[[], Awaitable[Watching]]


@pytest.fixture
def watching(open_process: OpenProcess) -> Open:
    async def open_one() -> Watching:
        plain = await open_process()
        database, clock = plain.database, plain.clock
        process = a_joined_process(database, clock, WatchedNetwork())
        alerts = MongoAlerts(database, Outbox(database, SERVICE, 4))
        sources = AvailabilitySources(
            WatchedNetwork(), MongoRules(database), process.reads, MongoCatalogue(database), clock
        )
        work = _work(database, clock, alerts, sources)
        worker = DueWorker(database, clock, work, f"w{id(plain)}")
        return Watching(process, alerts, sources, worker)

    return open_one


async def moves(watching: Watching, *changes: tuple[PositionKey, int]) -> None:
    adjusted = (build.an_adjustment(key, units) for key, units in changes)
    await asyncio.gather(*(watching.process.commits.submit(each) for each in adjusted))


async def test_a_fall_that_many_see_at_once_is_one_alert(watching: Open) -> None:
    both = [await watching(), await watching()]
    await both[0].process.commits.submit(build.a_count(S1, 6))
    await both[0].process.commits.submit(build.a_count(W1, 4))
    for each in both:
        await each.worker.run_due_once()
    assert (await both[0].alert()).times == 0

    await asyncio.gather(*(moves(each, *[(S1, -1)] * 2, *[(W1, -1)] * 2) for each in both))
    await asyncio.gather(*(each.worker.run_due_once() for each in both))

    alert = await both[0].alert()
    assert (alert.times, alert.is_raised, alert.units) == (1, True, 2)
    assert await both[0].told() == ["RAISED"]


async def test_after_any_rises_and_falls_at_once_the_alert_says_what_is_so(
    watching: Open,
) -> None:
    both = [await watching(), await watching()]
    await both[0].process.commits.submit(build.a_count(S1, 40))

    async def trade(each: Watching) -> None:
        for change in (-3, 2, 3, -2, -2, 3, -3, 2, -2, -3, 3, 2):
            await moves(each, (S1, change))
            await each.worker.run_due_once()

    for target in (5, 30, 4, 6):
        now = (await both[0].process.position(S1)).on_hand
        await moves(both[0], (S1, target - now))
        await asyncio.gather(*(trade(each) for each in both))
        units = (await both[0].process.position(S1)).on_hand
        alert = await both[0].alert()
        assert alert.is_raised == (units <= LOW.threshold), units
    told = await both[0].told()
    expected = ["RAISED", "CLEARED"] * len(told)
    assert told == expected[: len(told)]


class SlowAlerts(MongoAlerts):
    """Alerts of a process that takes its time before it writes what it has read."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__(database, Outbox(database, SERVICE, 4))
        self._meanwhile = [meanwhile]

    async def change(self, changes: Sequence[AlertChange], now: datetime) -> None:
        """Let happen what happens, once, and write."""
        if self._meanwhile:
            await self._meanwhile.pop()()
        await super().change(changes, now)


async def test_what_was_read_before_others_looked_raises_no_second_alert(watching: Open) -> None:
    slow, fast = await watching(), await watching()
    await moves(fast, (S1, 4))

    async def falls_and_rises() -> None:
        await fast.worker.run_due_once()
        await moves(fast, (S1, 4))
        await fast.worker.run_due_once()
        assert await fast.told() == ["RAISED", "CLEARED"]

    alerts = SlowAlerts(slow.process.database, falls_and_rises)
    await assess_stock(["shirt"], AlertTools(alerts, slow.sources))

    assert await slow.told() == ["RAISED", "CLEARED"]


async def test_who_raises_an_alert_late_looks_whether_it_is_still_so(watching: Open) -> None:
    slow, fast = await watching(), await watching()
    await slow.process.commits.submit(build.a_count(S1, 4))

    async def rises() -> None:
        await moves(fast, (S1, 4))
        for _ in range(2):
            await assess_stock(["shirt"], AlertTools(fast.alerts, fast.sources))
        assert await fast.told() == []

    alerts = SlowAlerts(slow.process.database, rises)
    await assess_stock(["shirt"], AlertTools(alerts, slow.sources))

    assert not (await slow.alert()).is_raised
    assert await slow.told() == ["RAISED", "CLEARED"]


async def test_nothing_is_written_of_items_that_do_not_run_low(watching: Open) -> None:
    one = await watching()
    await one.process.commits.submit(build.a_count(S1, 9))

    await one.worker.run_due_once()

    assert await one.process.database.collection(ALERTS.name).find({}) == []


class BroadlyWatchedNetwork(OneNetwork):
    """The network of the rules' tests, in which everything is watched."""

    async def directory(self, **_named: object) -> NetworkDirectory:
        """Give it with a rule about any item."""
        return replace(NETWORK, alert_rules={BROAD.code: BROAD})


@pytest.mark.parametrize("deaths", [0, 2])
async def test_a_new_rule_about_many_finds_all_that_run_low_already(
    process: Process, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    monkeypatch.setattr(watching_stock, "ITEMS_OF_A_PAGE", 4)
    database, clock = process.database, process.clock
    skus = [f"sku-{at:02}" for at in range(10)]
    items = [item_to_document(Item(sku, sku)) for sku in (*skus, "never")]
    await database.collection(ITEMS.name).insert_many(items)
    stock = [(PositionKey(sku, "S1"), 9 if at % 3 else 2) for at, sku in enumerate(skus)]
    await process.commits.submit(build.a_feed(FeedMode.DELTA, *stock))
    outbox, due_work = Outbox(database, SERVICE, 4), DueWork(database, clock)
    alerts, rounds = MongoAlerts(database, outbox), MongoAlertRounds(database, due_work, clock)
    network = BroadlyWatchedNetwork()
    sources = AvailabilitySources(
        network, MongoRules(database), process.reads, MongoCatalogue(database), clock
    )
    handlers = alert_handlers(StockWatch(AlertTools(alerts, sources)), rounds)
    changes = network_changes(database, MongoNetwork(database))
    tools = ImportTools(database, MongoOutcomes(database, clock), outbox, clock)
    follows = alert_rule_changes(changes, rounds, clock)
    imports = MongoImports(ALERT_RULE_KIND, tools, follows)

    await imports.save(build.a_request(), "ann", [ImportLine(0, BROAD)], [])
    clock.advance(KNOWN_EVERYWHERE_AFTER)
    for _ in range(deaths):
        worker = DueWorker(database, clock, handlers, "dies", reached=_die_when_handled)
        with pytest.raises(Crashed):
            await worker.run_due_once()
        await bury(database)
    assert await DueWorker(database, clock, handlers, "worker").run_due_once() == 3

    found = await alerts.page(AlertsWanted(20))
    assert sorted(str(alert.sku) for alert in found) == skus[::3]
    assert {(alert.units, alert.times) for alert in found} == {(2, 1)}


class ChangingNetwork(OneNetwork):
    """A network whose only rule for alerts changes."""

    def __init__(self) -> None:
        self.rule = BROAD

    async def directory(self, **_named: object) -> NetworkDirectory:
        """Give it with the rule as it is."""
        return replace(NETWORK, alert_rules={self.rule.code: self.rule})


@pytest.mark.parametrize("page", [1, 250])
async def test_a_rule_says_nothing_more_of_items_that_it_is_no_longer_about(
    process: Process, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(clear_unwatched, "ALERTS_AT_ONCE", page)
    database, clock, network = process.database, process.clock, ChangingNetwork()
    skus = ["boot", "hat", "shirt"]
    stock = [(PositionKey(sku, "S1"), 2) for sku in skus]
    await process.commits.submit(build.a_feed(FeedMode.DELTA, *stock))
    alerts = MongoAlerts(database, Outbox(database, SERVICE, 4))
    sources = AvailabilitySources(
        network, MongoRules(database), process.reads, MongoCatalogue(database), clock
    )
    watch = StockWatch(AlertTools(alerts, sources))
    await watch.look(skus)

    async def raised() -> set[str | None]:
        found = await alerts.page(AlertsWanted(10, state=AlertState.RAISED))
        return {alert.sku for alert in found}

    assert await raised() == set(skus)
    network.rule = replace(BROAD, sku="hat")
    await watch.look_for_rule(BROAD.code, None)
    assert await raised() == {"hat"}
    network.rule = replace(BROAD, active=False)
    await watch.look_for_rule(BROAD.code, None)
    assert await raised() == set()


async def test_a_rule_of_a_category_hears_of_items_that_leave_it_or_join_it(
    process: Process,
) -> None:
    database, clock, network = process.database, process.clock, ChangingNetwork()
    network.rule = replace(BROAD, category="shoes")
    outbox, due_work = Outbox(database, SERVICE, 4), DueWork(database, clock)
    tools = ImportTools(database, MongoOutcomes(database, clock), outbox, clock)
    imports = MongoImports(ITEM_KIND, tools, item_changes(due_work, clock))
    alerts = MongoAlerts(database, outbox)
    sources = AvailabilitySources(
        network, MongoRules(database), process.reads, MongoCatalogue(database), clock
    )
    worker = DueWorker(database, clock, _work(database, clock, alerts, sources), "worker")
    boot, hat = Item("boot", "Boot", category="shoes"), Item("hat", "Hat", category="clothes")

    async def imported(*items: Item) -> set[str | None]:
        """Import items, have done what follows, and give the SKUs of which alerts are raised."""
        lines = [ImportLine(number, item) for number, item in enumerate(items)]
        await imports.save(build.a_request(), "ann", lines, [])
        clock.advance(KNOWN_EVERYWHERE_AFTER)
        await worker.run_due_once()
        found = await alerts.page(AlertsWanted(10, state=AlertState.RAISED))
        return {alert.sku for alert in found}

    await imported(boot, hat)
    stock = [(PositionKey(sku, "S1"), 2) for sku in ("boot", "hat")]
    await process.commits.submit(build.a_feed(FeedMode.DELTA, *stock))
    await StockWatch(AlertTools(alerts, sources)).look(["boot", "hat"])

    assert await imported(replace(boot, title="Boots"), hat) == {"boot"}
    moved = replace(boot, category="garden"), replace(hat, category="shoes")
    assert await imported(*moved) == {"hat"}
    assert await imported(boot, replace(hat, category=None)) == {"boot"}


async def bury(database: Database) -> None:
    """Let the claims of the dead run out."""
    await database.collection(DUE_WORK.name).update_many({}, [{"$set": {"claimUntil": "$$NOW"}}])


def _die_when_handled(point: str) -> None:
    if point == "due_work.handled":
        raise Crashed(point)


async def test_a_page_shows_the_alerts_that_were_raised_the_latest_first(watching: Open) -> None:
    one = await watching()
    await one.process.commits.submit(build.a_count(S1, 9))
    await one.worker.run_due_once()
    assert await one.alerts.page(AlertsWanted(10)) == []

    await moves(one, (S1, -9))
    await one.worker.run_due_once()

    assert [alert.code for alert in await one.alerts.page(AlertsWanted(10))] == ["low"]
    assert await one.alerts.page(AlertsWanted(10, skus=("hat",))) == []
    (alert,) = await one.alerts.page(AlertsWanted(1))
    assert alert.raised_at is not None
    after = (alert.raised_at, alert.identifier)
    assert await one.alerts.page(AlertsWanted(1, after=after)) == []


async def test_a_new_rule_is_looked_at_without_a_movement_by_whoever_knows_it(
    process: Process,
) -> None:
    database, clock = process.database, process.clock
    alerts = MongoAlerts(database, Outbox(database, SERVICE, 4))
    sources = AvailabilitySources(
        NewlyWatchedNetwork(), MongoRules(database), process.reads, MongoCatalogue(database), clock
    )
    worker = DueWorker(database, clock, _work(database, clock, alerts, sources), "worker")
    await process.commits.submit(build.a_count(S1, 2))
    due_work = DueWork(database, clock)
    rounds = MongoAlertRounds(database, due_work, clock)
    count = network_changes(database, MongoNetwork(database))
    changes = alert_rule_changes(count, rounds, clock)
    outbox = Outbox(database, SERVICE, 4)
    tools = ImportTools(database, MongoOutcomes(database, clock), outbox, clock)
    imports = MongoImports(ALERT_RULE_KIND, tools, changes)

    await imports.save(build.a_request(), "ann", [ImportLine(0, LOW)], [])
    clock.advance(KNOWN_EVERYWHERE_AFTER)
    await worker.run_due_once()

    (alert,) = await alerts.page(AlertsWanted(10))
    assert (alert.code, alert.units) == ("low", 2)
