"""The real order service, followed from outside: MongoDB's own log says when an order committed."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC
from random import Random
from typing import Any

import orjson
from bson.timestamp import Timestamp
from pymongo import AsyncMongoClient

from bench.catalogue import CHANNEL
from bench.figures import Round, median_of, table
from bench.live.listeners import Audience, Lost, Story, Way, WrongItem, listening
from bench.load import LOAD, open_loop
from bench.requests import Shop
from bench.running_stack import RunningStack
from service_kit.runtime.clock import SystemClock

ROUNDS = 3
ROUND_SECONDS = 5.0
MOST_LISTENERS = 5000
FIELD = "orderUpdated"
ASKED = "delivery cursor eventId type status occurredAt due { amount currency }"
OUTBOX = "orders.outbox"
HEADS = (
    "subscribers",
    "orders/s",
    "items/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "gateway CPU us",
    "client CPU us",
)
_CUSTOMER = "query ($ref: String!) { customer(by: {ref: $ref}) { id } }"
_SETTLING_SECONDS = 0.5


class OrdersStory:
    """What a listener to orders must hear: each event once."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._known: set[str] = set()

    def follow(self, item: Mapping[str, Any]) -> str:
        """Take the next item, and name its event; the heartbeat at the beginning has no name."""
        if item["delivery"] == "HEARTBEAT":
            return ""
        name: str = item["eventId"]
        if item["delivery"] != "EVENT" or name in self._known:
            raise WrongItem(str(item))
        self._known.add(name)
        return name


@dataclass(frozen=True, slots=True)
class Committed:
    """An event: when its transaction was written, in seconds since 1970, and its section's keys."""

    name: str
    at: float
    keys: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Case:
    name: str
    rate: float
    key: str
    ways: Sequence[tuple[Way, Sequence[str]]]


async def live_orders(stack: RunningStack, shop: Shop) -> str:
    """Follow `orderPlace` to one, a thousand, five thousand listeners, and to each customer."""
    client = AsyncMongoClient[dict[str, Any]](stack.mongodb, tz_aware=True)
    try:
        rows = [await _row(stack, shop, client, case) for case in await _cases(stack, shop)]
    finally:
        await client.close()
    return table(HEADS, rows)


async def _cases(stack: RunningStack, shop: Shop) -> list[_Case]:
    token = await stack.token(shop.session, role="customer_service")
    all_of_channel = _way(stack, token, "channel", "String")
    own = [
        (_way(stack, one, "customerId", "ID"), [await _customer_id(shop, ref, one)])
        for ref, one in shop.customers.items()
    ]
    return [
        *(
            _Case(f"{count:,}, one channel", rate, "channel", [(all_of_channel, [CHANNEL] * count)])
            for count, rate in ((1, 10), (1000, 4), (MOST_LISTENERS, 1))
        ),
        _Case(f"{len(own)}, each its own customer", 10, "customerId", own),
    ]


def _way(stack: RunningStack, token: str, argument: str, type_: str) -> Way:
    filtered = f"{argument}: $id, heartbeatSeconds: 60"
    operation = f"subscription ($id: {type_}!) {{ {FIELD}({filtered}) {{ {ASKED} }} }}"
    return Way(stack.gateway_port, {"Authorization": f"Bearer {token}"}, operation, FIELD)


async def _customer_id(shop: Shop, ref: str, token: str) -> str:
    found: str = (await shop.answer(_CUSTOMER, {"ref": ref}, token))["customer"]["id"]
    return found


async def _row(
    stack: RunningStack, shop: Shop, client: AsyncMongoClient[dict[str, Any]], case: _Case
) -> list[str]:
    print(f"  {case.name}", file=sys.stderr)
    heard = Audience()
    async with AsyncExitStack() as sockets:
        stories: list[Story] = []
        for way, topics in case.ways:
            own = [OrdersStory(topic) for topic in topics]
            await sockets.enter_async_context(listening(way, own, heard))
            stories += own
        await heard.until(len(stories))  # each begins with a heartbeat: it listens
        following = _Following(stack, shop, client, case, heard, stories)
        rounds = [await following.round(Random(number)) for number in range(ROUNDS)]
    return [
        case.name,
        f"{case.rate:.0f}",
        f"{median_of(rounds, lambda one: one.rate):,.0f}",
        *(f"{_quantile(rounds, share):,.0f}" for share in (0.5, 0.95, 0.99)),
        *(f"{_microseconds(rounds, process):,.0f}" for process in ("gateway", LOAD)),
    ]


def _quantile(rounds: Sequence[Round], share: float) -> float:
    return median_of(rounds, lambda one: one.quantile(share))


def _microseconds(rounds: Sequence[Round], process: str) -> float:
    return median_of(rounds, lambda one: one.cpu_milliseconds(process) * 1000)


@dataclass(frozen=True, slots=True)
class _Following:
    stack: RunningStack
    shop: Shop
    client: AsyncMongoClient[dict[str, Any]]
    case: _Case
    heard: Audience
    stories: Sequence[Story]

    async def round(self, random: Random) -> Round:
        """Place orders for a while and wait for all that is told of them; raises Lost."""
        newest = await self._newest()
        self.heard.begin()
        before, own, began = self.stack.cpu_seconds(), time.process_time(), time.monotonic()
        await open_loop(self.case.rate, ROUND_SECONDS, random)(self.shop.spread_order)
        await asyncio.sleep(_SETTLING_SECONDS)
        committed = committed_events(await self._written_after(newest))
        expected = self._expected(committed)
        await self.heard.until(expected.total())
        seconds = time.monotonic() - began
        cpu = {name: used - before[name] for name, used in self.stack.cpu_seconds().items()}
        times = {one.name: one.at for one in committed}
        offset = SystemClock().now().timestamp() - time.monotonic()
        arrivals = [(story, name, at) for story, name, at in self.heard.arrivals if name]
        if Counter((id(story), name) for story, name, _ in arrivals) != expected:
            raise Lost("Some listeners heard of other orders than theirs.")
        latencies = tuple(at + offset - times[str(name)] for _, name, at in arrivals)
        return Round(seconds, latencies, {**cpu, LOAD: time.process_time() - own})

    def _expected(self, committed: Sequence[Committed]) -> Counter[tuple[int, str | int]]:
        by_topic: dict[str, list[Committed]] = {}
        for one in committed:
            by_topic.setdefault(str(one.keys[self.case.key]), []).append(one)
        return Counter(
            (id(story), one.name) for story in self.stories for one in by_topic.get(story.topic, ())
        )

    async def _newest(self) -> Timestamp:
        log = self.client["local"]["oplog.rs"]
        found = await log.find_one({}, sort=[("$natural", -1)], projection=["ts"])
        newest: Timestamp = (found or {"ts": Timestamp(0, 0)})["ts"]
        return newest

    async def _written_after(self, newest: Timestamp) -> list[dict[str, Any]]:
        log = self.client["local"]["oplog.rs"]
        cursor = log.find({"ts": {"$gt": newest}, "o.applyOps.ns": OUTBOX})
        async with cursor:
            return await cursor.to_list()


def committed_events(entries: Sequence[Mapping[str, Any]]) -> list[Committed]:
    """Give the events for orderUpdated in transactions of MongoDB's log, with their moment."""
    return [
        Committed(event["eventId"], entry["wall"].astimezone(UTC).timestamp(), section["keys"])
        for entry in entries
        for operation in entry["o"]["applyOps"]
        if operation["ns"] == OUTBOX and operation["op"] == "i"
        for event in map(orjson.loads, operation["o"]["events"])
        if (section := event["data"].get(FIELD)) is not None
    ]
