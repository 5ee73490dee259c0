"""`make up` for real: everything starts, an order goes all the way, nothing is left behind."""

import json
import os
import re
import select
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from devstack.ports import is_free
from devstack.sample.feeds import SampleSize
from devstack.sample.loading import Sample
from tests.support.system import END_SECONDS, RunningSystem, System
from tests.support.walked import differences

pytestmark = pytest.mark.timeout(240)

README_OPERATIONS = re.findall(
    r"```graphql\n(.*?)```.*?```json\n(.*?)```",
    Path("README.md").read_text(encoding="utf-8"),
    flags=re.DOTALL,
)

HOME = {
    "name": "Camille Moreau",
    "street": "5 rue Oberkampf",
    "postcode": "75011",
    "city": "Paris",
    "country": "FR",
}
AVAILABILITY = """
query Availability($sku: String!) {
  item(sku: $sku) { title availability(channel: "web-fr") { quantity locations { quantity } } }
}"""
PLACE = """
mutation Place($input: OrderPlaceInput!) {
  orderPlace(input: $input) { order { id } userErrors { code message } }
}"""
ORDER = """
query Follow($id: ID!) {
  order(by: { id: $id }) {
    status
    lines { id quantity item { title } }
    fulfilments { id state location { name code } lines { quantity line { id } } }
  }
}"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> System:
    return System(tmp_path_factory.mktemp("tutti"))


async def available(running: RunningSystem, sku: str) -> int:
    data = await running.ask("role=visitor", AVAILABILITY, sku=sku)
    return int(data["item"]["availability"]["quantity"])


async def take_to_shipped(running: RunningSystem, order: str) -> None:
    """Pick, pack and ship every fulfilment as an assistant of its location."""
    told = await running.ask("role=customer", ORDER, id=order)
    for fulfilment in told["order"]["fulfilments"]:
        who = f"role=assistant&location={fulfilment['location']['code']}"
        lines = [(line["line"]["id"], line["quantity"]) for line in fulfilment["lines"]]
        it = {"fulfilmentId": fulfilment["id"]}
        picked = [{"lineId": line, "picked": quantity} for line, quantity in lines]
        await running.act(who, "fulfilmentPick", **it, lines=picked)
        packed = [{"lineId": line, "quantity": quantity} for line, quantity in lines]
        await running.act(who, "fulfilmentPack", **it, parcels=[{"lines": packed}])
        await running.act(who, "fulfilmentShip", **it, carrier="La Poste")


async def test_an_order_goes_to_shipped_and_is_still_there_after_a_restart(system: System) -> None:
    with system.running() as running:
        assert "sample loaded: 1026 records" in running.output
        before = await available(running, "JEAN-RAW-40")
        line = {"sku": "JEAN-RAW-40", "quantity": 2}
        wanted = {
            "idempotencyKey": "e2e-place",
            "channel": "web-fr",
            "lines": [line],
            "delivery": {"address": HOME},
        }
        placed = (await running.ask("role=customer", PLACE, input=wanted))["orderPlace"]
        assert placed["userErrors"] == []
        order = placed["order"]["id"]
        assert await available(running, "JEAN-RAW-40") == before - 2
        await take_to_shipped(running, order)
        shipped = await running.ask("role=customer", ORDER, id=order)
        assert shipped["order"]["status"] == "SHIPPED"
        assert shipped["order"]["lines"][0]["item"] == {"title": "Jean droit raw 40"}
        assert await unlike_the_ledger(system) == []
        assert await counted(system) == counts_of(SampleSize.SMALL)
        second = system.run("up")
        assert second.returncode == 1
        assert f"(process {running.process.pid})" in second.stderr
        children = running.children()
        assert "Stopped; nothing is left running." in running.end(signal.SIGINT)
        assert running.process.returncode == 0
    assert ended(children) == set(children)

    with system.running() as again:
        assert "sample loaded" not in again.output
        shipped = await again.ask("role=customer", ORDER, id=order)
        assert shipped["order"]["status"] == "SHIPPED"
        assert await available(again, "JEAN-RAW-40") == before - 2
        children = again.children()
        again.end(signal.SIGKILL)
    assert ended(children) == set(children)
    assert all(is_free(port) for port in system.ports.values())


async def unlike_the_ledger(system: System) -> list[str]:
    """Give the positions that are not the sum of their movements."""
    async with inventory_of(system) as inventory:
        sums = {name: {"$sum": f"${name}"} for name in ("onHand", "allocated")}
        folded = await inventory["stock_movements"].aggregate(
            [{"$group": {"_id": "$position", "movements": {"$count": {}}, **sums}}]
        )
        ledger = {found.pop("_id"): found async for found in folded}
        wanted = {"onHand": 1, "allocated": 1, "movements": 1}
        positions = {
            found.pop("_id"): found
            async for found in inventory["stock_positions"].find({}, projection=wanted)
        }
    return [key for key in positions | ledger if positions.get(key) != ledger.get(key)]


async def counted(system: System) -> dict[tuple[str, str], int]:
    """Give what the ledger's counts come to at each position, by SKU and location."""
    async with inventory_of(system) as inventory:
        folded = await inventory["stock_movements"].aggregate(
            [
                {"$match": {"kind": "SNAPSHOT"}},
                {"$group": {"_id": "$position", "onHand": {"$sum": "$onHand"}}},
            ]
        )
        units = {found["_id"]: found["onHand"] async for found in folded}
        positions = inventory["stock_positions"].find({}, projection={"sku": 1, "location": 1})
        return {
            (found["sku"], found["location"]): units[found["_id"]]
            async for found in positions
            if found["_id"] in units
        }


