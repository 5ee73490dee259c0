"""Federated graphs with small data behind them: the plan of an operation, and its real answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLObjectType, GraphQLResolveInfo, execute_sync, parse, validate

from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.federation_spec.arguments import arguments_of
from gateway.federation_spec.field_sets import parse_field_set
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.labels import LabelSwitches
from gateway.planning.plan_text import plan_text
from gateway.ports import SubgraphRequest, SubgraphResponse
from gateway.security.authentication import VISITOR
from gateway.transport.in_process import InProcessTransport
from tests.support.federated_graph import FederatedGraph, linked, subgraph_schema

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """What one subgraph holds: its SDL, the values of its root fields, its entities by type.

    A function among the values is called with the object (what was sent for it included) and the
    field's arguments; a root field's with the arguments alone.
    """

    sdl: str
    roots: Record = field(default_factory=dict)
    entities: Mapping[str, Sequence[Record]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """An operation's plan as text, and what the client gets."""

    plan: str
    data: Any
    errors: Sequence[Any] = ()


class ServedGraph(FederatedGraph):
    """Composes what is held, plans over it and answers from it; `asked` is every request's text."""

    def __init__(
        self,
        supergraph: str | None = None,
        switches: LabelSwitches | None = None,
        **held: Held,
    ) -> None:
        super().__init__(supergraph, **{name: each.sdl for name, each in held.items()})
        self.asked: list[tuple[str, str]] = []
        self._served = Served(self.snapshot, PreparationOptions(), 100, switches)
        self.transport = InProcessTransport(
            {name: _Subgraph(name, each, self.asked).ask for name, each in held.items()}
        )

    async def show(self, operation: str, **variables: Any) -> Shown:
        """Plan and answer an operation."""
        given = await self._answered(operation, variables)
        return Shown(plan_text(self.plan(operation)), given.data, tuple(given.errors))

    async def refused(self, operation: str, **variables: Any) -> str:
        """The messages to a client that asks for what is not to be had; nobody else is asked."""
        given = await self._answered(operation, variables)
        assert given.data is None
        assert not self.asked
        return "\n".join(error["message"] for error in given.errors)

    async def _answered(self, operation: str, variables: Record) -> Answer:
        self.asked.clear()
        request = OperationRequest(operation, VISITOR, variables=variables)
        return await answer(self._served, self.transport, request)


class _Subgraph:
    """Answers requests from what it holds; a request that its schema does not allow fails."""

    def __init__(self, name: str, held: Held, asked: list[tuple[str, str]]) -> None:
        self._name = name
        self._held = held
        self._asked = asked
        self._schema = subgraph_schema(linked(held.sdl))
        self._keys = _key_names(held.sdl)

    async def ask(self, request: SubgraphRequest) -> SubgraphResponse:
        body = orjson.loads(request.body)
        self._asked.append((self._name, body["query"]))
        document = parse(body["query"])
        assert not (problems := validate(self._schema, document)), (body["query"], problems)
        result = execute_sync(
            self._schema,
            document,
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: str(value["__typename"]),
            variable_values=body.get("variables"),
        )
        return SubgraphResponse(200, orjson.dumps(result.formatted))

    def _resolve(
        self, source: Record | None, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        name = info.field_name
        if name == "_entities":
            return [self._entity(each) for each in arguments["representations"]]
        if source is None or _is_root(info):
            value = self._held.roots[name]
            return value(**arguments) if callable(value) else value
        value = source[name]
        return value(source, **arguments) if isinstance(value, Callable) else value  # type: ignore[arg-type]

    def _entity(self, sent: Record) -> Record | None:
        """The first of its type with the same keys; what was sent counts more than what is held."""
        keys = self._keys[sent["__typename"]] & set(sent)
        for record in self._held.entities[sent["__typename"]]:
            if all(_agrees(record.get(name), sent[name]) for name in keys):
                return {**_joined(record, sent), **_typed(record, sent)}
        return None


def _is_root(info: GraphQLResolveInfo[Any]) -> bool:
    parent: GraphQLObjectType = info.parent_type
    return parent is info.schema.query_type


def _agrees(record: Any, sent: Any) -> bool:
    """Whether what was sent is said of the record."""
    if isinstance(record, Mapping) and isinstance(sent, Mapping):
        return all(_agrees(record.get(name), sent[name]) for name in sent)
    if isinstance(record, Sequence) and isinstance(sent, list):
        return len(record) == len(sent) and all(map(_agrees, record, sent))
    return bool(record == sent)


def _typed(record: Record, sent: Record) -> Record:
    """What is found behind an interface has its own type."""
    return {"__typename": record.get("__typename", sent["__typename"])}


def _joined(record: Any, sent: Any) -> Any:
    if isinstance(record, Mapping) and isinstance(sent, Mapping):
        both = {name: _joined(record[name], sent[name]) for name in set(record) & set(sent)}
        return {**sent, **record, **both}
    if isinstance(record, list) and isinstance(sent, list) and len(record) == len(sent):
        return list(map(_joined, record, sent))
    return sent


def _key_names(sdl: str) -> dict[str, set[str]]:
    """The names at the head of every key of a type."""
    found: dict[str, set[str]] = {}
    for node in parse(sdl).definitions:
        for use in getattr(node, "directives", None) or ():
            if use.name.value == "key":
                names = found.setdefault(node.name.value, set())  # type: ignore[attr-defined]
                field_set = parse_field_set(arguments_of(use)["fields"])
                names |= {each.name.value for each in field_set.selections}  # type: ignore[attr-defined]
    return found
