"""The gateway's schema as Strawberry's HTTP layer wants to see one: it runs the pipeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from graphql import print_schema
from strawberry.schema.base import BaseSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exception_handlers import ExceptionHandler
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from gateway.errors import ClientError
from gateway.execution.answer import Answer
from gateway.pipeline import OperationRequest, Served, answer
from gateway.ports import SubgraphTransport
from service_kit.identity.caller import Caller


class NotReady(ClientError):
    """The gateway has no schema yet: its subgraphs have not all been heard."""

    code = "NOT_READY"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What the HTTP layer knows of a request besides the operation."""

    caller: Caller
    explain: bool = False


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

    def __init__(self, serving: Serving, transport: SubgraphTransport) -> None:
        self.config = StrawberryConfig()
        self.query: Any = None
        self.mutation: Any = None
        self.subscription: Any = None
        self.schema_converter: Any = None
        self.schema_directives: list[object] = []
        self.exception_handlers: tuple[ExceptionHandler[Any, Any], ...] = ()
        self._serving = serving
        self._transport = transport

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
        served = self._serving.served
        if served is None or context_value is None:
            raise NotReady("The gateway is starting; its subgraphs have not all answered yet.")
        request = OperationRequest(
            document=query or "",
            caller=context_value.caller,
            operation_name=operation_name,
            variables=variable_values or {},
            may_change=OperationType.MUTATION in (allowed_operation_types or OperationType),
            explain=context_value.explain,
        )
        return Answered(await answer(served, self._transport, request))

    def execute_sync(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: subgraphs are asked asynchronously."""
        raise NotImplementedError

    async def subscribe(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: the layers above ask for a stream."""
        raise NotImplementedError

    async def stream(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: no streaming protocol is switched on."""
        raise NotImplementedError

    def get_type_by_name(self, name: str) -> None:
        """Know no Strawberry type: the schema is read, not declared."""

    def get_directive_by_name(self, graphql_name: str) -> None:
        """Know no Strawberry directive either."""

    def as_str(self) -> str:
        """Give the public schema as text; empty while there is none."""
        served = self._serving.served
        return "" if served is None else print_schema(served.snapshot.public_schema)
