"""Orders placed and brought on their way through the gateways, each step until it is answered."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from random import Random
from typing import Any, Final

import aiohttp

from order_svc.domain.customers.customer import customer_id_of
from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.due_work import DUE_WORK
from service_kit.storage.database import Database, StorageError
from tests.support.graph import GraphClient
from tests.support.loss.commits import Commits
from tests.support.loss.plan import Plan, Scale, plan_with
from tests.support.loss.wishes import Field, Subject, Wish
from tests.support.retailer import ERRORS, ORDER, Json, Retailer

CUSTOMERS: Final = tuple(f"C{number}" for number in range(1, 7))
CHANNELS: Final = ("web", "app")
MARK: Final = "loss"
_FILTERS = {"channel": ("channel", "String"), "customer": ("customerId", "ID")}
UPDATED = Field("orderUpdated", _FILTERS, "order")
_AGAIN_SECONDS = 0.1
_QUIET_SECONDS = 120


def ordering_plan(seed: int, scale: Scale) -> Plan:
    """Decide who listens to orders, and what happens to the system."""
    random = Random(seed)  # noqa: S311
    staff = str(Role.CUSTOMER_SERVICE)
    wishes = [Wish("all", staff, UPDATED, is_pacer=True)]
    for number in range(scale.subscribers - 1):
        kind, name = number % 3, f"{number}"
        if kind == 0:
            channel = f"{random.choice(CHANNELS)}-{MARK}"
            selection = random.choice(("", "version status"))
            wish = Wish(
                f"channel-{name}", staff, UPDATED, {"channel": channel}, (), True, selection
            )
        elif kind == 1:
            customer = _customer_id(random.choice(CUSTOMERS))
            wish = Wish(f"of-{name}", staff, UPDATED, {"customer": customer})
        else:
            wish = _customer(name, random)
        wishes.append(wish)
    return plan_with(seed, scale, wishes, random)


def _customer(name: str, random: Random) -> Wish:
    """A customer who asks for a channel, and may see what is their own."""
    grants = (f"customer:{random.choice(CUSTOMERS)}-{MARK}",)
    filters = {"channel": f"{random.choice(CHANNELS)}-{MARK}"}
    selection = "version lines { sku }"
    role = str(Role.CUSTOMER)
    return Wish(f"customer-{name}", role, UPDATED, filters, grants, False, selection)


def _customer_id(name: str) -> str:
    return to_global_id("Customer", customer_id_of(f"{name}-{MARK}"))


class Ordering(Commits):
    """Place orders until so many events are committed; some are cancelled, most are shipped."""

    def __init__(
        self,
        database: Database,
        session: aiohttp.ClientSession,
        urls: Sequence[str],
        token_of: Callable[[str, Sequence[str]], str],
        events: int,
    ) -> None:
        super().__init__()
        self._database = database
        self._graphs = [GraphClient(session, url, token_of) for url in urls]
        self._target = events
        self._placed = 0

    @property
    def are_busy(self) -> bool:
        """Whether any event is still to come."""
        return self.committed < self._target

    async def prepare(self) -> None:
        """Open a warehouse and two channels, with goods enough."""
        retailer = Retailer(self._graphs[0], MARK)
        await retailer.opens(W1="WAREHOUSE")
        await retailer.has_channel("app", "W1")
        await retailer.sells("shirt", "hat", channels=CHANNELS)
        for sku in ("shirt", "hat"):
            await retailer.counts(sku, W1=100_000)
        await retailer.knows(*CUSTOMERS)

    async def run(self, writers: int, seed: int) -> None:
        """Order, several at a time."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(writers):
                tasks.create_task(self._write(Random(seed * 1_000 + number)))  # noqa: S311

    async def truth(self) -> Mapping[Subject, int]:
        """What MongoDB holds once nothing is due any more."""
        async with asyncio.timeout(_QUIET_SECONDS):
            while await self._database.collection(DUE_WORK.name).count({}):  # noqa: ASYNC110
                await asyncio.sleep(_AGAIN_SECONDS)
        orders = await self._database.collection("orders").find({})
        return {
            Subject(
                to_global_id("Order", order["_id"]),
                {
                    "channel": order["channel"],
                    "customer": to_global_id("Customer", order["customerId"]),
                    "ref": order["customerRef"],
                },
            ): order["version"]
            for order in orders
        }

    async def _write(self, random: Random) -> None:
        while True:
            await self.room()
            if not self.are_busy:
                return
            await self._one_order(random)

    async def _one_order(self, random: Random) -> None:
        self._placed += 1
        graphs = random.sample(self._graphs, len(self._graphs))
        retailer = Retailer(self._graphs[0], MARK)
        wish = retailer.wish(
            random.choice(("shirt", "hat")),
            channel=random.choice(CHANNELS),
            customerRef=retailer.code(random.choice(CUSTOMERS)),
        )
        step = _Steps(self, graphs, f"order-{self._placed}")
        order = await step.does("orderPlace", wish)
        if random.random() < 0.2:
            await step.does("orderCancel", {"orderId": order["id"], "reason": "CUSTOMER_REQUEST"})
            return
        (line,), (fulfilment,) = order["lines"], order["fulfilments"]
        at = {"fulfilmentId": fulfilment["id"]}
        await step.does("fulfilmentPick", {**at, "lines": [{"lineId": line["id"], "picked": 1}]})
        parcel = {"lines": [{"lineId": line["id"], "quantity": 1}], "weightGrams": 300}
        await step.does("fulfilmentPack", {**at, "parcels": [parcel]})
        await step.does("fulfilmentShip", {**at, "carrier": "post"})


class _Steps:
    """The steps of one order, each under a key of its own, asked again until it is answered."""

    def __init__(self, commits: Commits, graphs: Sequence[GraphClient], name: str) -> None:
        self._commits = commits
        self._graphs = list(graphs)
        self._name = name
        self._version = 0

    async def does(self, mutation: str, input_: Mapping[str, Json]) -> Json:
        given = {"idempotencyKey": f"{self._name}-{mutation}", **input_}
        kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
        operation = (
            f"mutation ($input: {kind}) "
            f"{{ {mutation}(input: $input) {{ order {{ {ORDER} }} {ERRORS} }} }}"
        )
        while True:
            payload = await self._asked(operation, {"input": given}, mutation)
            if payload is not None and not payload["userErrors"]:
                break
            errors = () if payload is None else payload["userErrors"]
            assert all(error["retryable"] for error in errors), (mutation, errors)
            self._graphs.reverse()  # perhaps the other gateway can
            await asyncio.sleep(_AGAIN_SECONDS)
        order: Any = payload["order"]
        await self._commits.note(order["version"] - self._version)
        self._version = order["version"]
        return order

    async def _asked(self, operation: str, variables: Json, mutation: str) -> Json | None:
        with suppress(aiohttp.ClientError, OSError, ValueError, StorageError):
            answer = await self._graphs[0].execute(
                operation, variables, role=Role.OPERATOR if "fulfil" in mutation else _SELLER
            )
            if answer.data is not None and not answer.errors:
                return answer.data[mutation]
        return None


_SELLER: Final = Role.CUSTOMER_SERVICE
