"""The gateway's schema as Strawberry's HTTP layer wants to see one: it runs the pipeline."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from graphql import print_schema
from strawberry.schema.base import BaseSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exception_handlers import ExceptionHandler
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from gateway.errors import ClientError
from gateway.execution.answer import Answer
from gateway.pipeline import OperationRequest, Served, Streaming, answer, is_subscription, stream
from gateway.ports import SubgraphTransport
from gateway.subscriptions.listener import Push
from service_kit.identity.caller import Caller


class NotReady(ClientError):
    """The gateway has no schema yet: its subgraphs have not all been heard."""

    code = "NOT_READY"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What the HTTP layer knows of a request besides the operation; `headers` are passed on."""

    caller: Caller
    explain: bool = False
    labels: frozenset[str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Answered(ExecutionResult):
    """An execution result that carries the answer whose bytes are sent."""

    def __init__(self, given: Answer) -> None:
        super().__init__(data=None, errors=None)
        self.answer = given


class Serving(Protocol):
    """Knows what is served at the moment."""

    @property
    def served(self) -> Served | None:
        """Give the snapshot in use; None while there is none yet."""


class GatewaySchema(BaseSchema):
    """Plans and runs operations over subgraphs instead of resolving fields."""

    def __init__(
        self,
        serving: Serving,
        transport: SubgraphTransport,
        streaming: Streaming | None = None,
    ) -> None:
        self.config = StrawberryConfig()
        self.query: Any = None
        self.mutation: Any = None
        self.subscription: Any = None
        self.schema_converter: Any = None
        self.schema_directives: list[object] = []
        self.exception_handlers: tuple[ExceptionHandler[Any, Any], ...] = ()
        self._serving = serving
        self._transport = transport
        self._streaming = streaming

    def require_ready(self) -> None:
        """Raise NotReady while there is no schema; once there is one, there always is."""
        self._in_use()

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: RequestContext | None = None,
        root_value: Any | None = None,  # noqa: ARG002  # Strawberry's signature
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> ExecutionResult:
        """Answer an operation; raises MutationByGet and NotReady."""
        given = await self.answer(
            query, variable_values, context_value, operation_name, allowed_operation_types
        )
        return Answered(given)

    async def answer(
        self,
        query: str | None,
        variables: dict[str, Any] | None,
        context: RequestContext | None,
        operation_name: str | None,
        allowed: Iterable[OperationType] | None = None,
    ) -> Answer:
        """Answer an operation without Strawberry's wrapping; raises MutationByGet and NotReady."""
        request = _request(query, variables, context, operation_name, allowed)
        return await answer(self._in_use(), self._transport, request)

    def execute_sync(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: subgraphs are asked asynchronously."""
        raise NotImplementedError

    async def subscribe(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the layers above ask for a stream."""
        raise NotImplementedError

    async def stream(  # type: ignore[override]  # a generator's own type says more
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: RequestContext | None = None,
        root_value: Any | None = None,  # noqa: ARG002
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,  # noqa: ARG002
        push: Push | None = None,
    ) -> AsyncGenerator[Answered, None]:
        """Give the answers of any operation, one after another; raises NotReady.

        An answer may be handed over with `push` instead while the next one is waited for.
        """
        served = self._in_use()
        if self._streaming is None:
            raise NotReady("This gateway serves no streams.")
        request = _request(
            query, variable_values, context_value, operation_name, allowed_operation_types
        )
        return _answered(stream(served, self._streaming, request, push))

    async def is_subscription(self, query: str | None, operation_name: str | None) -> bool:
        """Whether an operation is a subscription; raises NotReady."""
        return await is_subscription(self._in_use(), query or "", operation_name)

    def get_type_by_name(self, name: str) -> None:
        """Know no Strawberry type: the schema is read, not declared."""

    def get_directive_by_name(self, graphql_name: str) -> None:
        """Know no Strawberry directive either."""

    def _in_use(self) -> Served:
        served = self._serving.served
        if served is None:
            raise NotReady("The gateway has no graph yet; its log tells why.")
        return served

    def as_str(self) -> str:
        """Give the public schema as text; empty while there is none."""
        served = self._serving.served
        return "" if served is None else print_schema(served.snapshot.public_schema)


def _request(
    query: str | None,
    variables: dict[str, Any] | None,
    context: RequestContext | None,
    operation_name: str | None,
    allowed: Iterable[OperationType] | None,
) -> OperationRequest:
    if context is None:
        raise NotReady("It is not known who asks.")
    return OperationRequest(
        document=query or "",
        caller=context.caller,
        operation_name=operation_name,
        variables=variables or {},
        may_change=not allowed or OperationType.MUTATION in allowed,
        explain=context.explain,
        labels=context.labels,
        headers=context.headers,
    )


async def _answered(answers: AsyncGenerator[Answer, None]) -> AsyncGenerator[Answered, None]:
    async with aclosing(answers):
        async for each in answers:
            yield Answered(each)
