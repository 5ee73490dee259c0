"""Orders hear of goods that they wait for: late, twice, while being placed, or not at all."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest

from order_svc.consumers import AwaitedStock
from order_svc.domain.errands import AWAITED
from order_svc.mongo.indexes import ORDERS
from order_svc.use_cases.renew_awaited import StillPlacing, renew_awaited
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.due_work import DUE_WORK, DueWork
from service_kit.messaging.envelope import Change, EntityRef, Event
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, Session
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_wish

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def _hears(heard: AwaitedStock, event: Event, session: Session) -> None:
    await heard.handle(session, event)


async def one_waits(_: Session) -> Sequence[tuple[str, str]]:
    return [("o7", "r7")]


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
    return AwaitedStock(DueWork(process.database, clock), clock, one_waits)


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


async def test_when_events_are_lost_every_order_that_waits_is_looked_at(
    process: OrdersProcess, heard: AwaitedStock
) -> None:
    await process.database.transaction(lambda session: heard.start_afresh(session, "s:1"))

    look = {"orderId": "o7", "reservationId": "r7"}
    assert await scheduled(process.database) == [("r7.awaited.s:1.reset", look)]


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
