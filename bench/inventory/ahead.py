"""Looking ahead in five hundred locations to which goods come on dates of their own."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count as counting
from random import Random
from typing import Any

from pymongo import AsyncMongoClient

from bench.figures import table
from bench.inventory.goods import (
    CHANNEL,
    LOCATIONS,
    count,
    feed,
    list_items,
    open_network,
    sku_of,
    total_of,
    units_of,
)
from bench.inventory.meanwhile import asked_meanwhile
from bench.inventory.questions import SKUS_OF_A_PAGE, Shopper
from bench.inventory.stage import DATABASE, INVENTORY, Graph, Stage, stage
from bench.load import Send, WrongAnswer, closed_loop, measured
from inventory_svc.domain.stock.inbound.supply import (
    Announcement,
    InboundKey,
    InboundKind,
    InboundSupply,
)
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import INBOUND_SUPPLIES
from inventory_svc.mongo.inbound_documents import inbound_to_document
from retail_kit.roles import Role
from service_kit.runtime.clock import Clock

AHEAD = "ahead"
UNITS_TO_COME = 5
MOST_DATES = 4
ONE_DATE, OVER = SKUS_OF_A_PAGE, SKUS_OF_A_PAGE + 1
"""The SKU that comes on one date to each location, and that of which too much is promised."""
SKUS = SKUS_OF_A_PAGE + 2
SECONDS = 3.0
PAGES_A_SECOND = 20
HEADS = (
    "question",
    "dates",
    "p50 ms",
    "p95 ms",
    "inventory_svc CPU ms",
    "a summary meanwhile, p95 ms",
)

_FUTURE = """
query Future($skus: [String!]!) {
  availability(skus: $skus, channels: ["bench"]) { future { quantity } }
}
"""
_SOONEST = """
query Soonest($skus: [String!]!) {
  availability(skus: $skus, channels: ["bench"]) { soonest { kind } }
}
"""
_RESERVE = """
mutation Wish($input: ReservationCreateInput!) {
  reservationCreate(input: $input) {
    reservation { id } userErrors { code params { key value } }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Asks what can be had later, and wants more than there ever is; every answer is checked."""

    graph: Graph
    until: datetime

    def soonest(self, *numbers: int) -> Send:
        """When units of some SKUs can leave."""

        async def send() -> None:
            found = await self._asked(_SOONEST, numbers)
            if [row["soonest"] for row in found] != [{"kind": "IN_STOCK"}] * len(numbers):
                raise WrongAnswer(str(found)[:1000])

        return send

    def future(self, number: int) -> Send:
        """How many units of a SKU can be had from when on."""

        async def send() -> None:
            ((found,),) = (row.values() for row in await self._asked(_FUTURE, [number]))
            quantities = [phase["quantity"] for phase in found]
            if quantities[-1] != most_of(number) or sorted(set(quantities)) != quantities:
                raise WrongAnswer(str(found)[:1000])

        return send

    def too_much(self, number: int) -> Send:
        """One unit more than there is by the last date, for which the buyer would wait."""
        turns = counting()

        async def send() -> None:
            wanted = most_of(number) + 1
            key = f"wish-{number}-{next(turns)}"
            (error,) = await self.reserve(number, wanted, key, acceptUntil=self.until.isoformat())
            told = {each["key"]: each["value"] for each in error["params"]}
            if told["available"] != str(most_of(number)):
                raise WrongAnswer(str(error))

        return send

    async def reserve(self, number: int, units: int, key: str, **rest: Any) -> list[dict[str, Any]]:
        """Keep units for an order, wherever they are, and give what is refused."""
        line = {"lineId": "1", "sku": sku_of(number), "quantity": units}
        given = {"idempotencyKey": key, "kind": "ORDER", "channel": CHANNEL, "lines": [line]}
        asked = {"input": {**given, **rest}}
        found = await self.graph.answer(Role.INTEGRATION, _RESERVE, asked)
        errors: list[dict[str, Any]] = found["reservationCreate"]["userErrors"]
        return errors

    async def _asked(self, query: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        skus = [sku_of(number) for number in numbers]
        found = await self.graph.answer(Role.VISITOR, query, {"skus": skus})
        rows: list[dict[str, Any]] = found["availability"]
        return rows


def most_of(number: int) -> int:
    """Give how many units of a SKU can be had by its last date."""
    coming = dates_of(number) * UNITS_TO_COME * len(LOCATIONS)
    return coming - len(LOCATIONS) if number == OVER else total_of(number) + coming


def dates_of(number: int) -> int:
    """Give on how many dates a SKU comes to each location."""
    return 1 if number == ONE_DATE else MOST_DATES


async def ahead(environment: Mapping[str, str], clock: Clock) -> dict[str, str]:
    """Measure each question alone, with summaries of another SKU asked beside it."""
    rows: list[list[str]] = []
    async with stage(environment, clock) as running:
        buyer = Buyer(running.here, clock.now() + timedelta(days=300))
        await open_network(running.here)
        await list_items(running.here, 0, SKUS)
        await count(running, 0, SKUS, clock)
        await _promise_too_much(buyer, clock)
        await _announce(running, clock.now())
        for name, dates, send in _questions(buyer):
            rows.append([name, f"{dates}", *await _measured(running, send)])
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    return {AHEAD: table(HEADS, rows)}


def _questions(buyer: Buyer) -> Iterator[tuple[str, int, Send]]:
    page = range(SKUS_OF_A_PAGE)
    for number in (ONE_DATE, 0):
        yield "one SKU: `soonest`", dates_of(number), buyer.soonest(number)
        yield "one SKU: `future`", dates_of(number), buyer.future(number)
        yield "an order with a shortage", dates_of(number), buyer.too_much(number)
    yield "one SKU, too much promised: `future`", MOST_DATES, buyer.future(OVER)
    yield "an order with a shortage, too much promised", MOST_DATES, buyer.too_much(OVER)
    yield f"{len(page)} SKUs: `soonest`", MOST_DATES, buyer.soonest(*page)


async def _measured(running: Stage, send: Send) -> list[str]:
    summary = Shopper(running.here, SKUS_OF_A_PAGE, Random(1)).summary()
    await send()
    async with asked_meanwhile(summary, PAGES_A_SECOND) as summaries:
        await closed_loop(1, SECONDS)(send)
    alone = await measured(running, closed_loop(1, SECONDS), send)
    slowest = sorted(summaries)[int(0.95 * (len(summaries) - 1))]
    return [
        *(f"{alone.quantile(share):.0f}" for share in (0.5, 0.95)),
        f"{alone.cpu_milliseconds(INVENTORY):.0f}",
        f"{slowest * 1000:.0f}",
    ]


async def _promise_too_much(buyer: Buyer, clock: Clock) -> None:
    """Keep all there is of a SKU for an order, and count one unit less everywhere."""
    if refused := await buyer.reserve(OVER, total_of(OVER), "everything"):
        raise WrongAnswer(str(refused))
    lines = [
        {
            "sku": sku_of(OVER),
            "locationCode": code,
            "quantity": units_of(OVER, place) - 1,
            "snapshotAt": clock.now().isoformat(),
        }
        for place, code in enumerate(LOCATIONS)
    ]
    await feed(buyer.graph, "stockImport", lines, "over", mode="SNAPSHOT")


async def _announce(running: Stage, now: datetime) -> None:
    """Write what comes straight into MongoDB, each delivery with a minute of its own."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(running.mongodb)
    try:
        for number in range(SKUS):
            coming = map(inbound_to_document, _coming(number, now))
            await client[DATABASE][INBOUND_SUPPLIES.name].insert_many(list(coming))
    finally:
        await client.close()


def _coming(number: int, now: datetime) -> Iterator[InboundSupply]:
    minutes = counting(1)
    for date in range(dates_of(number)):
        for code in LOCATIONS:
            at = now + timedelta(days=1 + date, minutes=next(minutes))
            position = PositionKey(sku_of(number), code)
            key = InboundKey(position, InboundKind.PURCHASE_ORDER, f"PO-{date}")
            yield InboundSupply(Announcement(key, UNITS_TO_COME, at, at), version=1)
