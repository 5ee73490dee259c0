"""The subgraphs of a random graph, answering only what they have, and the monolith beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from gateway.ports import SubgraphRequest, SubgraphResponse
from tests.support.random_features import Around
from tests.support.random_graph import Computed, Piece, RandomGraph, draw, mixed

_DIRECTIVES = """
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @context(name: String!) repeatable on OBJECT
directive @fromContext(field: String) on ARGUMENT_DEFINITION
directive @interfaceObject on OBJECT
scalar _Any
"""


@dataclass(frozen=True)
class Thing:
    """An entity as one resolver hands it to the next."""

    entity: str
    number: int
    provided: tuple[str, ...] = ()
    representation: Mapping[str, Any] | None = None
    around: Around = ()


Resolved = tuple[str, int, str]
"""A field that was resolved: of which entity, which one of them, and its name."""


@dataclass(slots=True)
class _Answered:
    """What a subgraph answered to a request, and what it resolved for it."""

    body: bytes = b""
    resolved: set[Resolved] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)


class Monolith:
    """The whole graph answered from the truth."""

    def __init__(self, graph: RandomGraph, schema: GraphQLSchema) -> None:
        self._graph = graph
        self._schema = schema
        self.resolved: set[Resolved] = set()
        self.changes: list[str] = []

    def answer(self, operation: str, variables: Mapping[str, Any]) -> Any:
        """The true answer; what it takes to be resolved for it is noted."""
        self.resolved.clear()
        self.changes.clear()
        result = execute_sync(
            self._schema,
            parse(operation),
            field_resolver=self._resolve,
            type_resolver=_type_of,
            variable_values=dict(variables),
        )
        assert not result.errors, result.errors
        return result.data

    def _resolve(
        self, source: Thing | None, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        graph, name = self._graph, info.field_name
        self.resolved.add(_resolved(source, name))
        if info.parent_type is info.schema.mutation_type:
            self.changes.append(name)
        if source is None or source.entity == "Query":
            pieces = graph.pieces.values()
            root = next(
                {**piece.roots, **piece.changes}[name]
                for piece in pieces
                if name in piece.roots or name in piece.changes
            )
            around = source.around if source else ()
            return _things(graph.targets("Query", 0, root), (), around)
        around = ((source.entity, source.number), *source.around)
        if name == "v":
            return Thing(f"V{source.entity}", source.number, around=around)
        if name == "back":
            return _roots(graph, source, around)
        if source.entity in graph.contextual and name == graph.contextual[source.entity].name:
            return graph.filled(source.entity, source.around)
        reference = graph.references.get(source.entity, {}).get(name)
        if reference is not None:
            return _things(graph.targets(source.entity, source.number, reference), (), around)
        return graph.leaf(source.entity, source.number, name, arguments.get("unit"))


class RandomSubgraph:
    """One piece of the graph, answering only what it really has; it tells which `changes` ran."""

    def __init__(self, graph: RandomGraph, piece: Piece, changes: list[str] | None = None) -> None:
        self._graph = graph
        self._piece = piece
        self._changes = [] if changes is None else changes
        text = _DIRECTIVES + graph.sdl(piece)
        query = "extend type Query" if piece.roots else "type Query"
        entities = ["Rated"] if piece.is_rating else piece.parts
        text += f"\nunion _Entity = {' | '.join(entities)}\n"
        text += f"{query} {{ _entities(representations: [_Any!]!): [_Entity]! }}"
        self._schema = build_schema(text, assume_valid_sdl=True)
        self.asked: list[bytes] = []
        self.documents: list[str] = []
        self._answered: dict[bytes, _Answered] = {}
        self._under_way = _Answered()
        self._known: dict[str, DocumentNode] = {}

    async def ask(self, request: SubgraphRequest) -> SubgraphResponse:
        answered = self._answered.get(request.body)
        if answered is None:
            answered = self._answered[request.body] = self._answer(request.body)
        self.asked.append(request.body)
        self._changes.extend(answered.changes)
        self.documents.append(orjson.loads(request.body)["query"])
        return SubgraphResponse(200, answered.body)

    @property
    def resolved(self) -> set[Resolved]:
        """What was resolved for all that was asked, but for what may be an input of something."""
        every = set[Resolved]().union(*(self._answered[each].resolved for each in self.asked))
        return {each for each in every if not self._graph.is_input(each[0], each[2])}

    def _answer(self, asked: bytes) -> "_Answered":
        self._under_way = _Answered()
        body = orjson.loads(asked)
        result = execute_sync(
            self._schema,
            self._document(body["query"]),
            field_resolver=self._resolve,
            type_resolver=self._type_of,
            variable_values=body.get("variables"),
        )
        self._under_way.body = orjson.dumps(result.formatted)
        return self._under_way

    def _document(self, text: str) -> DocumentNode:
        """Parse a document, which has to be valid here, unless it was asked before."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = parse(text)
            problems = validate(self._schema, known)
            assert not problems, (text, problems)
        return known

    def _resolve(
        self, source: Thing | None, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        name = info.field_name
        if name == "_entities":
            return [self._entity(each) for each in arguments["representations"]]
        self._under_way.resolved.add(_resolved(source, name))
        if info.parent_type is info.schema.mutation_type:
            self._under_way.changes.append(name)
        if source is None or source.entity == "Query":
            root = {**self._piece.roots, **self._piece.changes}[name]
            return _things(self._graph.targets("Query", 0, root), root.provides)
        if self._piece.is_rating:
            return self._rated(source, name)
        if source.entity.startswith("V"):
            return self._graph.leaf(source.entity, source.number, name, None)
        part = self._piece.parts[source.entity]
        if name in part.more:
            return self._more(source, name, arguments)
        if name == "v":
            return Thing(f"V{source.entity}", source.number)
        if name in part.references:
            reference = part.references[name]
            found = self._graph.targets(source.entity, source.number, reference)
            return _things(found, reference.provides)
        if name in part.computed:
            return self._computed(source, part.computed[name])
        is_key = any(name in key for key in part.keys)
        owned = is_key or name in part.scalars or name in self._piece.interface_fields
        owned = owned or (name == "label" and self._piece.has_rated)
        poisoned = self._graph.is_poisoned(source.entity, part, name)
        if poisoned or (not owned and name not in source.provided):
            return "POISON"
        return self._graph.leaf(source.entity, source.number, name, arguments.get("unit"))

    def _rated(self, source: Thing, name: str) -> str | None:
        if name == "review":
            return self._computed(source, Computed(name, (("label", None),)))
        return (
            "POISON"
            if name == "label"
            else self._graph.leaf(source.entity, source.number, name, None)
        )

    def _more(self, source: Thing, name: str, arguments: Mapping[str, Any]) -> Any:
        if name == "back":
            return _roots(self._graph, source, ())
        return mixed(name, [arguments.get("given")])

    def _type_of(self, value: Thing, _info: GraphQLResolveInfo[Any], _type: object) -> str:
        return "Rated" if self._piece.is_rating else value.entity

    def _computed(self, source: Thing, computed: Computed) -> str:
        given = source.representation or {}
        return mixed(computed.name, [given.get(name, "MISSING") for name, _ in computed.requires])

    def _entity(self, representation: Mapping[str, Any]) -> Thing:
        entity = representation["__typename"]
        if entity == "Rated":
            entity, number = representation["id"].split("-")
            return Thing(entity, int(number), (), representation)
        part = self._piece.parts[entity]
        for key in part.keys:
            if all(representation.get(name) is not None for name in key):
                number = int(representation[key[0]][-1])
                return Thing(entity, number, (), representation)
        raise AssertionError(f"No key of {entity} in {representation}.")


def _resolved(source: Thing | None, name: str) -> Resolved:
    if source is None or source.entity == "Query":
        return "Query", 0, name
    return source.entity, source.number, name


def _type_of(value: Thing, _info: GraphQLResolveInfo[Any], _type: object) -> str:
    return value.entity


def _things(found: Any, provided: tuple[str, ...], around: Around = ()) -> Any:
    if isinstance(found, list):
        return [_things(each, provided, around) for each in found]
    return Thing(found[0], found[1], provided, around=around) if found else None


def _roots(graph: RandomGraph, source: Thing, around: Around) -> Any:
    values = graph.backs[source.entity].values(draw(source.entity, source.number, "back"))
    root = Thing("Query", 0, around=around)
    if isinstance(values, list):
        return [each and root for each in values]
    return values and root
