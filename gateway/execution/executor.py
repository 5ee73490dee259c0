"""Runs a compiled plan: each fetch starts when those it depends on have ended."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from gateway.execution.compiled_plan import CompiledFetch, CompiledPlan
from gateway.execution.contexts import contextual_requests, is_contextual
from gateway.execution.entity_batches import EntityBatches
from gateway.execution.entity_fetch import GatheredCall, accept_entities
from gateway.execution.root_fetch import accept_reentry, accept_root, places_of
from gateway.execution.run_state import RunState
from gateway.execution.subgraph_answer import SubgraphAnswer
from gateway.execution.subgraph_errors import ErrorLog
from gateway.execution.subgraph_request import ExecutionRequest, Fetched, asked
from gateway.execution.tree import JsonObject
from gateway.ports import SubgraphTransport


@dataclass(frozen=True, slots=True)
class FetchTiming:
    """When a fetch was sent and when its answer had come, in seconds from the start.

    `problem` is for the log: why there was no usable answer.
    """

    fetch: int
    subgraph: str
    started: float
    ended: float
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """The client's data (None is null), the errors in GraphQL's form, and how it went.

    `tree` is everything that was fetched, what the client does not see included.
    """

    data: JsonObject | None
    errors: list[JsonObject]
    timings: list[FetchTiming]
    tree: JsonObject


async def execute(
    plan: CompiledPlan,
    transport: SubgraphTransport,
    request: ExecutionRequest,
    first: SubgraphAnswer | None = None,
    batches: EntityBatches | None = None,
) -> Execution:
    """Run a plan to its end; what subgraphs do wrong is in the errors, never raised.

    `first` is the answer to fetch 0 where that is there already: a subscription's event; `batches`
    send entity fetches together with those of other runs.
    """
    return await _Run(plan, transport, request, first, batches).complete()


class _Run:
    """One run: the countdown of every fetch, and the state that the fetches share."""

    def __init__(
        self,
        plan: CompiledPlan,
        transport: SubgraphTransport,
        request: ExecutionRequest,
        first: SubgraphAnswer | None,
        batches: EntityBatches | None,
    ) -> None:
        self._first = first
        self._batches = batches
        self._plan = plan
        self._transport = transport
        self._request = request
        log = ErrorLog(plan.projection.visible_part, plan.giver_of)
        self._state = RunState(dict(request.local), log, plan.interfaces)
        self._waiting = list(plan.waiting)
        self._timings: list[FetchTiming] = []
        self._began = perf_counter()
        self._done: frozenset[str] = frozenset()

    async def complete(self) -> Execution:
        """Fetch everything, then give the client's part of it."""
        plan, state = self._plan, self._state
        if plan.is_chain:  # there is nothing to run beside anything
            for fetch in plan.fetches:
                await self._run(fetch)
        elif plan.roots:
            async with asyncio.TaskGroup() as group:
                for other in plan.roots[1:]:
                    group.create_task(self._chain(other, group))
                await self._chain(plan.roots[0], group)
        data = self._completed()
        state.log.tell_the_rest()
        return Execution(data, state.log.errors, self._timings, state.tree)

    def _completed(self) -> JsonObject | None:
        projection, state, variables = self._plan.projection, self._state, self._request.variables
        if not state.log.has_failures:
            data = projection.complete_straight(state.tree, variables)
            if data is not None:
                return data
        return projection.complete(state.tree, variables, state.log)

    async def _chain(self, number: int, group: asyncio.TaskGroup) -> None:
        """Run a fetch, then those it releases: the first one here, the others beside."""
        while True:
            fetch = self._plan.fetches[number]
            await self._run(fetch)
            released = [other for other in fetch.dependents if self._count_down(other) == 0]
            if not released:
                return
            number, *others = released
            for other in others:
                group.create_task(self._chain(other, group))

    def _count_down(self, number: int) -> int:
        self._waiting[number] -= 1
        return self._waiting[number]

    async def _run(self, fetch: CompiledFetch) -> None:
        if not fetch.is_wanted(self._request.variables):
            return
        if fetch.fetch.paths:
            await self._run_reentry(fetch)
        elif fetch.is_root:
            await self._run_root(fetch)
        elif is_contextual(fetch.fetch):
            await self._run_in_contexts(fetch)
        else:
            await self._run_entities(fetch)

    async def _run_root(self, fetch: CompiledFetch) -> None:
        if self._plan.is_serial and self._is_lost():
            return
        given = self._first if fetch.fetch.id == 0 else None
        accept_root(fetch, given or await self._ask(fetch, ()), self._state)
        if self._plan.is_serial:
            self._done |= fetch.keys

    async def _run_reentry(self, fetch: CompiledFetch) -> None:
        if places_of(fetch, self._state):
            accept_reentry(fetch, await self._ask(fetch, ()), self._state)

    async def _run_in_contexts(self, fetch: CompiledFetch) -> None:
        requests = list(contextual_requests(fetch, self._state.tree))
        answers = await asyncio.gather(*(self._ask(sent, values) for sent, _, values in requests))
        for (sent, gathered, _), answer in zip(requests, answers, strict=True):
            accept_entities(sent, gathered, answer, self._state)

    def _is_lost(self) -> bool:
        """Whether a mutation done before has become null where none may be: no more is done."""
        variables = self._request.variables
        return bool(self._done) and self._plan.projection.is_lost(
            self._state.tree, self._done, variables
        )

    async def _run_entities(self, fetch: CompiledFetch) -> None:
        gathered = [GatheredCall(call, self._state.tree) for call in fetch.calls]
        if any(one.representations for one in gathered):
            if self._batches is None:
                answer = await self._ask(fetch, [one.variable() for one in gathered])
            else:
                answer = await self._ask_together(self._batches, fetch, gathered)
            accept_entities(fetch, gathered, answer, self._state)

    async def _ask(
        self, fetch: CompiledFetch, representations: Sequence[bytes]
    ) -> SubgraphAnswer | None:
        """Give the subgraph's answer; None when there is none that can be used."""
        started = perf_counter() - self._began
        fetched = await asked(self._transport, fetch, self._request, representations)
        return self._timed(fetch, started, fetched)

    async def _ask_together(
        self, batches: EntityBatches, fetch: CompiledFetch, gathered: Sequence[GatheredCall]
    ) -> SubgraphAnswer | None:
        started = perf_counter() - self._began
        return self._timed(fetch, started, await batches.ask(fetch, gathered, self._request))

    def _timed(
        self, fetch: CompiledFetch, started: float, fetched: Fetched
    ) -> SubgraphAnswer | None:
        ended = perf_counter() - self._began
        timing = FetchTiming(fetch.fetch.id, fetch.subgraph, started, ended, fetched.problem)
        self._timings.append(timing)
        return fetched.answer
