"""One request as a list of steps: prepare, allow, coerce, execute, mask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from gateway.caching.single_flight import SingleFlightCache
from gateway.errors import ClientError, InvalidRequest
from gateway.execution.answer import Answer, RequestErrors
from gateway.execution.executor import Execution, ExecutionRequest, execute
from gateway.execution.explanation import explanation
from gateway.execution.preparation import PreparationOptions, PreparedOperation, prepare
from gateway.planning.plan import OperationKind
from gateway.planning.snapshot import Snapshot
from gateway.ports import SubgraphTransport
from gateway.security.masking import masked, without_insides
from service_kit.identity.caller import Caller
from service_kit.runtime.telemetry import name_operation

_log = structlog.get_logger("gateway.pipeline")


class MutationByGet(InvalidRequest):
    """A mutation came in a request that may only read."""


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client asks; `headers` go to every subgraph, `explain` shows the plan."""

    document: str
    caller: Caller
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    may_change: bool = True
    explain: bool = False


class Served:
    """A snapshot with the operations prepared for it: one unit, swapped as a whole."""

    def __init__(self, snapshot: Snapshot, options: PreparationOptions, cached: int) -> None:
        self._snapshot = snapshot
        self._options = options
        self._prepared: SingleFlightCache[tuple[str, str | None], PreparedOperation] = (
            SingleFlightCache(cached)
        )

    @property
    def snapshot(self) -> Snapshot:
        """What is served."""
        return self._snapshot

    @property
    def prepared_once(self) -> int:
        """How many operations have been prepared."""
        return self._prepared.misses

    async def prepared(self, document: str, operation_name: str | None) -> PreparedOperation:
        """Give an operation ready to run; raises ClientError."""

        async def make() -> PreparedOperation:
            return prepare(self._snapshot, document, operation_name, self._options)

        return await self._prepared.get((document, operation_name), make)


async def answer(served: Served, transport: SubgraphTransport, request: OperationRequest) -> Answer:
    """Answer one request. Whatever goes wrong is in the answer; only MutationByGet is raised."""
    try:
        prepared = await served.prepared(request.document, request.operation_name)
        name_operation(prepared.name)
        _allow(prepared, request)
        execution = await execute(prepared.plan, transport, _coerced(prepared, request))
    except MutationByGet:
        raise
    except RequestErrors as error:
        return Answer(None, error.errors, was_run=False)
    except ClientError as error:
        return Answer(None, [masked(error)], was_run=False)
    except Exception as error:  # noqa: BLE001  # the last resort: nothing of it may reach the client
        _log.exception("request_failed")
        return Answer(None, [masked(error)])
    _tell_problems(execution)
    errors = [without_insides(error) for error in execution.errors]
    shown = explanation(prepared.plan, execution) if request.explain else {}
    return Answer(execution.data, errors, shown)


def _allow(prepared: PreparedOperation, request: OperationRequest) -> None:
    if prepared.kind is OperationKind.SUBSCRIPTION:
        raise InvalidRequest("Subscriptions are not served over this kind of request.")
    if prepared.kind is OperationKind.MUTATION and not request.may_change:
        raise MutationByGet("A mutation cannot be asked for by GET; use POST.")


def _coerced(prepared: PreparedOperation, request: OperationRequest) -> ExecutionRequest:
    variables = prepared.coerce(request.variables)
    local = prepared.introspection.answer(request.variables) if prepared.introspection else {}
    return ExecutionRequest(request.variables, variables, request.caller, request.headers, local)


def _tell_problems(execution: Execution) -> None:
    for timing in execution.timings:
        if timing.problem:
            _log.warning("subgraph_failed", subgraph=timing.subgraph, reason=timing.problem)
