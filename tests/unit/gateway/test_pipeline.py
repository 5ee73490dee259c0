import asyncio
from dataclasses import replace
from typing import Any

from gateway.caching.query_sharing import QuerySharing, Sharers
from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.ports import SubgraphRequest, SubgraphResponse
from gateway.security.authentication import VISITOR
from gateway.transport.in_process import InProcessTransport
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

SHELF = """
  type Query { count(of: ID): Int fail: Int }
  type Mutation { put: Int }
"""
QUERY = "query ($of: ID) { count(of: $of) fail }"


class Shelf:
    """A subgraph that answers reading requests when it is let go, with what was there then."""

    def __init__(self) -> None:
        self.stock = 1
        self.reading = 0
        self.cancelled = 0
        self.go = asyncio.Event()
        roots = {"count": self._count, "fail": lambda: 1 / 0, "put": self._put}
        self.subgraph = SmallSubgraph("shelf", SHELF, roots)
        self.transport = InProcessTransport({"shelf": self._answer})
        self.served = Served(
            snapshot_of(self.subgraph),
            PreparationOptions(),
            10,
            sharing=QuerySharing[Answer](Sharers.VISITORS),
        )

    def _count(self, **_: str) -> int:
        return self.stock

    def _put(self) -> int:
        self.stock += 1
        return self.stock

    async def _answer(self, request: SubgraphRequest) -> SubgraphResponse:
        given = self.subgraph.answer(request.body)
        if b"mutation" not in request.body:
            self.reading += 1
            try:
                await self.go.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
        return given

    async def ask(self, document: str = QUERY, **more: Any) -> "asyncio.Task[Answer]":
        request = replace(OperationRequest(document, VISITOR), **more)
        task = asyncio.create_task(answer(self.served, self.transport, request))
        for _ in range(10):
            await asyncio.sleep(0)
        return task


async def test_equal_queries_under_way_have_one_answer_and_its_bytes() -> None:
    shelf = Shelf()
    tasks = [await shelf.ask(variables={"of": "1"}) for _ in range(3)]
    other = await shelf.ask(variables={"of": "2"})

    shelf.go.set()
    answers = await asyncio.gather(*tasks)

    assert shelf.reading == 2
    assert [one.data for one in answers] == [{"count": 1, "fail": None}] * 3
    assert len({id(one.encoded) for one in answers}) == 1
    assert (await other).encoded is not answers[0].encoded


async def test_errors_are_shared_and_not_kept() -> None:
    shelf = Shelf()
    tasks = [await shelf.ask() for _ in range(2)]
    shelf.go.set()

    first, second = await asyncio.gather(*tasks)
    third = await (await shelf.ask())

    assert first.errors == second.errors == third.errors
    assert first.errors
    assert shelf.reading == 2


async def test_what_was_written_is_read_though_an_older_query_is_still_under_way() -> None:
    shelf = Shelf()
    before = await shelf.ask()
    assert (await (await shelf.ask("mutation { put }"))).data == {"put": 2}

    after = await shelf.ask()
    shelf.go.set()

    assert (await before).data == {"count": 1, "fail": None}
    assert (await after).data == {"count": 2, "fail": None}


async def test_mutations_are_each_done() -> None:
    shelf = Shelf()

    answers = await asyncio.gather(*[await shelf.ask("mutation { put }") for _ in range(3)])

    assert [one.data for one in answers] == [{"put": 2}, {"put": 3}, {"put": 4}]


async def test_a_client_that_goes_away_takes_no_answer_from_the_others() -> None:
    shelf = Shelf()
    first, second, third = [await shelf.ask() for _ in range(3)]

    for leaving in (second, first):
        leaving.cancel()
        await asyncio.wait([leaving])
    shelf.go.set()

    assert (await third).data == {"count": 1, "fail": None}
    assert (shelf.reading, shelf.cancelled) == (2, 1)


async def test_a_query_that_is_to_be_explained_runs_by_itself() -> None:
    shelf = Shelf()
    plain = await shelf.ask()
    explained = await shelf.ask(explain=True)
    shelf.go.set()

    assert "plan" in (await explained).extensions
    assert "plan" not in (await plain).extensions


async def test_what_is_made_while_an_operation_runs_counts_with_what_is_kept() -> None:
    types = [f"T{number}" for number in range(30)]
    declared = [f"type {name} implements Thing {{ id: ID mark: Int }}" for name in types]
    things = [{"__typename": name, "id": "1", "mark": 1} for name in types]
    wide = SmallSubgraph(
        "wide",
        "\n".join(
            ["type Query { things: [Thing] }", "interface Thing { id: ID mark: Int }", *declared]
        ),
        {"things": lambda: things},
    )
    served = Served(snapshot_of(wide), PreparationOptions(), 10)
    asked = OperationRequest("{ things { __typename id mark } }", VISITOR)
    weights = []
    for _ in range(5):
        given = await answer(served, transport_to(wide), asked)
        assert given.data == {"things": things}
        weights.append(served.cached_size)

    first, interpreted, _, generated, last = weights
    assert interpreted - first == 4 * 3 * 30
    assert generated - interpreted == last - interpreted > 3 * 30
