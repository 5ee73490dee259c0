"""After a SNAPSHOT come the events that it does not hold yet, and no others."""

from typing import Any

from service_kit.messaging.envelope import EntityRef, partition_of
from tests.support.live import Log, Socket
from tests.support.live_gateway import WATCH, World

WITHOUT_ENTITY = """subscription Watch($id: ID) {
  changed: orderChanged(orderId: $id, snapshot: true) { delivery seq cursor }
}"""
BESIDE = """subscription Watch($id: ID, $shown: Boolean!) {
  ...Root
}
fragment Root on Subscription {
  changed: orderChanged(orderId: $id, snapshot: true) {
    delivery seq cursor mine: order @include(if: $shown) { shownVersion: status }
  }
}"""


async def read(socket: Socket, many: int) -> list[tuple[str, int | None]]:
    found = [(await socket.data())["changed"] for _ in range(many)]
    return [(one["delivery"], one["seq"]) for one in found]


async def trim(log: Log, partition: int) -> None:
    """Keep the newest entry of a partition alone."""
    await log.wipe()
    await log.refill({partition: log.positions[partition]})


async def test_an_event_told_late_that_the_snapshot_holds_already_is_not_given(
    world: World, opened: Any
) -> None:
    world.versions["7"] = 2
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7", snapshot=True)
    begun = await read(socket, 1)

    for _ in range(4):
        await world.change("7")

    assert begun == [("SNAPSHOT", None)]
    assert await read(socket, 2) == [("EVENT", 3), ("EVENT", 4)]
    snapshot, *events = [one for one in world.orders.documents if "_entities" in one]
    assert "version" in snapshot
    assert not any("version" in document for document in events)


async def test_the_client_sees_nothing_of_the_version_that_was_read(
    world: World, opened: Any
) -> None:
    world.versions["7"] = 2
    socket = await opened("operator")
    await socket.subscribe(BESIDE, id="7", shown=True)
    item = (await socket.data())["changed"]
    del item["cursor"]

    for _ in range(3):
        await world.change("7")

    assert item == {"delivery": "SNAPSHOT", "seq": None, "mine": {"shownVersion": "NEW"}}
    assert await read(socket, 1) == [("EVENT", 3)]


async def test_an_entity_that_the_snapshot_does_not_show_keeps_its_events(
    world: World, opened: Any
) -> None:
    world.versions["7"] = 2
    hidden, never = await opened("operator"), await opened("operator")
    await hidden.subscribe(BESIDE, id="7", shown=False)
    await never.subscribe(WITHOUT_ENTITY, id="7")
    begun = [await read(hidden, 1), await read(never, 1)]

    await world.change("7")

    assert begun == [[("SNAPSHOT", None)]] * 2
    assert [await read(hidden, 1), await read(never, 1)] == [[("EVENT", 1)]] * 2


async def test_a_cursor_with_a_snapshot_gives_it_first_and_what_it_does_not_hold_after(
    world: World, opened: Any
) -> None:
    first = await opened("operator")
    await first.subscribe(WATCH, id="7")
    cursor = (await first.data())["changed"]["cursor"]
    for _ in range(3):
        await world.change("7")
    world.versions["7"] = 2

    second = await opened("operator")
    await second.subscribe(WATCH, id="7", since=cursor, snapshot=True)
    await world.change("7")

    snapshot = (await second.data())["changed"]
    assert (snapshot["delivery"], snapshot["cursor"]) == ("SNAPSHOT", cursor)
    assert await read(second, 2) == [("EVENT", 3), ("EVENT", 4)]


async def test_the_snapshot_after_a_reset_counts_as_well(world: World, opened: Any) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    cursor = (await socket.data())["changed"]["cursor"]
    for _ in range(3):
        await world.change("7")
    await trim(world.log, partition_of(EntityRef("Order", "7"), world.log.partitions))
    world.versions["7"] = 4

    second = await opened("operator")
    await second.subscribe(WATCH, id="7", since=cursor)
    begun = await read(second, 2)
    await world.change("7")
    await world.change("7")

    assert begun == [("RESET", None), ("SNAPSHOT", None)]
    assert await read(second, 1) == [("EVENT", 5)]
