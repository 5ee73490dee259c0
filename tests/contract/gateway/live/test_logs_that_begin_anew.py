"""A log whose positions go back: never silence, and no reset where it is only filled again."""

import asyncio
from typing import Any

from tests.support.live import Log, Socket
from tests.support.live_gateway import WATCH, World


async def begin_anew(log: Log, mark: str, identity: str) -> None:
    """Lose the database and the streams."""
    await log.wipe()
    log.positions.clear()
    log.written.clear()
    await log.say(mark, identity)


async def deliveries(socket: Socket, many: int) -> list[str]:
    """Give why the next items were sent."""
    return [(await socket.data())["changed"]["delivery"] for _ in range(many)]


async def until_reset(log: Log, socket: Socket) -> Any:
    """Have the relay look again and again until the first item is there that is no heartbeat."""
    first = asyncio.ensure_future(_first(socket))
    mark = 1
    while not first.done():
        mark += 1
        await log.say(f"{mark}", "first")
        await asyncio.wait([first], timeout=0.5)
    return await first


async def _first(socket: Socket) -> Any:
    while (told := (await socket.data())["changed"]["delivery"]) == "HEARTBEAT":
        pass
    return told


async def test_who_listens_when_a_log_begins_anew_is_reset_and_hears_what_follows(
    world: World, opened: Any
) -> None:
    await world.log.say("1", "first")
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    for _ in range(3):
        await world.change("7")
    assert await deliveries(socket, 3) == ["EVENT"] * 3

    await begin_anew(world.log, "1", "second")
    again = [await _first(socket), *await deliveries(socket, 1)]
    await world.change("7")

    assert again == ["RESET", "SNAPSHOT"]
    assert await deliveries(socket, 1) == ["EVENT"]


async def test_a_restored_database_is_noticed_without_another_identity(
    world: World, opened: Any
) -> None:
    await world.log.say("1", "first")
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    for _ in range(3):
        await world.change("7")
    assert await deliveries(socket, 3) == ["EVENT"] * 3

    await begin_anew(world.log, "2", "first")

    assert await until_reset(world.log, socket) == "RESET"


async def test_a_cursor_of_a_log_that_is_gone_is_reset_however_far_the_new_one_is(
    world: World, opened: Any
) -> None:
    await world.log.say("1", "first")
    first = await opened("operator")
    await first.subscribe(WATCH, id="7")
    await first.data()
    await world.change("7")
    cursor = (await first.data())["changed"]["cursor"]
    await first.socket.close()
    await begin_anew(world.log, "1", "second")
    for _ in range(5):
        await world.change("7")

    second = await opened("operator")
    await second.subscribe(WATCH, id="7", since=cursor)

    assert await deliveries(second, 2) == ["RESET", "SNAPSHOT"]


async def test_a_cursor_beyond_a_log_that_is_whole_is_reset(world: World, opened: Any) -> None:
    await world.log.say("1", "first")
    first = await opened("operator")
    await first.subscribe(WATCH, id="7")
    await first.data()
    for _ in range(2):
        await world.change("7")
    cursor = [(await first.data())["changed"]["cursor"] for _ in range(2)][-1]
    await first.socket.close()
    await begin_anew(world.log, "2", "first")

    second = await opened("operator")
    await second.subscribe(WATCH, id="7", since=cursor)

    assert await until_reset(world.log, second) == "RESET"


async def test_a_log_that_is_filled_again_goes_on_without_a_reset(
    world: World, opened: Any
) -> None:
    await world.log.say("1", "first")
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    for _ in range(3):
        await world.change("7")
    await deliveries(socket, 3)

    await world.log.wipe()
    waiting = asyncio.ensure_future(deliveries(socket, 1))
    for mark in "23":
        await asyncio.wait([waiting], timeout=2.5)
        await world.log.say(mark, "first")
    await world.log.refill()
    await world.change("7")

    assert await waiting == ["HEARTBEAT"]
    assert await _first(socket) == "EVENT"


async def test_who_comes_while_a_lost_log_is_filled_again_hears_nothing_old(
    world: World, opened: Any
) -> None:
    for _ in range(3):
        await world.change("7")
    await world.log.wipe()
    await world.log.bus.delete(f"events:{world.log.stream}:head")
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7", snapshot=True)
    first = asyncio.ensure_future(deliveries(socket, 1))
    await asyncio.wait([first], timeout=0.5)
    assert not first.done()

    await world.log.refill()
    await world.log.say("2")

    assert await first == ["SNAPSHOT"]
    await world.change("7")
    assert (await socket.data())["changed"]["seq"] == 4


async def test_a_log_of_another_number_of_partitions_is_refused(world: World, opened: Any) -> None:
    world.log.partitions += 1
    await world.log.say()
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    told = await socket.read()
    assert told["payload"][0]["extensions"]["code"] == "EVENTS_UNAVAILABLE"
