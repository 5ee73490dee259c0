"""Each service is killed in turn: every screen of docs/operations.md answers what the page says."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import aiohttp
import pytest
from pymongo import MongoClient

from retail_kit.roles import Role
from service_kit.runtime.clock import SettableClock, SystemClock
from tests.support.documented import Documented, screens
from tests.support.graph import Answer, GraphClient
from tests.support.processes import SERVICES, Processes
from tests.support.retailer import Retailer, eventually
from tests.support.returning import Returning
from tests.support.serving import LoopThread
from tests.support.visiting import EVERY_DAY, Visiting

RESULTS = "results { userErrors { code path } }"
pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class Shop:
    """A retailer with something on every screen, and the variables under which it is found."""

    code: str
    variables: Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def system(
    mongodb_url: str,
    mongodb_client: MongoClient[dict[str, Any]],
    session_redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Processes]:
    databases = f"killed_{uuid.uuid4().hex[:12]}"
    system = Processes(mongodb_url, session_redis_url, databases, tmp_path_factory.mktemp("system"))
    try:
        system.start()
        yield system
    finally:
        system.close()
        for name in mongodb_client.list_database_names():
            if name.startswith(databases):
                mongodb_client.drop_database(name)


@pytest.fixture(scope="module")
def shop(system: Processes) -> Iterator[Shop]:
    async def prepared() -> Shop:
        await system.until_ready()
        async with aiohttp.ClientSession() as session:
            return await a_busy_shop(Retailer(client(session, system), uuid.uuid4().hex[:8]))

    thread = LoopThread("whoever opens the shop")
    yield thread.run(prepared())
    thread.close()


@pytest.fixture
async def graph(system: Processes) -> AsyncIterator[GraphClient]:
    async with aiohttp.ClientSession() as session:
        yield client(session, system)


def client(session: aiohttp.ClientSession, system: Processes) -> GraphClient:
    return GraphClient(session, system.gateway.graphql_url, system.user_token)


async def a_busy_shop(retailer: Retailer) -> Shop:
    """Let a customer buy, give back, buy again, and book a visit, all at one shop."""
    code, goods = retailer.code, Returning(retailer)
    visits = Visiting(retailer, SettableClock(SystemClock().now()))
    await retailer.opens(S1="STORE")
    await visits.opens("S1", days=EVERY_DAY, city="Paris", addressLines=["1 rue de Rivoli"])
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=9)
    ada = {"ref": code("ADA"), "givenName": "Ada", "familyName": "Martin"}
    ada["email"] = f"{code('ada')}@example.test"
    await retailer.manages("customersImport", {"lines": [ada]}, RESULTS, role=Role.INTEGRATION)
    order = await goods.delivered("shirt", 2, customer="ADA")
    returned = await goods.inspects(await goods.declares(order, at="S1"), grade="A")
    await retailer.places(retailer.wish("shirt", customerRef=code("ADA")))
    await visits.has_advisors("S1", "ANN")
    await visits.offers("fitting")
    start = datetime.combine(SystemClock().now().date() + timedelta(days=3), time(10), UTC)
    await visits.books(
        "ADA",
        slot=visits.slot("fitting", "S1", start.isoformat()),
        orderId=order["id"],
        products=[{"sku": code("shirt"), "quantity": 1}],
    )
    day = {"from": (start - timedelta(hours=9)).isoformat()}
    day["to"] = (start + timedelta(hours=9)).isoformat()
    at_shop = {"shop": code("S1"), **day}
    page = {"sku": code("shirt"), "channel": code("web"), "for": {"locations": [code("S1")]}}
    return Shop(
        code("S1"),
        {
            "ProductPage": page,
            "OrderPage": {"ref": order["ref"]},
            "CustomerPage": {"ref": code("ADA")},
            "ShopQueue": at_shop,
            "ReturnPage": {"rma": returned["rma"]},
            "ChooseATime": {**at_shop, "type": code("fitting")},
            "ShopDay": at_shop,
        },
    )


async def seen(graph: GraphClient, shop: Shop, screen: Documented) -> Answer:
    """Open a screen as whom the page names."""
    role = Role(screen.role)
    grants = [f"location:{shop.code}"] if role is Role.ASSISTANT else []
    variables = shop.variables[screen.name]
    assert variables.keys() == screen.variables.keys(), "as the page has them"
    return await graph.execute(
        screen.text, variables, role=None if role is Role.VISITOR else role, grants=grants
    )


def reading(graph: GraphClient, shop: Shop, screen: Documented) -> Callable[[], Awaitable[Answer]]:
    return lambda: seen(graph, shop, screen)


def lost(whole: Any, partial: Any, path: tuple[str, ...] = ()) -> set[str]:
    """List the paths that are null and were not, through every list; all else is the same."""
    if partial is None:
        return set() if whole is None else {".".join(path)}
    if isinstance(whole, list) and isinstance(partial, list) and len(whole) == len(partial):
        pairs = zip(whole, partial, strict=True)
        return {each for one, other in pairs for each in lost(one, other, path)}
    if isinstance(whole, dict) and isinstance(partial, dict) and whole.keys() == partial.keys():
        return {each for key in whole for each in lost(whole[key], partial[key], (*path, key))}
    assert partial == whole, f"{path} has changed"
    return set()


def spoilt(answer: Answer, named: set[str]) -> set[str]:
    """List which of the paths the errors are located at or below; an error elsewhere is listed."""
    located = [
        ".".join(step for step in error["path"] if isinstance(step, str)) for error in answer.errors
    ]
    found = [[one for one in named if f"{path}.".startswith(f"{one}.")] for path in located]
    return {(each or [path])[0] for each, path in zip(found, located, strict=True)}


def who_failed(error: Mapping[str, Any]) -> str:
    """Read from an error which service did not answer: a service may say it of another."""
    extensions = error["extensions"]
    return str(extensions.get("params", {}).get("service", extensions["serviceName"]))


@pytest.mark.capability("T2")
@pytest.mark.parametrize("killed", SERVICES)
async def test_a_screen_loses_what_the_page_says_and_has_it_again_afterwards(
    system: Processes, shop: Shop, graph: GraphClient, killed: str
) -> None:
    whole = {one.name: (await seen(graph, shop, one)).whole() for one in screens()}

    system.services[killed].kill()
    partial = {one.name: await seen(graph, shop, one) for one in screens()}
    system.services[killed].start()
    await system.services[killed].until_ready()

    for screen in screens():
        answer, named = partial[screen.name], set(screen.without[killed])
        assert answer.status == 200, screen.name
        assert (screen.name, lost(whole[screen.name], answer.data)) == (screen.name, named)
        assert (screen.name, spoilt(answer, named)) == (screen.name, named)
        assert {who_failed(error) for error in answer.errors} <= {killed}
        assert set(answer.codes) <= {"SUBGRAPH_REQUEST_FAILED", "UNAVAILABLE"}

    for screen in screens():
        after = await eventually(reading(graph, shop, screen), lambda it: not it.errors)
        assert after.whole() == whole[screen.name]
