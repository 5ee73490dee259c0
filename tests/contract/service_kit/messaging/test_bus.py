"""Streams whose positions have no gap and no double."""

import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest

from service_kit.messaging.bus import Bounds, Bus, BusUnavailable, Entry, FencedOut, StreamGap
from tests.support.silent import silenced

STREAM = "events:orders:0"


async def test_a_position_is_taken_once(bus: Bus) -> None:
    assert await bus.append(STREAM, 1, b"one") is True
    assert await bus.append(STREAM, 1, b"one") is False
    assert await bus.read({STREAM: 0}) == [Entry(STREAM, 1, b"one")]


async def test_a_run_skips_what_is_there_and_appends_the_rest(bus: Bus) -> None:
    assert await bus.append_run(STREAM, 1, ["a", "b"]) == 2
    assert await bus.append_run(STREAM, 1, ["a", "b", "c"]) == 1
    assert [entry.payload for entry in await bus.read({STREAM: 1})] == [b"b", b"c"]


async def test_a_run_that_does_not_join_on_is_refused(bus: Bus) -> None:
    await bus.append_run(STREAM, 1, ["a", "b"])
    with pytest.raises(StreamGap) as gap:
        await bus.append_run(STREAM, 4, ["d"], begin=True)
    assert gap.value.top == 2
    assert await bus.tail(STREAM) == 2


async def test_only_an_empty_stream_may_begin_anywhere(bus: Bus) -> None:
    with pytest.raises(StreamGap):
        await bus.append_run(STREAM, 500, ["e"])
    assert await bus.append_run(STREAM, 500, ["e"], begin=True) == 1
    assert await bus.bounds([STREAM, "another"]) == {
        STREAM: Bounds(500, 500),
        "another": Bounds(0, 0),
    }


async def test_an_older_owner_cannot_write_after_a_newer_one(bus: Bus) -> None:
    await bus.append_run(STREAM, 1, ["a"], fence=2)
    with pytest.raises(FencedOut):
        await bus.append_run(STREAM, 2, ["b"], fence=1)
    await bus.append_run(STREAM, 2, ["b"], fence=2)
    assert await bus.tail(STREAM) == 2


async def test_a_reader_that_waits_is_woken_by_the_next_entry(bus: Bus) -> None:
    other = "events:orders:1"
    reading = asyncio.create_task(bus.read({STREAM: 0, other: 0}, block=60_000))
    await bus.append(other, 1, b"x")
    async with asyncio.timeout(10):
        assert await reading == [Entry(other, 1, b"x")]


async def test_reading_nothing_gives_nothing(bus: Bus) -> None:
    assert await bus.read({}) == []
    assert await bus.read({STREAM: 0}) == []
    assert await bus.read({STREAM: 0}, block=1) == []


async def test_a_stream_is_trimmed_from_its_beginning_without_a_hole(bus: Bus) -> None:
    await bus.append_run(STREAM, 1, ["x"] * 450, keep=100)
    await bus.append_run(STREAM, 451, ["x"], keep=100)
    bounds = (await bus.bounds([STREAM]))[STREAM]
    assert bounds.last == 451
    assert 1 < bounds.first <= 351
    positions = [entry.position for entry in await bus.read({STREAM: 0})]
    assert all(after == before + 1 for before, after in pairwise(positions))
    await bus.trim(STREAM, 0)
    await bus.delete(STREAM)
    assert await bus.tail(STREAM) == 0


async def test_name_spaces_keep_logs_apart(bus: Bus, redis_url: str) -> None:
    neighbour = Bus(redis_url, namespace="neighbour:")
    await neighbour.append(STREAM, 1, b"theirs")
    assert await bus.tail(STREAM) == 0
    await neighbour.close()


async def test_a_notice_reaches_those_who_listen(bus: Bus) -> None:
    async with asyncio.timeout(10), aclosing(bus.listen("wake")) as notices:
        assert await anext(notices) == ""
        await bus.notify("wake", "now")
        assert await anext(notices) == "now"


async def test_a_server_that_is_not_there_is_told_as_such() -> None:
    bus = Bus("redis://127.0.0.1:1")
    with pytest.raises(BusUnavailable):
        await bus.ping()
    with pytest.raises(BusUnavailable):
        await bus.append(STREAM, 1, b"x")
    await bus.close()


async def test_a_living_server_answers_ping(bus: Bus) -> None:
    await bus.ping()


async def test_a_silent_connection_is_given_up_and_another_one_goes_on(redis_url: str) -> None:
    async with silenced(redis_url) as way:
        bus = Bus(way.url, namespace="silent:", patience=0.3)
        calls = {
            "read": lambda: bus.read({STREAM: 9}, block=10),
            "append": lambda: bus.append(STREAM, 1, b"x"),
            "bounds": lambda: bus.bounds([STREAM]),
            "head": lambda: bus.head("orders"),
            "notify": lambda: bus.notify("wake"),
            "ping": bus.ping,
        }
        for name, call in calls.items():
            await call()
            way.silence()
            with pytest.raises(BusUnavailable, match="did not answer"):
                await call()
            assert name
        assert await bus.read({STREAM: 0}) == [Entry(STREAM, 1, b"x")]
        await bus.close()


async def test_whoever_listens_to_a_silent_connection_is_told(redis_url: str) -> None:
    async with silenced(redis_url) as way:
        bus = Bus(way.url, patience=0.2)
        async with aclosing(bus.listen("wake")) as notices:
            await anext(notices)
            way.silence()
            with pytest.raises(BusUnavailable, match="said nothing"):
                await anext(notices)
        await bus.close()


async def test_whoever_listens_hears_on_after_a_long_silence(redis_url: str) -> None:
    bus = Bus(redis_url, patience=1)
    async with aclosing(bus.listen("wake")) as notices:
        await anext(notices)
        coming = asyncio.ensure_future(anext(notices))
        await asyncio.wait([coming], timeout=2.5)
        await bus.notify("wake", "now")
        assert await coming == "now"
    await bus.close()


async def test_an_entry_that_no_relay_wrote_is_passed_over(bus: Bus) -> None:
    await bus.append(STREAM, 1, b"one")
    await bus._redis.xadd(bus._namespace + STREAM, {"foreign": "entry"}, id="2-0")
    await bus.append(STREAM, 3, b"three")
    entries = await bus.read({STREAM: 0})
    assert [(entry.position, entry.payload) for entry in entries] == [
        (1, b"one"),
        (2, b""),
        (3, b"three"),
    ]


async def test_more_callers_than_connections_wait_for_their_turn(redis_url: str) -> None:
    bus = Bus(redis_url, connections=2)
    try:
        await bus.append_run(STREAM, 1, ["a", "b"])
        reads = [bus.read({STREAM: 1}, block=20) for _ in range(20)]
        looks = [bus.bounds([STREAM]) for _ in range(100)]
        found, bounds = await asyncio.gather(asyncio.gather(*reads), asyncio.gather(*looks))
    finally:
        await bus.close()
    assert {entry.payload for entries in found for entry in entries} == {b"b"}
    assert bounds == [{STREAM: Bounds(1, 2)}] * 100
