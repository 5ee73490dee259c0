"""One fetch of a plan, asked of its subgraph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.execution.compiled_plan import CompiledFetch
from gateway.execution.subgraph_answer import SubgraphAnswer, read_answer
from gateway.ports import SubgraphRequest, SubgraphTransport, SubgraphUnreachable
from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class ExecutionRequest:
    """What varies between runs of one plan.

    `sent_variables` are the client's own values, `variables` the coerced ones with defaults.
    `local` holds the root values that the gateway answers itself (introspection).
    """

    sent_variables: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    caller: Caller | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A subgraph's answer; None when there is none that can be used, for the log's `problem`."""

    answer: SubgraphAnswer | None
    problem: str | None = None


async def asked(
    transport: SubgraphTransport,
    fetch: CompiledFetch,
    request: ExecutionRequest,
    representations: Sequence[bytes],
) -> Fetched:
    """Ask the subgraph; whatever it does wrong is in what comes back."""
    body = body_of(fetch, request, representations)
    try:
        response = await transport.send(
            SubgraphRequest(fetch.subgraph, body, request.caller, request.headers)
        )
    except SubgraphUnreachable as error:
        return Fetched(None, str(error))
    answer = read_answer(response)
    if answer is None:
        return Fetched(None, f"{fetch.subgraph}: no GraphQL answer, status {response.status}")
    return Fetched(answer)


def body_of(
    fetch: CompiledFetch, request: ExecutionRequest, representations: Sequence[bytes] = ()
) -> bytes:
    """Give the JSON document that asks a subgraph for a fetch."""
    sent, defaults = request.sent_variables, request.variables
    members = [
        prefix + orjson.dumps(sent[name] if name in sent else defaults[name])
        for name, prefix in fetch.variables
        if name in sent or name in defaults
    ]
    members.extend(representations)
    if not members:
        return fetch.prefix + b"}"
    return fetch.prefix + b',"variables":{' + b",".join(members) + b"}}"
