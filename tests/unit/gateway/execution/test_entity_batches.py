"""Runs whose entities are fetched together have the answers that each would have had alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.entity_batches import AT_ONCE, MOST_ENTITIES, EntityBatches
from gateway.execution.entity_fetch import GatheredCall
from gateway.execution.executor import Execution, execute
from gateway.execution.preparation import PreparationOptions, PreparedOperation, prepare
from gateway.execution.subgraph_answer import SubgraphAnswer
from gateway.execution.subgraph_request import ExecutionRequest
from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphTransport, SubgraphUnreachable
from gateway.security.authentication import VISITOR
from service_kit.identity.caller import Caller
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

ROOMS = """
type Query { rooms: [Room] }
type Room { holds: [Item] best: Item }
type Item @key(fields: "sku") { sku: ID! }
"""
STOCK = """
type Query { unused: Int }
type Item @key(fields: "sku") { sku: ID! stock: Int box: Box }
type Box { width: Int }
"""
QUERY = "{ rooms { holds { sku stock box { width } } best { stock } } }"


def found(one: Any) -> Any:
    if one["sku"] == "gone":
        return None
    if one["sku"] == "broken":
        raise ValueError("broken")
    stock = ValueError("uncounted") if one["sku"] == "uncounted" else len(one["sku"])
    return {"sku": one["sku"], "stock": stock, "box": {"width": 3}}


STOCK_GRAPH = SmallSubgraph("stock", STOCK, {}, {"Item": found})
SNAPSHOT = snapshot_of(SmallSubgraph("rooms", ROOMS), STOCK_GRAPH)
RUNS = st.lists(
    st.lists(st.sampled_from(["a", "bb", "ccc", "gone", "broken", "uncounted"]), max_size=4),
    max_size=6,
)


@dataclass
class Counting:
    """Asks the stock, and notes what it was asked."""

    inner: SubgraphTransport = field(default_factory=lambda: transport_to(STOCK_GRAPH))
    asked: list[list[Any]] = field(default_factory=list)
    calls: list[list[Any]] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        calls = orjson.loads(request.body)["variables"].values()
        self.calls += [[one["sku"] for one in representations] for representations in calls]
        self.asked.append([one["sku"] for representations in calls for one in representations])
        await self.free.wait()
        return await self.inner.send(request)


def prepared() -> PreparedOperation:
    return prepare(SNAPSHOT, QUERY, None, PreparationOptions())


OPERATION = prepared()
EXPIRIES = {
    "soon": datetime(2026, 1, 1, tzinfo=UTC),
    "later": datetime(2026, 1, 3, tzinfo=UTC),
    "between": datetime(2026, 1, 2, tzinfo=UTC),
}


async def run(
    skus: Sequence[str],
    transport: SubgraphTransport,
    batches: EntityBatches | None,
    *,
    has_best: bool = False,
    caller: Caller | None = None,
) -> Execution:
    holds = [{"__typename": "Item", "sku": sku} for sku in skus]
    best = {"__typename": "Item", "sku": skus[0]} if skus and has_best else None
    first = SubgraphAnswer({"rooms": [{"holds": holds, "best": best}]}, [])
    return await execute(OPERATION.plan, transport, ExecutionRequest(caller=caller), first, batches)


def seen(execution: Execution) -> Any:
    errors = sorted(orjson.dumps(error, option=orjson.OPT_SORT_KEYS) for error in execution.errors)
    return execution.data, errors


@settings(max_examples=150, deadline=None)
@given(RUNS)
def test_each_run_has_the_answer_that_it_would_have_had_alone(runs: list[list[str]]) -> None:
    async def play() -> None:
        alone = [await run(skus, Counting(), None, has_best=True) for skus in runs]
        transport = Counting()
        batches = EntityBatches(transport)

        together = await asyncio.gather(
            *(run(skus, transport, batches, has_best=True) for skus in runs)
        )

        assert list(map(seen, together)) == list(map(seen, alone))
        assert len(transport.asked) == bool(any(runs))
        assert all(len(set(skus)) == len(skus) for skus in transport.calls)

    asyncio.run(play())


async def test_an_entity_that_two_runs_share_is_not_one_object() -> None:
    fetch = next(one for one in OPERATION.plan.fetches if not one.is_root)
    tree = {"rooms": [{"holds": [{"__typename": "Item", "sku": "a"}], "best": None}]}
    calls = [[GatheredCall(call, tree) for call in fetch.calls] for _ in range(2)]
    batches = EntityBatches(Counting())

    fetched = await asyncio.gather(
        *(batches.ask(fetch, each, ExecutionRequest()) for each in calls)
    )

    key = calls[0][0].call.response_key
    one, other = (each.answer.data[key][0] for each in fetched if each.answer and each.answer.data)
    assert one == other
    assert one is not other
    assert one["box"] is not other["box"]


async def test_they_are_fetched_in_the_name_of_whose_token_is_good_for_longest() -> None:
    callers = [replace(VISITOR, subject=each, expires_at=at) for each, at in EXPIRIES.items()]
    names = []

    class Naming(Counting):
        async def send(self, request: SubgraphRequest) -> SubgraphResponse:
            names.append(request.caller and request.caller.subject)
            return await super().send(request)

    batches = EntityBatches(Naming())
    await asyncio.gather(*(run(["a"], Naming(), batches, caller=one) for one in callers))

    assert names == ["later"]


async def test_what_comes_while_requests_are_under_way_goes_together_in_the_next() -> None:
    transport = Counting()
    transport.free.clear()
    batches = EntityBatches(transport)
    running = []
    for number in range(AT_ONCE + 5):
        running.append(asyncio.create_task(run([f"s{number}"], transport, batches)))
        for _ in range(5):
            await asyncio.sleep(0)
    before = len(transport.asked)
    transport.free.set()
    executions = await asyncio.gather(*running)

    assert before == AT_ONCE
    assert transport.asked[AT_ONCE:] == [[f"s{number}" for number in range(AT_ONCE, AT_ONCE + 5)]]
    assert all(not execution.errors for execution in executions)


async def test_one_request_brings_so_many_entities_at_most() -> None:
    transport = Counting()
    batches = EntityBatches(transport)
    half = [[f"{run}/{number}" for number in range(MOST_ENTITIES // 2)] for run in range(3)]

    await asyncio.gather(*(run(skus, transport, batches) for skus in half))

    assert [len(skus) for skus in transport.asked] == [MOST_ENTITIES, MOST_ENTITIES // 2]


async def test_a_run_that_is_given_up_disturbs_no_other() -> None:
    transport = Counting()
    transport.free.clear()
    batches = EntityBatches(transport)
    given_up = asyncio.create_task(run(["a"], transport, batches))
    other = asyncio.create_task(run(["bb"], transport, batches))
    for _ in range(5):
        await asyncio.sleep(0)
    given_up.cancel()
    transport.free.set()

    assert seen(await other) == seen(await run(["bb"], Counting(), None))


@pytest.mark.parametrize("body", [b"nothing", b'{"data": {"_entities": []}}', b'{"data": null}'])
async def test_an_answer_that_cannot_be_used_fails_all_of_them(body: bytes) -> None:
    class Bad:
        async def send(self, request: SubgraphRequest) -> SubgraphResponse:  # noqa: ARG002
            return SubgraphResponse(200, body)

    alone = [await run([sku], Bad(), None) for sku in ("a", "bb")]
    batches = EntityBatches(Bad())

    together = await asyncio.gather(*(run([sku], Bad(), batches) for sku in ("a", "bb")))

    assert list(map(seen, together)) == list(map(seen, alone))


async def test_a_subgraph_that_is_away_fails_all_of_them() -> None:
    class Away:
        async def send(self, request: SubgraphRequest) -> SubgraphResponse:
            raise SubgraphUnreachable(request.subgraph)

    batches = EntityBatches(Away())
    together = await asyncio.gather(*(run([sku], Away(), batches) for sku in ("a", "bb")))

    assert [one.errors[0]["extensions"]["code"] for one in together] == [
        "SUBGRAPH_REQUEST_FAILED"
    ] * 2
    assert [one.timings[0].problem for one in together] == ["stock"] * 2
