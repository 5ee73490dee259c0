"""A subscription field without an event source: its events come from its subgraph."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from gateway.errors import Expired, SubgraphFailed
from gateway.execution.answer import Answer
from gateway.execution.answering import answer_of
from gateway.execution.compiled_plan import CompiledPlan
from gateway.execution.executor import execute
from gateway.execution.subgraph_answer import read_answer
from gateway.execution.subgraph_request import ExecutionRequest, body_of
from gateway.ports import (
    SubgraphRequest,
    SubgraphResponse,
    SubgraphStreams,
    SubgraphTransport,
    SubgraphUnreachable,
)
from service_kit.runtime.clock import Clock

_LONGEST_WAIT_SECONDS = 86_400.0

_log = structlog.get_logger("gateway.subscriptions")


async def subgraph_events(
    plan: CompiledPlan,
    streams: SubgraphStreams,
    transport: SubgraphTransport,
    request: ExecutionRequest,
    clock: Clock,
) -> AsyncGenerator[Answer, None]:
    """Give an answer per event: fetch 0 is the event, the rest of the plan is run for it.

    Raises SubgraphFailed when the subgraph breaks off, Expired when the caller's token does.
    """
    source = plan.fetches[0]
    asked = SubgraphRequest(
        source.subgraph, body_of(source, request), request.caller, request.headers
    )
    failed = SubgraphFailed(f'The subgraph "{source.subgraph}" ended the subscription.')
    try:
        async with aclosing(streams.subscribe(asked)) as events:
            while (event := await _next(events, request, clock)) is not None:
                first = read_answer(event)
                if first is None:
                    _log.warning(
                        "subgraph_failed",
                        subgraph=source.subgraph,
                        reason=f"{source.subgraph}: an event that is no GraphQL answer",
                    )
                    raise failed
                yield answer_of(await execute(plan, transport, request, first))
    except SubgraphUnreachable as error:
        _log.warning("subgraph_failed", subgraph=source.subgraph, reason=str(error))
        raise failed from error


async def _next(
    events: AsyncGenerator[SubgraphResponse, None], request: ExecutionRequest, clock: Clock
) -> SubgraphResponse | None:
    seconds = _LONGEST_WAIT_SECONDS
    if request.caller is not None:
        left = (request.caller.expires_at - clock.now()).total_seconds()
        seconds = min(seconds, left)
    if seconds <= 0:
        raise Expired("The token has expired.")
    try:
        async with asyncio.timeout(seconds):
            return await anext(events, None)
    except TimeoutError as error:
        raise Expired("The token has expired.") from error