def counts_of(size: SampleSize) -> dict[tuple[str, str], int]:
    """Give the sample's stock, by SKU and location."""
    sample = Sample.of(size, "")
    return {
        (line["sku"], line["locationCode"]): line["quantity"]
        for feed in (*sample.first, *sample.others)
        if feed.mutation == "stockImport"
        for line in feed.lines
    }


@asynccontextmanager
async def inventory_of(system: System) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    """Open the database of inventory_svc."""
    url = f"mongodb://127.0.0.1:{system.ports['MONGODB']}/?directConnection=true"
    async with AsyncMongoClient[dict[str, Any]](url) as client:
        yield client["inventory"]


def ended(children: dict[int, int]) -> set[int]:
    """Give those of the processes that have ended, waiting for each."""
    found = set()
    for process, handle in children.items():
        readable, _, _ = select.select([handle], [], [], END_SECONDS)
        os.close(handle)
        found |= {process} if readable else set()
    return found


async def test_the_operations_of_the_readme_answer_as_printed(tmp_path: Path) -> None:
    actors = ("role=visitor", "role=customer_service", "role=assistant&location=S8")
    ids: dict[str, str] = {}
    with System(tmp_path).running() as running:
        for (operation, printed), who in zip(README_OPERATIONS, actors, strict=True):
            answer = {"data": await running.ask(who, operation, **ids)}
            assert differences(json.loads(printed), answer) == []
            if placed := answer["data"].get("orderPlace"):
                ids["line"] = placed["order"]["lines"][0]["id"]
                ids["fulfilment"] = placed["order"]["fulfilments"][0]["id"]
        running.end(signal.SIGINT)


ORDERS = "{ orders(first: 100) { nodes { status fulfilments { shortages { quantity } } } } }"
VISITS = "{ appointments(first: 100) { nodes { state } } }"
WORK = """query Work($shop: String!) {
  fulfilments(locationCode: $shop) { nodes { id } }
  appointments(locationCode: $shop) { nodes { id } }
  returnRequests { nodes { id } }
}"""


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_whole_sample_is_loaded_though_the_load_was_broken_off(tmp_path: Path) -> None:
    system = System(tmp_path, "full")
    operation, printed = README_OPERATIONS[0]
    with system.running(until="can be used already") as running:
        answer = {"data": await running.ask("role=visitor", operation)}
        assert differences(json.loads(printed), answer) == []
        running.end(signal.SIGKILL)
    with system.running() as running:
        assert f"sample loaded: {Sample.of(SampleSize.FULL, '').records} records" in running.output
        assert await unlike_the_ledger(system) == []
        assert await counted(system) == counts_of(SampleSize.FULL)
        told = await running.ask("role=customer_service", ORDERS)
        orders = told["orders"]["nodes"]
        statuses = Counter(order["status"] for order in orders)
        assert statuses["SHIPPED"] == 8
        assert statuses["CANCELLED"] == 4
        assert statuses["DELIVERED"] + statuses["RETURNED"] == 22
        assert statuses["OPEN"] + statuses["IN_PROGRESS"] == 22
        short = [
            order for order in orders if any(each["shortages"] for each in order["fulfilments"])
        ]
        assert len(short) == 4
        told = await running.ask("role=customer_service", VISITS)
        visits = Counter(visit["state"] for visit in told["appointments"]["nodes"])
        assert visits == {"CONFIRMED": 16, "CANCELLED": 2, "CHECKED_IN": 2, "COMPLETED": 4}
        for shop in ("S1", "S8"):
            told = await running.ask(f"role=assistant&location={shop}", WORK, shop=shop)
            assert told["fulfilments"]["nodes"]
            assert told["appointments"]["nodes"]
            assert told["returnRequests"]["nodes"]
        answer = {"data": await running.ask("role=visitor", operation)}
        assert differences(json.loads(printed), answer) == []
        running.end(signal.SIGINT)


def test_reset_forgets_the_data_and_refuses_while_it_runs(system: System) -> None:
    folder = Path(system.environment["TUTTI_FOLDER"])
    with system.running():
        refused = system.run("reset")
        assert refused.returncode == 1
        assert (folder / "data" / "mongodb").is_dir()
    assert "Forgotten" in system.run("reset").stdout
    assert [path.name for path in folder.iterdir()] == ["lock"]
