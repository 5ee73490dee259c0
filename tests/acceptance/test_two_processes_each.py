"""Two processes of every service over the same databases: each is asked, and none oversells."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pymongo import MongoClient

from retail_kit.roles import Role
from service_kit.runtime.clock import SettableClock
from tests.support.graph import GraphClient
from tests.support.retailer import ORDER, Json, Retailer, eventually
from tests.support.stack import Stack

NEAR, FAR, TRIES = 12, 8, 40


@pytest.fixture
def pairs(
    mongodb_url: str,
    mongodb_client: MongoClient[dict[str, Any]],
    redis_url: str,
    tmp_path: Path,
    clock: SettableClock,
) -> Iterator[tuple[Stack, Stack]]:
    """Two stacks, each with all processes, that share databases, events, keys and the clock."""
    databases = f"pairs_{uuid.uuid4().hex[:12]}"
    stacks = tuple(
        Stack(mongodb_url, redis_url, databases, tmp_path, clock, composes=False) for _ in range(2)
    )
    try:
        for stack in stacks:
            stack.start()
        yield stacks[0], stacks[1]
    finally:
        for stack in stacks:
            stack.close()
        for name in mongodb_client.list_database_names():
            if name.startswith(databases):
                mongodb_client.drop_database(name)


@pytest.fixture
async def retailers(pairs: tuple[Stack, Stack]) -> AsyncIterator[tuple[Retailer, Retailer]]:
    """One retailer, as seen through either gateway."""
    mark = uuid.uuid4().hex[:8]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        clients = [GraphClient(session, stack.graphql_url(), stack.user_token) for stack in pairs]
        yield Retailer(clients[0], mark), Retailer(clients[1], mark)


async def tries_to_buy(retailer: Retailer, key: str) -> Json:
    """Place an order of one shirt, again while it is told to try again."""

    async def once() -> Json:
        wish = retailer.wish("shirt", idempotencyKey=key)
        selection = f"order {{ {ORDER} }}"
        return await retailer.does("orderPlace", wish, selection, role=Role.CUSTOMER_SERVICE)

    return await eventually(
        once, lambda payload: not any(error["retryable"] for error in payload["userErrors"])
    )


def sums(ledger: list[Json]) -> tuple[int, int, int]:
    """Fold a ledger: what is on hand, allocated and reserved."""
    on_hand, allocated, reserved = (
        sum(movement[name] for movement in ledger) for name in ("onHand", "allocated", "reserved")
    )
    return on_hand, allocated, reserved


@pytest.mark.timeout(120)
async def test_orders_through_two_processes_of_each_service_never_oversell(
    retailers: tuple[Retailer, Retailer],
) -> None:
    one, other = retailers
    await one.opens(W1="WAREHOUSE", S2="STORE")
    await one.sells("shirt")
    await one.counts("shirt", W1=NEAR, S2=FAR)

    # Every request is sent through both pairs at once, first through either in turn: the same
    # key must buy one shirt only, and both processes of inventory must decide.
    answers = await asyncio.gather(
        *(
            tries_to_buy(retailer, f"try-{number}-{one.mark}")
            for number in range(TRIES)
            for retailer in ((one, other) if number % 2 else (other, one))
        )
    )

    by_key = [answers[at : at + 2] for at in range(0, len(answers), 2)]
    for first, second in by_key:
        assert (first["order"] or {}).get("id") == (second["order"] or {}).get("id")
    placed = {payload["order"]["id"] for payload in answers if payload["order"]}
    refused = [payload for payload in answers if not payload["order"]]
    assert len(placed) == NEAR + FAR
    assert {error["code"] for payload in refused for error in payload["userErrors"]} == {
        "INSUFFICIENT_STOCK"
    }
    for retailer in retailers:
        for location, stock in (("W1", NEAR), ("S2", FAR)):
            position = await retailer.position("shirt", location)
            ledger = await retailer.ledger("shirt", location)
            counters = (position["onHand"], position["allocated"], position["reserved"])
            assert counters == sums(ledger) == (stock, stock, 0)
            reservations = [each["reservationId"] for each in ledger if each["allocated"] > 0]
            assert len(set(reservations)) == len(reservations) == stock
            assert [each["number"] for each in ledger] == list(range(1, len(ledger) + 1))
        assert await retailer.available("shirt") == 0
