"""Two thousand SKUs in five hundred locations, fed through the public graph."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient

from bench.inventory.stage import DATABASE, INVENTORY, MONGOD, Graph, Stage
from bench.load import WrongAnswer
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.mongo.collections import PACKING, POSITIONS
from inventory_svc.mongo.stock_documents import position_to_document
from retail_kit.roles import Role
from service_kit.runtime.clock import Clock

LOCATIONS = tuple(f"L{number:03d}" for number in range(500))
CHANNEL = "bench"
HOT = "HOT"
HOT_PLACE = LOCATIONS[0]
LINES_A_CALL = 1_000
CALLS_AT_ONCE = 4
ITEMS_AT_ONCE = 1_000
LOOK_SECONDS = 0.2

_IMPORT = """
mutation Feed($input: {kind}Input!) {{
  {field}(input: $input) {{ results {{ status }} userErrors {{ code message path }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Fed:
    """What it took to feed so many lines; CPU in seconds, memory in MiB."""

    lines: int
    seconds: float
    inventory_cpu: float
    mongod_cpu: float
    peak: float


def sku_of(number: int) -> str:
    """Give the name of a SKU."""
    return f"SKU-{number:04d}"


def units_of(sku: int, place: int) -> int:
    """Give how many units of a SKU are at a location, so that each total is known."""
    return 10 + (sku * 7 + place * 13) % 40


def total_of(sku: int) -> int:
    """Give how many units of a SKU there are."""
    return sum(units_of(sku, place) for place in range(len(LOCATIONS)))


async def open_network(graph: Graph) -> None:
    """Make the locations and the channel that sells from all of them."""
    places = [
        {
            "code": code,
            "name": f"Location {code}",
            "type": "STORE",
            "country": "FR",
            "postcode": f"{10_000 + number * 170}",
            "city": "Ville",
            "timezone": "Europe/Paris",
            "point": {"latitude": 43 + number % 70 / 10, "longitude": number % 80 / 10 - 1},
        }
        for number, code in enumerate(LOCATIONS)
    ]
    channel = {"code": CHANNEL, "name": "Bench", "currency": "EUR", "country": "FR"}
    await feed(graph, "locationsImport", places, "places")
    await feed(graph, "channelsImport", [channel], "channel")
    await feed(graph, "itemsImport", [{"sku": HOT, "title": "Hot"}], "hot")


async def list_items(graph: Graph, first: int, beyond: int) -> None:
    """Make the SKUs of these numbers known."""
    items = [{"sku": sku_of(at), "title": f"Article {at}"} for at in range(first, beyond)]
    for start in range(0, len(items), ITEMS_AT_ONCE):
        part = items[start : start + ITEMS_AT_ONCE]
        await feed(graph, "itemsImport", part, f"{first}-{start}")


async def count(stage: Stage, first: int, beyond: int, clock: Clock) -> Fed:
    """Feed snapshots of all positions of these SKUs, and tell what that took."""
    stage.forget_peak(INVENTORY)
    before, began, at = stage.cpu_seconds(), time.perf_counter(), clock.now().isoformat()
    calls = _calls(first, beyond, at)

    async def feeder() -> None:
        for name, lines in calls:
            await feed(stage.here, "stockImport", lines, name, mode="SNAPSHOT")

    async with asyncio.TaskGroup() as group:
        for _ in range(CALLS_AT_ONCE):
            group.create_task(feeder())
    seconds, after = time.perf_counter() - began, stage.cpu_seconds()
    return Fed(
        (beyond - first) * len(LOCATIONS),
        seconds,
        after[INVENTORY] - before[INVENTORY],
        after[MONGOD] - before[MONGOD],
        stage.peak_mebibytes(INVENTORY),
    )


async def lay_down(stage: Stage, first: int, beyond: int, clock: Clock) -> None:
    """Write the positions of these SKUs straight into MongoDB, and have all stock packed anew.

    A million positions are there in a minute so; what it costs to feed them is measured apart.
    """
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stage.mongodb)
    try:
        database, now = client[DATABASE], clock.now()
        for number in range(first, beyond):
            laid = [
                Position(
                    PositionKey(sku_of(number), code),
                    units_of(number, place),
                    version=1,
                    counted_at=now,
                    changed_at=now,
                )
                for place, code in enumerate(LOCATIONS)
            ]
            await database[POSITIONS.name].insert_many(map(position_to_document, laid))
        await database[PACKING.name].delete_many({})
        while not await database[PACKING.name].find_one({"passedOn": {"$ne": None}}):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await client.close()


async def feed(
    graph: Graph, field: str, lines: Sequence[Mapping[str, Any]], key: str, **rest: Any
) -> None:
    """Send one bulk mutation; raises WrongAnswer unless every line is taken."""
    kind = field[0].upper() + field[1:]
    given = {"idempotencyKey": f"{field}-{key}", "lines": lines, **rest}
    query = _IMPORT.format(kind=kind, field=field)
    payload = (await graph.answer(Role.INTEGRATION, query, {"input": given}))[field]
    if payload["userErrors"] or any(each["status"] == "REJECTED" for each in payload["results"]):
        raise WrongAnswer(str(payload)[:1000])


def _calls(first: int, beyond: int, at: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give the calls of a snapshot, one SKU after the other, as a warehouse system sends it."""
    lines: list[dict[str, Any]] = []
    for number in range(first, beyond):
        for place, code in enumerate(LOCATIONS):
            units = units_of(number, place)
            line = {"sku": sku_of(number), "locationCode": code, "quantity": units}
            lines.append({**line, "snapshotAt": at})
            if len(lines) == LINES_A_CALL:
                yield f"{number}-{at}", lines
                lines = []
    if lines:
        yield f"rest-{at}", lines
