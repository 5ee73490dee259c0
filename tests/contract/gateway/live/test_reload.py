"""Subgraphs change while clients listen to the log: nobody is cut off and nothing is missed."""

from typing import Any

import aiohttp
from structlog.testing import capture_logs

from tests.contract.gateway.conftest import eventually
from tests.support.live_gateway import WATCH, World

MORE = " extend type Query { more: Int }"


async def until_more(world: World, session: aiohttp.ClientSession) -> None:
    """Wait until the gateway serves what a subgraph has said last."""

    async def has_more() -> bool:
        body = {"query": "{ __typename more @skip(if: true) }"}
        async with session.post(world.url, json=body) as response:
            return bool(await response.json() == {"data": {"__typename": "Query"}})

    await eventually(has_more)


async def test_a_subscription_to_the_log_lives_on_when_a_subgraph_changes(
    world: World, opened: Any, session: aiohttp.ClientSession
) -> None:
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    await world.change("7", "BEFORE")
    before = await socket.data()

    world.places.sdl += MORE
    await until_more(world, session)
    await world.change("7", "AFTER")
    after = await socket.data()

    seen = [(one["changed"]["seq"], one["changed"]["what"]) for one in (before, after)]
    assert seen == [(1, "BEFORE"), (2, "AFTER")]
    assert after["changed"]["order"]["place"] == {"name": "place P7"}


async def test_subgraphs_that_no_longer_compose_are_told_and_the_graph_stays(
    world: World, opened: Any, session: aiohttp.ClientSession
) -> None:
    good = world.places.sdl
    socket = await opened("operator")
    await socket.subscribe(WATCH, id="7")
    await socket.data()
    with capture_logs() as logged:
        world.places.sdl = f"{good} type Broken {{"

        async def is_told() -> bool:
            return any(one["event"] == "supergraph_not_loaded" for one in logged)

        await eventually(is_told)
        await world.change("7")
        seen = await socket.data()
        world.places.sdl = good + MORE
        await until_more(world, session)

    (told,) = [one for one in logged if one["event"] == "supergraph_not_loaded"]
    assert "INVALID_GRAPHQL [places]" in told["reason"]
    assert seen["changed"]["order"]["place"] == {"name": "place P7"}
