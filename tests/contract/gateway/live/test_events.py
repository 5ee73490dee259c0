"""Events in a real Valkey reach real clients, their entities resolved by real subgraphs."""

from dataclasses import replace
from typing import Any

import aiohttp

from gateway.app import build_app
from gateway.ports import SubgraphResponse
from gateway.stores.event_log import RedisEventLog
from gateway.subscriptions.reader import StreamReader
from service_kit.messaging.envelope import EntityRef, partition_of, stream_name
from service_kit.runtime.clock import SettableClock
from tests.support.live import Log, Socket, sse_events
from tests.support.live_gateway import WATCH, Serve, World, user_token
from tests.support.silent import silenced


async def test_an_event_reaches_a_websocket_client_with_its_entities_resolved(
    world: World, opened: Any
) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    begun = await socket.data()

    world.statuses["7"] = "PAID"
    await world.change("7", "ORDER_PAID")
    seen = await socket.data()

    assert begun["changed"]["delivery"] == "HEARTBEAT"
    cursor = seen["changed"].pop("cursor")
    assert cursor != begun["changed"]["cursor"]
    assert seen == {
        "changed": {
            "delivery": "EVENT",
            "seq": 1,
            "what": "ORDER_PAID",
            "order": {"id": "7", "status": "PAID", "place": {"name": "place P7"}},
        }
    }


async def test_an_event_reaches_an_sse_client(world: World, session: aiohttp.ClientSession) -> None:
    headers = {"Authorization": f"Bearer {user_token()}", "Accept": "text/event-stream"}
    body = {"query": WATCH, "variables": {"id": "7"}}
    async with session.post(world.url, json=body, headers=headers) as response:
        events = sse_events(response)
        assert await anext(events) == ("heartbeat", None)
        kind, begun = await anext(events)
        await world.change("7")
        _, seen = await anext(events)

    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert (kind, begun["data"]["changed"]["delivery"]) == ("next", "HEARTBEAT")
    assert seen["data"]["changed"]["order"]["status"] == "NEW"


async def read_seqs(socket: Socket, count: int) -> list[int]:
    return [(await socket.data())["changed"]["seq"] for _ in range(count)]


async def test_a_client_that_comes_back_with_its_cursor_misses_nothing_and_sees_nothing_twice(
    world: World, opened: Any
) -> None:
    first = await opened("operator")
    await first.subscribe(WATCH, id="7")
    await first.data()
    await world.change("7")
    cursor = (await first.data())["changed"]["cursor"]
    await first.socket.close()
    for _ in range(3):
        await world.change("7")
        await world.change("8")

    second = await opened("operator")
    await second.subscribe(WATCH, id="7", since=cursor)
    missed = await read_seqs(second, 3)
    await world.change("7")

    assert missed == [2, 3, 4]
    assert await read_seqs(second, 1) == [5]


async def test_a_cursor_of_one_gateway_is_good_at_another(
    world: World, opened: Any, session: aiohttp.ClientSession
) -> None:
    other = await world.another_gateway(session)
    here = await opened("operator")
    await here.subscribe(WATCH, id="7")
    cursor = (await here.data())["changed"]["cursor"]
    await world.change("7")

    there = await opened("operator", url=f"{other.url}/graphql")
    await there.subscribe(WATCH, id="7", since=cursor)

    assert await read_seqs(there, 1) == [1]


async def test_a_lost_valkey_that_is_filled_again_gives_no_event_twice(
    world: World, opened: Any
) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    await world.change("7")
    before = await socket.data()

    await world.log.wipe()
    await world.log.refill()
    await world.change("7")
    after = await socket.data()
    late = await opened("operator")
    await late.subscribe(WATCH, id="7", since=before["changed"]["cursor"])

    assert (before["changed"]["seq"], after["changed"]["seq"]) == (1, 2)
    assert await read_seqs(late, 1) == [2]


async def test_a_client_ahead_of_a_log_that_is_being_filled_again_waits_for_what_is_new(
    world: World, opened: Any, session: aiohttp.ClientSession
) -> None:
    for _ in range(3):
        await world.change("7")
    first = await opened("operator")
    await first.subscribe(WATCH, id="7")
    cursor = (await first.data())["changed"]["cursor"]

    await world.log.wipe()
    fresh = await world.another_gateway(session)
    socket = await opened("operator", url=f"{fresh.url}/graphql")
    await socket.subscribe(WATCH, id="7", since=cursor)
    await world.log.refill()
    await world.change("7")

    assert await read_seqs(socket, 1) == [4]


