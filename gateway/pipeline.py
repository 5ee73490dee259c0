"""One request as a list of steps: prepare, allow, coerce, execute, mask; or a stream of them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import orjson
import structlog
from graphql import GraphQLError

from gateway.caching.query_sharing import QuerySharing
from gateway.caching.single_flight import Bounds, SingleFlightCache
from gateway.errors import ClientError, Expired, InternalError, InvalidRequest, TooOld
from gateway.execution.answer import Answer, RequestErrors
from gateway.execution.answering import answer_of
from gateway.execution.executor import execute
from gateway.execution.explanation import explanation
from gateway.execution.preparation import (
    PreparationOptions,
    PreparedOperation,
    prepare,
    prepare_without,
)
from gateway.execution.subgraph_request import ExecutionRequest
from gateway.execution.subscription_root import SubscriptionRoot
from gateway.planning.labels import LabelSwitches
from gateway.planning.plan import OperationKind
from gateway.planning.snapshot import Snapshot
from gateway.ports import SubgraphStreams, SubgraphTransport
from gateway.security.access_rules import AccessRules
from gateway.security.authorisation import Authoriser
from gateway.security.limits import check_name
from gateway.security.masking import formatted, masked
from gateway.subscriptions.from_subgraph import subgraph_events
from gateway.subscriptions.listener import Push
from gateway.subscriptions.live import LiveEvents
from gateway.subscriptions.resolution import BatchesByKey, Resolver
from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock
from service_kit.runtime.telemetry import name_operation

SUBSCRIPTION_WAYS = (
    "A subscription needs a stream: ask by WebSocket (graphql-transport-ws), or with "
    '"Accept: text/event-stream" (graphql-sse), or with '
    '"Accept: multipart/mixed;subscriptionSpec=1.0".'
)
LARGEST_VARIABLES = 1 << 16
"""In bytes, as JSON: those of a subscription are kept for as long as it lasts."""

LARGEST_CACHED = 20_000
"""In characters, written out; what is larger is prepared anew each time it is asked.

A prepared operation takes some two hundred bytes a character.
"""
_TOO_OLD = "A visitor's subscription ends after a while; subscribe again."
_CACHED_LARGE = 30
"""How many of the largest are kept, or more of smaller ones."""

_Key: TypeAlias = tuple[str, str, frozenset[str], bytes]
"""Names an operation, whole or without what a caller may not read of it."""

_log = structlog.get_logger("gateway.pipeline")


class MutationByGet(InvalidRequest):
    """A mutation came in a request that may only read."""


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client asks; `headers` go to every subgraph, `explain` shows the plan.

    `labels` are the only active ones of overrides, for developers; None leaves it to the settings.
    """

    document: str
    caller: Caller
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    may_change: bool = True
    explain: bool = False
    labels: frozenset[str] | None = None


class Served:
    """A snapshot with the operations prepared for it: one unit, swapped as a whole."""

    def __init__(
        self,
        snapshot: Snapshot,
        options: PreparationOptions,
        cached: int,
        switches: LabelSwitches | None = None,
        authoriser: Authoriser | None = None,
        sharing: QuerySharing[Answer] | None = None,
    ) -> None:
        self.sharing = sharing or QuerySharing[Answer]()
        self._switches = switches or LabelSwitches()
        self._snapshot = snapshot
        self._rules = AccessRules(snapshot.supergraph)
        self._authoriser = authoriser or Authoriser()
        self._options = options
        self._prepared: SingleFlightCache[_Key, PreparedOperation] = SingleFlightCache(
            cached, Bounds(lambda one: one.weight, LARGEST_CACHED, LARGEST_CACHED * _CACHED_LARGE)
        )

    @property
    def snapshot(self) -> Snapshot:
        """What is served."""
        return self._snapshot

    @property
    def prepared_once(self) -> int:
        """How many operations have been prepared."""
        return self._prepared.misses

    @property
    def cached_size(self) -> int:
        """How large the operations are, together, that are kept, in characters."""
        return self._prepared.weight

    async def prepared_for(self, request: "OperationRequest") -> PreparedOperation:
        """Give an operation without what the caller may not read; raises ClientError.

        It is prepared once for all callers who meet the same of what it demands.
        """
        document, name = request.document, request.operation_name
        active = self._active(document, request.labels)
        whole = await self._whole(document, name, active)
        if whole.guarded is None:
            return whole
        unmet = await self._authoriser.unmet(request.caller, whole.guarded.demands)
        if not unmet:
            return whole

        async def make() -> PreparedOperation:
            return prepare_without(self._snapshot, whole, unmet, active)

        key = _key(document, name, active, whole.guarded.fingerprint(unmet))
        return await self._prepared.get(key, make)

    async def prepared(
        self, document: str, operation_name: str | None, labels: frozenset[str] | None = None
    ) -> PreparedOperation:
        """Give an operation ready to run for those who may read all of it; raises ClientError."""
        return await self._whole(document, operation_name, self._active(document, labels))

    def _active(self, document: str, labels: frozenset[str] | None) -> frozenset[str]:
        touched = self._snapshot.planner.labelled.touched_by(document)
        return self._switches.active(touched, labels) if touched else touched

    async def _whole(
        self, document: str, operation_name: str | None, active: frozenset[str]
    ) -> PreparedOperation:
        async def make() -> PreparedOperation:
            return prepare(
                self._snapshot, document, operation_name, self._options, active, self._rules
            )

        check_name(operation_name, self._options.limits)
        return await self._prepared.get(_key(document, operation_name, active), make)


def _key(
    document: str, operation_name: str | None, labels: frozenset[str], unmet: bytes = b""
) -> _Key:
    return (operation_name or "", document, labels, unmet)


