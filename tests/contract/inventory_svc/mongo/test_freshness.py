"""When sources told last, on a real MongoDB: the alert says what is so, whoever looks."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.app import SERVICE
from inventory_svc.domain.alerts.alert import AlertKind, StockAlert
from inventory_svc.domain.importing import ImportLine
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.source import SILENCE_WORK, StockSource
from inventory_svc.due_work import source_handlers
from inventory_svc.mongo.alerts import MongoAlerts
from inventory_svc.mongo.collections import ALERTS, SOURCE_FRESHNESS
from inventory_svc.mongo.freshness import MongoFreshness
from inventory_svc.mongo.imports import SOURCE_KIND, ImportTools, MongoImports
from inventory_svc.mongo.network import MongoNetwork
from inventory_svc.mongo.network_changes import (
    KNOWN_EVERYWHERE_AFTER,
    network_changes,
    source_changes,
)
from inventory_svc.mongo.silence import StaleLocations
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.due_worker import DueWorker
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

DAY = timedelta(days=1)
D1 = StockSource("d1", "D1", frozenset({"D1"}), DAY)


def freshness_of(process: Process) -> tuple[MongoFreshness, MongoAlerts]:
    database, clock = process.database, process.clock
    alerts = MongoAlerts(database, Outbox(database, SERVICE, 4))
    return MongoFreshness(database, clock, alerts, DueWork(database, clock)), alerts


async def alert_of(alerts: MongoAlerts) -> StockAlert:
    return await alerts.find(StockAlert(AlertKind.STALE_SOURCE, "d1"))


async def test_a_source_is_looked_at_when_what_it_told_may_be_too_old(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    clock, due_work = process.clock, DueWork(process.database, process.clock)
    freshness, alerts = freshness_of(process)
    told_at = clock.now()

    await freshness.told(D1, told_at)
    await freshness.told(D1, told_at - timedelta(hours=5))

    assert await freshness.told_at(["d1", "d2"]) == {"d1": told_at}
    item = await due_work.find(derived_identifier(SILENCE_WORK, "d1"))
    assert item is not None
    assert item.due_at == told_at + DAY
    clock.advance(DAY)
    for _ in range(2):
        await freshness.look(D1)
    assert (await alert_of(alerts)).times == 1
    assert (await alert_of(alerts)).is_raised


async def test_however_it_is_told_and_looked_at_at_once_the_alert_says_what_is_so(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process(), await open_process()]
    both = [freshness_of(process) for process in processes]
    clock = processes[0].clock
    for round_ in range(6):
        clock.advance(2 * DAY)
        await both[round_ % 2][0].look(D1)
        assert (await alert_of(both[0][1])).is_raised == (round_ > 0)
        await asyncio.gather(
            *(each.look(D1) for each, _ in both * 2),
            *(each.told(D1, clock.now()) for each, _ in both),
        )
        assert not (await alert_of(both[0][1])).is_raised


async def test_a_source_that_tells_often_is_looked_at_once(open_process: OpenProcess) -> None:
    process = await open_process()
    freshness, _ = freshness_of(process)
    for _ in range(9):
        process.clock.advance(timedelta(minutes=1))
        await freshness.told(D1, process.clock.now())

    (told,) = await process.database.collection(SOURCE_FRESHNESS.name).find({})

    assert told["looks"] == 1
    assert await process.database.collection(ALERTS.name).find({}) == []
    assert await freshness.told_at(["d1"]) == {"d1": process.clock.now()}


async def test_many_that_tell_of_one_source_at_once_do_not_keep_each_other_from_it(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process(), await open_process()]
    both = [freshness_of(process) for process in processes]
    clock = processes[0].clock
    moments = [clock.now() - timedelta(seconds=ago) for ago in range(64)]
    clock.advance(2 * DAY)
    await asyncio.gather(*(both[at % 2][0].told(D1, each) for at, each in enumerate(moments)))
    assert (await alert_of(both[0][1])).is_raised

    since = [moment + 2 * DAY for moment in moments]
    await asyncio.gather(*(both[at % 2][0].told(D1, each) for at, each in enumerate(since)))

    assert await both[0][0].told_at(["d1"]) == {"d1": since[0]}
    assert (await alert_of(both[0][1])).times == 1
    assert not (await alert_of(both[0][1])).is_raised


async def test_a_network_is_shown_without_stale_locations_within_half_a_second(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    freshness, _ = freshness_of(process)
    silence = StaleLocations(freshness, process.clock)
    shop = Location("D1", "D1", LocationType.SUPPLIER, "FR")
    network = NetworkDirectory({"D1": shop}, sources={"d1": D1})
    told_at = process.clock.now()
    await freshness.told(D1, told_at)

    fresh = await silence.shown(network)
    process.clock.advance(DAY + timedelta(seconds=1))
    stale = await silence.shown(network)

    assert fresh is network
    assert stale.locations["D1"].stale_since == told_at + DAY
    assert await silence.shown(network) is stale
    unlimited = NetworkDirectory({"D1": shop}, sources={})
    assert await silence.shown(unlimited) is unlimited


@pytest.mark.parametrize(
    ("limits", "is_raised"),
    [((None, 1), True), ((4, 1), True), ((1, 4), False), ((1, None), False)],
)
async def test_an_alert_follows_the_limit_of_its_source(
    open_process: OpenProcess, limits: Sequence[int | None], *, is_raised: bool
) -> None:
    process = await open_process()
    freshness, alerts = freshness_of(process)
    database, clock = process.database, process.clock
    network, due_work = MongoNetwork(database), DueWork(database, clock)
    worker = DueWorker(database, clock, source_handlers(freshness, network), "worker")
    changes = source_changes(network_changes(database, network), due_work, clock)
    outbox = Outbox(database, SERVICE, 4)
    tools = ImportTools(database, MongoOutcomes(database, clock), outbox, clock)
    imports = MongoImports(SOURCE_KIND, tools, changes)
    before, after = (replace(D1, fresh_for=None if days is None else days * DAY) for days in limits)
    await imports.save(build.a_request(), "ann", [ImportLine(0, before)], [])
    await freshness.told(before, clock.now())
    clock.advance(2 * DAY)
    await worker.run_due_once()

    await imports.save(build.a_request(), "ann", [ImportLine(0, after)], [])
    clock.advance(KNOWN_EVERYWHERE_AFTER)
    await worker.run_due_once()

    assert (await alert_of(alerts)).is_raised == is_raised