async def test_a_cursor_older_than_the_log_gets_a_reset_and_a_snapshot(
    world: World, opened: Any
) -> None:
    first = await opened("operator")
    await first.subscribe(WATCH, id="7")
    cursor = (await first.data())["changed"]["cursor"]
    for _ in range(3):
        await world.change("7")
    await world.log.wipe()
    await world.log.refill(dict.fromkeys(world.log.positions, 3))
    world.statuses["7"] = "PAID"

    late = await opened("operator")
    await late.subscribe(WATCH, id="7", since=cursor)
    reset, snapshot = (await late.data())["changed"], (await late.data())["changed"]
    await world.change("7")

    assert (reset["delivery"], reset["order"]) == ("RESET", None)
    assert snapshot["delivery"] == "SNAPSHOT"
    assert snapshot["order"] == {"id": "7", "status": "PAID", "place": {"name": "place P7"}}
    assert await read_seqs(late, 1) == [4]


async def test_events_that_vanish_under_a_listener_are_told_by_a_reset(
    world: World, opened: Any
) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    await world.change("7")
    await socket.data()

    await world.log.wipe()
    world.log.positions = dict.fromkeys(range(8), 10)
    event = world.log.written[0]
    await world.log.bus.append_run(f"events:orders:{event[0]}", 11, [event[2]], begin=True)
    told = [(await socket.data())["changed"]["delivery"] for _ in range(3)]

    assert told == ["RESET", "SNAPSHOT", "EVENT"]


async def test_a_snapshot_comes_first_and_then_what_is_newer(world: World, opened: Any) -> None:
    world.statuses["7"] = "PAID"
    await world.change("7")
    socket = await opened("operator")

    await socket.subscribe(WATCH, id="7", snapshot=True)
    snapshot = (await socket.data())["changed"]
    await world.change("7")

    assert (snapshot["delivery"], snapshot["seq"]) == ("SNAPSHOT", None)
    assert snapshot["order"]["status"] == "PAID"
    assert await read_seqs(socket, 1) == [2]


async def test_a_caller_sees_only_events_whose_audience_names_a_grant_of_his(
    world: World, opened: Any
) -> None:
    query = 'subscription { orderChanged(channel: "web", heartbeatSeconds: 5) { order { id } } }'
    seven, eight = (
        await opened("customer", grants=("customer:7",)),
        await opened("customer", grants=("customer:8", "customer:9")),
    )
    for socket in (seven, eight):
        await socket.subscribe(query)
        await socket.data()

    for order in ("7", "8", "9"):
        await world.change(order)

    both = [(await eight.data())["orderChanged"]["order"]["id"] for _ in range(2)]
    assert sorted(both) == ["8", "9"]  # of different entities, so in any order
    assert (await seven.data())["orderChanged"]["order"] == {"id": "7"}
    await world.change("7")
    assert (await seven.data())["orderChanged"]["order"] == {"id": "7"}


async def test_without_a_filter_or_a_grant_a_restricted_caller_is_refused(opened: Any) -> None:
    customer, stranger = await opened("customer", grants=("customer:7",)), await opened("customer")
    await customer.subscribe("subscription { orderChanged { seq } }")
    await stranger.subscribe('subscription { orderChanged(orderId: "7") { seq } }')

    for socket in (customer, stranger):
        refused = await socket.read()
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_all_listeners_of_one_selection_share_one_resolution(
    world: World, opened: Any
) -> None:
    sockets = [await opened("operator") for _ in range(4)]
    clerks = [await opened("operator", "clerk") for _ in range(2)]
    for socket in sockets + clerks:
        await socket.subscribe(WATCH, id="7")
        await socket.data()
    world.orders.asked.clear()

    await world.change("7")
    seen = [(await socket.data())["changed"]["order"] for socket in sockets + clerks]

    asked = [one for one in world.orders.asked if "_entities" in one["query"]]
    assert all(one == seen[0] for one in seen)
    assert len(asked) == 2  # once for each set of rights


async def test_an_event_of_which_only_its_own_fields_are_asked_costs_no_subgraph_anything(
    world: World, opened: Any
) -> None:
    socket = await opened("operator")
    await socket.subscribe(
        "subscription { orderChanged(heartbeatSeconds: 5) { eventId occurredAt order { id } } }"
    )
    await socket.data()
    world.orders.asked.clear()

    await world.change("7")

    assert (await socket.data())["orderChanged"] == {
        "eventId": "Order:7/1",
        "occurredAt": "2026-03-02T09:00:00.000Z",
        "order": {"id": "7"},
    }
    assert all("_service" in one["query"] for one in world.orders.asked)


