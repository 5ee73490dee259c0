"""What orders rely on of inventory: the same tests against the fake and the real service."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import orjson
import pytest
from starlette.applications import Starlette

from inventory_svc import app as real
from order_svc.clients.inventory import GraphQLInventory
from order_svc.domain.customers.personal import Address, Destination
from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.stock_effects import ConsumeStock, CorrectStock, ReleaseStock, StockLine
from order_svc.ports import AllocationRequest, Inventory, WantedLine
from retail_kit.geography import GeoPoint
from retail_kit.money import Money
from retail_kit.roles import Role
from service_kit.commands.refusal import RefusedAll
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerSigner, service_caller
from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.json_values import JSON
from service_kit.service.foundation import Foundation
from service_kit.storage.database import connect
from tests.support.asgi import ask
from tests.support.fake_inventory import FakeInventory

GATEWAY = generate_signing_key("gateway")
ORDERS = generate_signing_key("order_svc")
HOME = Destination(
    Address("Ada", "1 rue de la Paix", "75002", "Paris", "FR"), GeoPoint(48.8689, 2.3320)
)
FAR_SOUTH = {"W1": 0.5, "S1": 1.0, "S2": 1.5}
"""Degrees between home and each location: W1 is the nearest."""


class Stock(Protocol):
    """An inventory with hands to fill its shelves and eyes to look at them."""

    @property
    def inventory(self) -> Inventory: ...

    async def give(self, sku: str, location: str, quantity: int) -> None: ...

    async def give_piece(
        self, sku: str, location: str, serial: str, price: Money | None = None
    ) -> None: ...

    async def on_hand(self, sku: str, location: str) -> int: ...

    async def available(self, sku: str, location: str) -> int: ...


@dataclass(frozen=True, slots=True)
class FakeStock:
    inventory: FakeInventory

    async def give(self, sku: str, location: str, quantity: int) -> None:
        self.inventory.give(sku, location, quantity)

    async def give_piece(
        self, sku: str, location: str, serial: str, price: Money | None = None
    ) -> None:
        self.inventory.give_piece(sku, location, serial, price)

    async def on_hand(self, sku: str, location: str) -> int:
        return self.inventory.on_hand[sku, location]

    async def available(self, sku: str, location: str) -> int:
        return self.inventory._free(sku, location)


@dataclass(frozen=True, slots=True)
class InProcess:
    """Runs operations on the real subgraph as the order service."""

    app: Starlette
    clock: SettableClock

    async def execute(self, operation: str, variables: Mapping[str, JSON]) -> dict[str, Any]:
        token = CallerSigner(ORDERS, "order_svc", self.clock).sign(
            service_caller("order_svc"), real.SERVICE
        )
        return await self.send(token, operation, variables)

    async def execute_as_feeder(
        self, operation: str, variables: Mapping[str, JSON]
    ) -> dict[str, Any]:
        feeder = Caller(
            "erp",
            CallerKind.USER,
            frozenset({Role.OPERATOR, Role.INTEGRATION}),
            frozenset(),
            self.clock.now() + timedelta(hours=1),
        )
        token = CallerSigner(GATEWAY, "gateway", self.clock).sign(feeder, real.SERVICE)
        return await self.send(token, operation, variables)

    async def send(
        self, token: str, operation: str, variables: Mapping[str, JSON]
    ) -> dict[str, Any]:
        body = orjson.dumps({"query": operation, "variables": variables})
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = await ask(self.app, "/graphql", method="POST", headers=headers, body=[body])
        assert "errors" not in answer.json, answer.json
        data: dict[str, Any] = answer.json["data"]
        return data


@dataclass(slots=True)
class RealStock:
    inventory: GraphQLInventory
    service: InProcess
    keys: int = 0

    async def imports(self, nouns: str, input_: Mapping[str, JSON]) -> None:
        self.keys += 1
        operation = (
            f"mutation ($input: {nouns.capitalize()}ImportInput!) {{ {nouns}Import(input: $input)"
            " { results { status userErrors { code message } } userErrors { code message } } }"
        )
        given: dict[str, JSON] = {"idempotencyKey": f"feed-{self.keys}", **input_}
        data = await self.service.execute_as_feeder(operation, {"input": given})
        payload = data[f"{nouns}Import"]
        assert payload["userErrors"] == []
        assert all(not result["userErrors"] for result in payload["results"]), payload

    async def give(self, sku: str, location: str, quantity: int) -> None:
        line: JSON = {"sku": sku, "locationCode": location, "quantity": quantity}
        await self.imports("stock", {"mode": "SNAPSHOT", "lines": [line]})

    async def give_piece(
        self, sku: str, location: str, serial: str, price: Money | None = None
    ) -> None:
        line: dict[str, JSON] = {"sku": sku, "locationCode": location, "serial": serial}
        if price is not None:
            line["price"] = {"amount": price.format(), "currency": price.currency}
        await self.imports("units", {"mode": "RECEIVED", "lines": [line]})

    async def position(self, sku: str, location: str) -> Any:
        operation = (
            "query ($sku: String!, $at: String!)"
            " { stockPosition(sku: $sku, locationCode: $at) { onHand available } }"
        )
        data = await self.service.execute_as_feeder(operation, {"sku": sku, "at": location})
        return data["stockPosition"] or {"onHand": 0, "available": 0}

    async def on_hand(self, sku: str, location: str) -> int:
        return int((await self.position(sku, location))["onHand"])

    async def available(self, sku: str, location: str) -> int:
        return int((await self.position(sku, location))["available"])


@pytest.fixture
async def real_stock(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock
) -> AsyncIterator[RealStock]:
    database, bus = connect(mongodb_url, f"{database_name}_inventory"), Bus(redis_url)
    await real.migrate(database)
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY, ORDERS]))
    foundation = Foundation(real.SERVICE, database, bus, trusted, clock, partitions=2)
    parts = real.join(foundation)
    service = InProcess(real.inventory_app(foundation, parts), clock)
    stock = RealStock(GraphQLInventory(service), service)
    locations: list[JSON] = [
        {
            "code": code,
            "name": code,
            "type": "STORE",
            "country": "FR",
            "timezone": "Europe/Paris",
            "point": {"latitude": 48.8689 - degrees, "longitude": 2.3320},
        }
        for code, degrees in FAR_SOUTH.items()
    ]
    await stock.imports("locations", {"lines": locations})
    channel: dict[str, JSON] = {
        "code": "web",
        "name": "Web",
        "currency": "EUR",
        "country": "FR",
        "locationCodes": list(FAR_SOUTH),
    }
    await stock.imports("channels", {"lines": [channel]})
    items: list[JSON] = [{"sku": sku, "title": sku} for sku in ("A", "B")]
    await stock.imports("items", {"lines": items})
    yield stock
    await parts.commits.close()
    await bus.close()
    await database.close()


@pytest.fixture
def fake_stock() -> FakeStock:
    fake = FakeInventory()
    for location in FAR_SOUTH:
        fake.give("nothing", location, 0)
    return FakeStock(fake)


@pytest.fixture(params=["fake_stock", "real_stock"])
def stock(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def wanted(
    *lines: tuple[str, int], key: str = "k", order: str = "o1", excluded: tuple[str, ...] = ()
) -> AllocationRequest:
    return AllocationRequest(
        key=key,
        order_id=order,
        channel="web",
        lines=tuple(
            WantedLine(f"{order}.l{index}", sku, quantity)
            for index, (sku, quantity) in enumerate(lines, 1)
        ),
        destination=HOME,
        excluded_locations=excluded,
    )


async def where(stock: Stock, request: AllocationRequest) -> list[tuple[str, str, int]]:
    allocation = await stock.inventory.allocate(request)
    return sorted((one.line_id, one.location.code, one.quantity) for one in allocation.lines)


async def code_of(stock: Stock, request: AllocationRequest) -> str:
    with pytest.raises(RefusedAll) as refused:
        await stock.inventory.allocate(request)
    return refused.value.refusals[0].code


async def test_the_nearest_location_that_has_everything_is_chosen(stock: Stock) -> None:
    await stock.give("A", "W1", 1)
    await stock.give("A", "S1", 2)
    await stock.give("B", "S1", 1)
    assert await where(stock, wanted(("A", 2), ("B", 1))) == [
        ("o1.l1", "S1", 2),
        ("o1.l2", "S1", 1),
    ]
    assert await stock.available("A", "S1") == 0
    assert await stock.on_hand("A", "S1") == 2


async def test_an_order_is_divided_when_no_location_has_everything(stock: Stock) -> None:
    await stock.give("A", "W1", 1)
    await stock.give("A", "S1", 1)
    assert await where(stock, wanted(("A", 2))) == [("o1.l1", "S1", 1), ("o1.l1", "W1", 1)]


async def test_too_little_stock_is_refused_with_figures_and_reserves_nothing(stock: Stock) -> None:
    await stock.give("A", "W1", 1)
    await stock.give("B", "W1", 5)
    with pytest.raises(RefusedAll) as refused:
        await stock.inventory.allocate(wanted(("B", 1), ("A", 2)))
    (refusal,) = refused.value.refusals
    assert refusal.code == "INSUFFICIENT_STOCK"
    assert dict(refusal.params) == {"sku": "A", "requested": "2", "available": "1"}
    assert refusal.path == ("input", "lines", "1", "quantity")
    assert await stock.available("B", "W1") == 5


async def test_a_piece_is_reserved_where_it_is_and_for_one_order_only(stock: Stock) -> None:
    await stock.give("A", "W1", 5)
    await stock.give_piece("A", "S2", "p1")
    request = wanted(("A", 1))
    piece = replace(request, lines=(replace(request.lines[0], serial="p1"),))
    other = replace(piece, key="other", order_id="o2")
    unknown = replace(request, key="third", lines=(replace(request.lines[0], serial="p9"),))

    assert await where(stock, piece) == [("o1.l1", "S2", 1)]
    assert await where(stock, piece) == [("o1.l1", "S2", 1)]
    assert await code_of(stock, other) == "UNIT_NOT_AVAILABLE"
    assert await code_of(stock, unknown) == "UNKNOWN_UNIT"
    assert await stock.available("A", "S2") == 0


async def test_pieces_tell_their_own_price_if_they_have_one(stock: Stock) -> None:
    await stock.give_piece("A", "S1", "p1", Money(4000, "EUR"))
    await stock.give_piece("A", "S1", "p2")

    found = await stock.inventory.prices_of_pieces(["p1", "p2", "p9"])

    assert found == {"p1": Money(4000, "EUR")}


async def test_the_same_key_is_the_same_allocation(stock: Stock) -> None:
    await stock.give("A", "W1", 5)
    first = await stock.inventory.allocate(wanted(("A", 2)))
    assert await stock.inventory.allocate(wanted(("A", 2))) == first
    assert await stock.available("A", "W1") == 3


async def test_the_same_key_stays_refused_though_stock_has_come(stock: Stock) -> None:
    assert await code_of(stock, wanted(("A", 1))) == "INSUFFICIENT_STOCK"
    await stock.give("A", "W1", 5)
    assert await code_of(stock, wanted(("A", 1))) == "INSUFFICIENT_STOCK"
    assert await where(stock, wanted(("A", 1), key="other")) == [("o1.l1", "W1", 1)]


async def test_excluded_locations_are_left_out(stock: Stock) -> None:
    await stock.give("A", "W1", 1)
    await stock.give("A", "S2", 1)
    assert await where(stock, wanted(("A", 1), excluded=("W1",))) == [("o1.l1", "S2", 1)]


async def test_consumed_goods_leave_the_shelf_once(stock: Stock) -> None:
    await stock.give("A", "W1", 3)
    allocation = await stock.inventory.allocate(wanted(("A", 2)))
    effect = ConsumeStock("e1", "o1", allocation.reservation_id, (StockLine("o1.l1", "W1", 1),))
    for _ in range(3):
        await stock.inventory.consume(effect)
    assert (await stock.on_hand("A", "W1"), await stock.available("A", "W1")) == (2, 1)


async def test_goods_that_left_although_they_were_released_leave_the_shelf_all_the_same(
    stock: Stock,
) -> None:
    await stock.give("A", "W1", 3)
    allocation = await stock.inventory.allocate(wanted(("A", 2)))
    lines = (StockLine("o1.l1", "W1", 2),)
    await stock.inventory.release(ReleaseStock("e1", "o1", allocation.reservation_id, lines))
    await stock.inventory.consume(ConsumeStock("e2", "o1", allocation.reservation_id, lines))
    assert (await stock.on_hand("A", "W1"), await stock.available("A", "W1")) == (1, 1)


async def test_released_goods_can_be_sold_again_once(stock: Stock) -> None:
    await stock.give("A", "W1", 3)
    allocation = await stock.inventory.allocate(wanted(("A", 2)))
    effect = ReleaseStock("e1", "o1", allocation.reservation_id, (StockLine("o1.l1", "W1", 1),))
    for _ in range(3):
        await stock.inventory.release(effect)
    assert (await stock.on_hand("A", "W1"), await stock.available("A", "W1")) == (3, 2)


async def test_more_than_is_kept_is_refused(stock: Stock) -> None:
    await stock.give("A", "W1", 3)
    allocation = await stock.inventory.allocate(wanted(("A", 2)))
    lines = (StockLine("o1.l1", "W1", 3),)
    with pytest.raises(RefusedAll, match="RESERVATION_LINE_EXCEEDED"):
        await stock.inventory.release(ReleaseStock("e1", "o1", allocation.reservation_id, lines))
    assert await stock.available("A", "W1") == 1


async def test_what_was_not_found_sets_the_position_to_the_count_and_what_is_kept(
    stock: Stock,
) -> None:
    await stock.give("A", "W1", 5)
    allocation = await stock.inventory.allocate(wanted(("A", 2)))
    await stock.inventory.allocate(wanted(("A", 1), order="o2"))
    effect = CorrectStock(
        "e1",
        "o1",
        allocation.reservation_id,
        StockLine("o1.l1", "W1", 2),
        ShortReason.NOT_FOUND,
        counted=1,
    )
    for _ in range(3):
        await stock.inventory.correct(effect)
    assert (await stock.on_hand("A", "W1"), await stock.available("A", "W1")) == (2, 1)


async def test_a_withdrawn_allocation_is_released_and_refused_from_then_on(stock: Stock) -> None:
    await stock.give("A", "W1", 3)
    await stock.inventory.allocate(wanted(("A", 2)))
    for _ in range(2):
        await stock.inventory.withdraw("k", "o1")
    assert await stock.available("A", "W1") == 3


async def test_an_allocation_that_comes_after_its_withdrawal_is_refused(stock: Stock) -> None:
    await stock.give("A", "W1", 3)
    await stock.inventory.withdraw("k", "o1")
    assert await code_of(stock, wanted(("A", 2))) == "RESERVATION_TOMBSTONED"
    assert await stock.available("A", "W1") == 3