async def answer(served: Served, transport: SubgraphTransport, request: OperationRequest) -> Answer:
    """Answer one request. Whatever goes wrong is in the answer; only MutationByGet is raised."""
    try:
        prepared = await served.prepared_for(request)
        name_operation(prepared.name)
        _allow(prepared, request)
        return await _run(prepared, served.sharing, transport, request)
    except MutationByGet:
        raise
    except RequestErrors as error:
        return Answer(None, error.errors, was_run=False)
    except ClientError as error:
        return Answer(None, [masked(error)], was_run=False)
    except Exception as error:  # noqa: BLE001  # the last resort: nothing of it may reach the client
        _log.exception("request_failed")
        return Answer(None, [masked(error)])


async def _run(
    prepared: PreparedOperation,
    sharing: QuerySharing[Answer],
    transport: SubgraphTransport,
    request: OperationRequest,
) -> Answer:
    """Run an operation, or wait for an equal one that is under way."""

    async def run() -> Answer:
        asked = _coerced(prepared, request)
        refusal = prepared.refusal(asked.variables)
        if refusal is not None:
            return refusal
        execution = await execute(prepared.plan, transport, asked)
        shown = explanation(prepared.plan, execution) if request.explain else {}
        return answer_of(execution, shown)

    if prepared.kind is OperationKind.MUTATION:
        with sharing.changing():
            return await run()
    if request.explain:
        return await run()
    return await sharing.result(prepared, request.variables, request.caller, request.headers, run)


@dataclass(frozen=True, slots=True)
class Streaming:
    """What subscriptions need besides what every operation needs."""

    transport: SubgraphTransport
    streams: SubgraphStreams
    live: LiveEvents
    clock: Clock
    batches: BatchesByKey = field(default_factory=WeakValueDictionary)


async def stream(
    served: Served, streaming: Streaming, request: OperationRequest, push: Push | None = None
) -> AsyncGenerator[Answer, None]:
    """Give the answers of any operation; whatever ends it early is its last one, never raised.

    An answer may be handed over with `push` instead while the next one is waited for.
    """
    try:
        prepared = await served.prepared_for(request)
        root = prepared.subscription
        refusal = prepared.refusal()
        if refusal is not None and prepared.kind is OperationKind.SUBSCRIPTION:
            yield refusal
            return
        if root is None:
            yield await answer(served, streaming.transport, request)
            return
        name_operation(prepared.name)
        request = replace(request, document="", variables=_kept(prepared, request.variables))
        async with aclosing(_events(prepared, root, streaming, request, push)) as answers:
            async for each in answers:
                yield each
    except RequestErrors as error:
        yield Answer(None, error.errors, was_run=False)
    except Expired as error:
        shown = TooOld(_TOO_OLD, error.cursor) if request.caller.is_anonymous else error
        yield Answer(None, [masked(shown)], was_run=False)
    except ClientError as error:
        yield Answer(None, [masked(error)], was_run=False)
    except Exception as error:  # noqa: BLE001  # the last resort: nothing of it may reach the client
        _log.exception("subscription_failed")
        yield Answer(None, [masked(error)], was_run=False)


async def is_subscription(served: Served, document: str, operation_name: str | None) -> bool:
    """Whether an operation is one; what cannot be prepared is none: its answer will say so."""
    try:
        prepared = await served.prepared(document, operation_name)
    except (ClientError, InternalError):
        return False
    return prepared.kind is OperationKind.SUBSCRIPTION


def _kept(prepared: PreparedOperation, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the variables that are declared, if they are of a modest size."""
    names = [one.variable.name.value for one in prepared.operation.variable_definitions or ()]
    declared = {name: variables[name] for name in names if name in variables}
    if declared and len(orjson.dumps(declared)) > LARGEST_VARIABLES:
        message = f"The variables of a subscription may have {LARGEST_VARIABLES} bytes."
        raise InvalidRequest(message)
    return declared


async def _events(
    prepared: PreparedOperation,
    root: SubscriptionRoot,
    streaming: Streaming,
    request: OperationRequest,
    push: Push | None,
) -> AsyncGenerator[Answer, None]:
    values = prepared.coerced(request.variables)
    run = ExecutionRequest(request.variables, values.coerced, request.caller, request.headers)
    if root.source is None or root.payload is None:
        events = subgraph_events(
            prepared.plan, streaming.streams, streaming.transport, run, streaming.clock
        )
        async with aclosing(events):
            async for each in events:
                yield each
        return
    try:
        arguments = root.arguments(values)
    except GraphQLError as error:
        raise RequestErrors([formatted(error, "BAD_USER_INPUT")]) from error
    transport, clock = streaming.transport, streaming.clock
    batches = streaming.batches
    resolver = Resolver(prepared.plan, root, root.payload, transport, run, clock, batches)
    items = streaming.live.subscribe(root.source, root, arguments, request.caller, resolver, push)
    async with aclosing(items):
        async for item in items:
            resolved = await resolver.answer(item)
            if resolved is None:
                await items.athrow(Expired("The token has expired."))
            else:
                yield resolved


def _allow(prepared: PreparedOperation, request: OperationRequest) -> None:
    if prepared.kind is OperationKind.SUBSCRIPTION:
        raise InvalidRequest(SUBSCRIPTION_WAYS)
    if prepared.kind is OperationKind.MUTATION and not request.may_change:
        raise MutationByGet("A mutation cannot be asked for by GET; use POST.")


def _coerced(prepared: PreparedOperation, request: OperationRequest) -> ExecutionRequest:
    variables = prepared.coerce(request.variables)
    local = prepared.introspection.answer(request.variables) if prepared.introspection else {}
    return ExecutionRequest(request.variables, variables, request.caller, request.headers, local)
