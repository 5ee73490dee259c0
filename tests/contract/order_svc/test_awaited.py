"""Orders hear of goods that they wait for: late, twice, while being placed, or not at all."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pymongo import MongoClient

from order_svc.consumers import ORDERS_AT_ONCE, AwaitedStock
from order_svc.domain.errands import AWAITED, AWAITED_LOST, HELD_BACK
from order_svc.domain.lines.line import Wait
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, place
from order_svc.domain.orders.awaiting import Standing, StandingLine
from order_svc.mongo.awaiting import MongoAwaiting
from order_svc.mongo.indexes import FULFILMENTS, ORDERS
from order_svc.mongo.order_documents import order_document, order_of
from order_svc.use_cases.renew_awaited import StillPlacing, renew_awaited
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.due_work import DUE_WORK, DueItem, DueWork
from service_kit.messaging.due_worker import DueWorker
from service_kit.messaging.envelope import Change, EntityRef, Event
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, Session
from service_kit.storage.indexes import ensure_indexes
from tests.support.fake_inventory import FakeInventory
from tests.support.orders import a_place, a_placing_order
from tests.support.orders_process import OrdersProcess, a_wish

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def _loses(heard: AwaitedStock, stream: str, session: Session) -> None:
    await heard.start_afresh(session, stream)


async def _hears(heard: AwaitedStock, event: Event, session: Session) -> None:
    await heard.handle(session, event)


def an_event(seq: int, order: str | None = "o1", *, awaited: bool = True) -> Event:
    """Give what inventory tells of a reservation."""
    changes = {"awaited": Change([], [])} if awaited else {}
    return Event(
        event_id=f"e{seq}",
        type="reservationChanged",
        entity=EntityRef("Reservation", "r1"),
        seq=seq,
        occurred_at=NOW,
        actor="inventory",
        cause="c",
        audience=(),
        changes=changes,
        data={"orderId": None if order is None else to_global_id("Order", order)},
    )


async def scheduled(database: Database) -> list[tuple[str, object]]:
    found = await database.collection(DUE_WORK.name).find({"kind": AWAITED})
    return sorted((each["_id"], each["payload"]) for each in found)


@pytest.fixture
def heard(process: OrdersProcess, clock: SettableClock) -> AwaitedStock:
    """Whoever hears of it, for the database of the test."""
    waiting, due_work = MongoAwaiting(process.database), DueWork(process.database, clock)
    return AwaitedStock(process.database, due_work, clock, waiting, timedelta(minutes=15))


async def test_only_what_has_become_of_awaited_goods_of_an_order_has_it_looked_at(
    process: OrdersProcess, heard: AwaitedStock
) -> None:
    events = [
        an_event(1),
        an_event(2),
        an_event(2),
        an_event(3, awaited=False),
        an_event(4, None),
        an_event(5),
    ]
    for event in events:
        await process.database.transaction(partial(_hears, heard, event))

    look = {"orderId": "o1", "reservationId": "r1"}
    assert await scheduled(process.database) == [("r1.awaited.2", look), ("r1.awaited.5", look)]


async def test_when_events_are_lost_every_order_that_waits_is_looked_at_page_by_page(
    process: OrdersProcess, heard: AwaitedStock, clock: SettableClock
) -> None:
    waiting = [f"o{number:03}" for number in range(ORDERS_AT_ONCE + 1)]
    orders = process.database.collection(ORDERS.name)
    await orders.insert_many(
        [
            *({"_id": each, "ref": each, "awaits": [f"r-{each}", f"s-{each}"]} for each in waiting),
            {"_id": "o0000", "ref": "nothing"},
        ]
    )
    for stream in ("s:1", "s:2"):
        await process.database.transaction(partial(_loses, heard, stream))
    walks = await process.database.collection(DUE_WORK.name).find({})
    assert sorted(each["kind"] for each in walks) == [AWAITED_LOST, HELD_BACK]
    worker = DueWorker(process.database, clock, {AWAITED_LOST: heard.walk_on}, "worker")

    assert await worker.run_due_once() == 2

    looked = [payload for _, payload in await scheduled(process.database)]
    pairs = [(order, f"{kind}-{order}") for kind in ("r", "s") for order in waiting]
    assert looked == [{"orderId": one, "reservationId": other} for one, other in pairs]
    assert await process.database.collection(DUE_WORK.name).count({"kind": AWAITED_LOST}) == 0


async def test_a_further_loss_begins_the_walk_anew(
    process: OrdersProcess, heard: AwaitedStock, clock: SettableClock
) -> None:
    await process.database.collection(ORDERS.name).insert_one({"_id": "o1", "awaits": ["r1"]})
    await process.database.transaction(partial(_loses, heard, "s:1"))

    async def interrupted(item: DueItem) -> None:
        await process.database.transaction(partial(_loses, heard, "s:2"))
        await heard.walk_on(item)

    worker = DueWorker(process.database, clock, {AWAITED_LOST: interrupted}, "worker")
    assert not await worker.run_now(AWAITED_LOST)
    assert await scheduled(process.database) == []

    worker = DueWorker(process.database, clock, {AWAITED_LOST: heard.walk_on}, "worker")
    assert await worker.run_now(AWAITED_LOST)
    look = {"orderId": "o1", "reservationId": "r1"}
    assert await scheduled(process.database) == [("r1.awaited.lost", look)]


def a_new_date(sku: str, seq: int, at: str | None) -> Event:
    """Give what inventory tells of an item whose release date has changed."""
    event = replace(an_event(seq), type="itemChanged", entity=EntityRef("Item", sku), data={})
    return replace(event, changes={"releaseAt": Change("2026-04-01T00:00:00Z", at)})


async def test_what_nobody_picks_is_looked_at_when_its_date_is_put_off_and_once_more_later(
    process: OrdersProcess, heard: AwaitedStock, clock: SettableClock
) -> None:
    orders, fulfilments = (process.database.collection(each.name) for each in (ORDERS, FULFILMENTS))
    held = [f"o{number:03}" for number in range(ORDERS_AT_ONCE + 1)]
    await orders.insert_many(
        [
            *({"_id": each, "ref": each, "allocated": ["A", "B"]} for each in held),
            {"_id": "o900", "ref": "other item", "allocated": ["B"]},
            {"_id": "o901", "ref": "picked"},
        ]
    )
    await fulfilments.insert_many(
        [
            {"_id": f"{part}.f", "orderId": order, "state": state, "reservationId": part}
            for order in (*held, "o900")
            for part, state in ((f"{order}.r1", "ASSIGNED"), (f"{order}.r2", "PICKING"))
        ]
    )
    for event in (a_new_date("A", 7, None), a_new_date("A", 8, "2026-05-01T00:00:00Z")):
        await process.database.transaction(partial(_hears, heard, event))
    worker = DueWorker(process.database, clock, {HELD_BACK: heard.walk_on}, "worker")

    assert await worker.run_due_once() == 2

    looked = [payload for _, payload in await scheduled(process.database)]
    assert looked == [{"orderId": each, "reservationId": f"{each}.r1"} for each in held]
    clock.advance(timedelta(minutes=15))
    assert await worker.run_due_once() == 2
    assert len(await scheduled(process.database)) == 2 * len(held)
    assert await process.database.collection(DUE_WORK.name).count({"kind": HELD_BACK}) == 0


@pytest.mark.parametrize(
    ("sku", "index"), [(None, "allocated_by_id"), ("A", "allocated"), ("awaited", "waiting_by_id")]
)
async def test_a_walk_reads_no_orders_but_those_of_its_page(
    sku: str | None,
    index: str,
    process: OrdersProcess,
    mongodb_client: MongoClient[dict[str, Any]],
    database_name: str,
) -> None:
    await ensure_indexes(process.database, (ORDERS, FULFILMENTS))
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"allocated": ["A", "B"]},
        {"allocated": ["B"]},
        {"awaits": ["r1"]},
    )
    await process.database.collection(ORDERS.name).insert_many(
        [{"_id": f"o{number:03}", "ref": str(number), **kinds[number % 4]} for number in range(400)]
    )
    walks, raw = MongoAwaiting(process.database), mongodb_client[database_name]

    async def read(session: Session) -> Sequence[tuple[str, Sequence[str]]]:
        if sku == "awaited":
            return await walks.page("o100", 10, session)
        return await walks.untouched(sku, "o100", 10, session)

    raw.command("profile", 2)
    assert len(await process.database.transaction(read)) == 10
    raw.command("profile", 0)

    (looked,) = raw["system.profile"].find({"command.find": ORDERS.name})
    assert looked["docsExamined"] == 10
    assert looked["keysExamined"] <= 20
    scan = looked["execStats"]
    while "inputStage" in scan:
        scan = scan["inputStage"]
    assert scan["indexName"] == index


async def test_an_order_that_is_gone_needs_nothing_and_one_being_placed_is_looked_at_later(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    around = process.parts.around
    await renew_awaited(around, "never", "r1")

    inventory.give("A", "W1", 1)
    inventory.mute = 1
    placed = await process.does("orderPlace", a_wish("A"), "order { id }")
    assert [error["code"] for error in placed["userErrors"]] == ["IN_PROGRESS"]
    orders = await process.database.collection(ORDERS.name).find({})
    with pytest.raises(StillPlacing):
        await renew_awaited(around, orders[0]["_id"], "r1")


class Standings(FakeInventory):
    """An inventory whose answers come in an order of their own."""

    def __init__(self, days: Mapping[int, int]) -> None:
        super().__init__()
        self.days = dict(days)

    async def standing(self, reservation_id: str) -> Standing:
        version, day = self.days.popitem()
        row = StandingLine("o1.l1", a_place("W1"), 1, NOW + timedelta(days=day))
        return Standing(reservation_id, version, (row,))


@pytest.mark.parametrize("last", [2, 3, 4])
async def test_whoever_writes_last_what_was_read_first_changes_nothing(
    process: OrdersProcess, last: int
) -> None:
    found = (AllocatedLine("o1.l1", 1, a_place("W1"), NOW + timedelta(days=10)),)
    waiting = place(a_placing_order(1), Allocation("r1", found), NOW).order
    orders = process.database.collection(ORDERS.name)
    await orders.insert_one(order_document(waiting))
    days = {2: 20, 3: 10, 4: 30}
    read = {version: days[version] for version in (last, *days)}
    around = replace(process.parts.around, inventory=Standings(read))

    for _ in days:
        await renew_awaited(around, "o1", "r1")

    kept = await orders.find_one({"_id": "o1"})
    assert kept is not None
    assert order_of(kept, ()).lines[0].waits == (Wait("r1", NOW + timedelta(days=30), 4),)


async def test_of_those_who_renew_an_order_at_once_the_newest_version_wins(
    process: OrdersProcess,
) -> None:
    found = (AllocatedLine("o1.l1", 1, a_place("W1"), NOW + timedelta(days=10)),)
    waiting = place(a_placing_order(1), Allocation("r1", found), NOW).order
    orders = process.database.collection(ORDERS.name)
    await orders.insert_one(order_document(waiting))
    days = {version: version % 3 + 1 for version in range(2, 12)}
    around = replace(process.parts.around, inventory=Standings(days))

    await asyncio.gather(*(renew_awaited(around, "o1", "r1") for _ in days))

    kept = await orders.find_one({"_id": "o1"})
    assert kept is not None
    assert order_of(kept, ()).lines[0].waits == (Wait("r1", NOW + timedelta(days=3), 11),)