async def test_a_dead_subgraph_takes_its_own_fields_of_an_event_only(
    world: World, opened: Any
) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    world.places.failing = SubgraphResponse(500, b"")

    await world.change("7")
    seen = await socket.next()

    assert seen["data"]["changed"]["order"] == {"id": "7", "status": "NEW", "place": {"name": None}}
    assert seen["errors"][0]["path"] == ["changed", "order", "place", "name"]


async def test_a_malformed_cursor_is_refused(opened: Any) -> None:
    socket = await opened("operator")

    await socket.subscribe(WATCH, id="7", since="yesterday")

    refused = await socket.read()
    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"] == {"code": "INVALID_CURSOR"}


async def test_states_under_pressure_are_the_latest_and_say_what_they_stand_for(
    world: World, opened: Any
) -> None:
    query = """subscription($skus: [String!]) {
      levelChanged(skus: $skus, heartbeatSeconds: 5) { sku amount seqFrom seqTo delivery } }"""
    socket = await opened("visitor")
    await socket.subscribe(query, skus=["a", "b"])
    begun = await socket.data()

    for amount in range(200):
        for sku in "abc":
            section = {"keys": {"skus": [sku]}, "payload": {"sku": sku, "amount": amount}}
            await world.log.append(EntityRef("Level", sku), {"levelChanged": section})
    latest: dict[str, Any] = {}
    while [one["amount"] for one in latest.values()] != [199, 199]:
        level = (await socket.data())["levelChanged"]
        before = latest.get(level["sku"], {"seqTo": 0})
        assert level["seqFrom"] == before["seqTo"] + 1
        latest[level["sku"]] = level

    assert begun["levelChanged"]["delivery"] == "HEARTBEAT"
    assert set(latest) == {"a", "b"}


async def test_without_redis_event_sources_are_refused_and_the_rest_works(
    world: World, opened: Any, session: aiohttp.ClientSession
) -> None:
    bare = await world.another_gateway(session, redis_url=None)
    socket = await opened("operator", url=f"{bare.url}/graphql")

    await socket.subscribe(WATCH, "live", id="7")
    refused = await socket.read()
    await socket.subscribe("{ places { id } }", "plain")

    assert refused["payload"][0]["extensions"]["code"] == "EVENTS_UNAVAILABLE"
    assert "Redis" in refused["payload"][0]["message"]
    assert await socket.data() == {"places": None}


async def test_what_else_stands_in_the_log_disturbs_nobody(world: World, opened: Any) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()

    partition = partition_of(EntityRef("Order", "7"), 8)
    for payload in (b"no event", b"{}", b'{"eventId": 1, "entity": []}'):
        position = world.log.positions.get(partition, 0) + 1
        world.log.positions[partition] = position
        await world.log.bus.append(f"events:orders:{partition}", position, payload)
    await world.log.append(EntityRef("Order", "7"), {"orderChanged": "text", "other": {}})
    await world.change("7")

    assert await read_seqs(socket, 1) == [2]


async def test_an_entry_that_no_relay_wrote_stops_nobody(world: World, opened: Any) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    await world.change("7")
    assert await read_seqs(socket, 1) == [1]
    for partition in range(world.log.partitions):
        position = world.log.positions.get(partition, 0) + 1
        world.log.positions[partition] = position
        stream = stream_name(world.log.stream, partition)
        await world.log.bus._redis.xadd(stream, {"foreign": "entry"}, id=f"{position}-0")
    await world.change("7")
    assert await read_seqs(socket, 1) == [2]


async def test_events_come_over_another_connection_when_one_falls_silent(
    log: Log, redis_url: str, clock: SettableClock
) -> None:
    async with silenced(redis_url) as way:
        followed = RedisEventLog(way.url, patience=0.2)
        reader = StreamReader(followed, log.stream, log.partitions, clock)
        async with reader.held():
            while not reader.figures.events_read:
                await log.append(EntityRef("Order", "7"), {})
            way.silence()
            await log.append(EntityRef("Order", "7"), {})
            written = sum(log.positions.values())
            while sum(reader.positions) < written:
                await log.bus.ping()
        await followed.close()


async def test_a_gateway_without_its_redis_says_so_and_answers_queries(
    serve: Serve, session: aiohttp.ClientSession, world: World
) -> None:
    settings = replace(world.settings, redis_url="redis://127.0.0.1:1/0")
    served = await serve("gateway", build_app(settings, world.clock))
    failing = ["supergraph", "redis"]
    while failing == ["supergraph", "redis"]:
        async with session.get(f"{served.url}/health/ready") as response:
            failing = (await response.json())["failing"]
    assert (response.status, failing) == (200, ["redis"])
