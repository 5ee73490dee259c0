"""Small federated subgraphs over plain data, in this process or over real HTTP, and their graph."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
from graphql import (
    DocumentNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    build_ast_schema,
    concat_ast,
    graphql_sync,
    parse,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import Snapshot, build_snapshot
from gateway.ports import SubgraphRequest, SubgraphResponse
from gateway.transport.in_process import InProcessTransport

Entity: TypeAlias = Mapping[str, Any] | None
FindEntity: TypeAlias = Callable[[Mapping[str, Any]], Entity]
"""Finds an entity by its representation; what it raises becomes that entity's error."""

_FEDERATION_1 = """
directive @key(fields: String!) repeatable on OBJECT | INTERFACE
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | ENUM_VALUE | ARGUMENT_DEFINITION
directive @link(url: String!, import: [String!]) repeatable on SCHEMA
scalar _Any
type _Service { sdl: String! }
"""
_LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@requires", "@provides", "@shareable", "@inaccessible"])
"""


@dataclass
class SmallSubgraph:
    """A subgraph: its types, its root values (functions get the arguments) and its entities.

    It notes every request it gets in `asked`, and answers as told in `failing` while that is set.
    """

    name: str
    sdl: str
    roots: Mapping[str, Any] = field(default_factory=dict)
    entities: Mapping[str, FindEntity] = field(default_factory=dict)
    failing: SubgraphResponse | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sdl = _LINK + self.sdl
        self._schema = _executable(parse(self.sdl))

    @property
    def documents(self) -> list[str]:
        """The documents it was asked to run."""
        return [one["query"] for one in self.asked]

    def representations(self) -> list[Any]:
        """Every representation it was sent, in order."""
        return [
            one
            for asked in self.asked
            for name, values in asked.get("variables", {}).items()
            if name.startswith("representations")
            for one in values
        ]

    def answer(self, body: bytes) -> SubgraphResponse:
        """Run one GraphQL request."""
        request = orjson.loads(body)
        self.asked.append(request)
        if self.failing is not None:
            return self.failing
        result = graphql_sync(
            self._schema,
            request["query"],
            self._root(),
            variable_values=request.get("variables"),
            operation_name=request.get("operationName"),
        )
        return SubgraphResponse(200, orjson.dumps(result.formatted))

    def _root(self) -> dict[str, Any]:
        return {
            **{name: _as_resolver(value) for name, value in self.roots.items()},
            "_service": {"sdl": self.sdl},
            "_entities": lambda _info, representations: self._find_all(representations),
        }

    def _find_all(self, representations: Sequence[Mapping[str, Any]]) -> list[Any]:
        return [self._find(one) for one in representations]

    def _find(self, representation: Mapping[str, Any]) -> Any:
        typename = representation["__typename"]
        try:
            found = self.entities[typename](representation)
        except Exception as error:  # noqa: BLE001  # graphql-core wants it as a value
            return error
        return None if found is None else {"__typename": typename, **found}

    def app(self) -> Starlette:
        """Give the subgraph as an app that answers POST /graphql."""

        async def endpoint(request: Request) -> Response:
            self.headers.append(dict(request.headers))
            given = self.answer(await request.body())
            return Response(given.body, given.status, media_type="application/json")

        return Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])])


def composed(subgraphs: Sequence[SmallSubgraph], urls: Mapping[str, str] | None = None) -> str:
    """Compose the subgraphs' supergraph."""
    urls = urls or {}
    return compose(
        [
            SubgraphDefinition(one.name, urls.get(one.name, f"http://{one.name}"), one.sdl)
            for one in subgraphs
        ]
    )


def snapshot_of(*subgraphs: SmallSubgraph) -> Snapshot:
    """Give what a gateway over the subgraphs serves."""
    return build_snapshot(composed(subgraphs))


def transport_to(*subgraphs: SmallSubgraph) -> InProcessTransport:
    """Reach the subgraphs without a network."""
    return InProcessTransport({one.name: _function(one) for one in subgraphs})


def _function(
    subgraph: SmallSubgraph,
) -> Callable[[SubgraphRequest], Any]:
    async def ask(request: SubgraphRequest) -> SubgraphResponse:
        return subgraph.answer(request.body)

    return ask


def _as_resolver(value: Any) -> Any:
    if not callable(value):
        return value
    return lambda _info, **arguments: value(**arguments)


def _executable(document: DocumentNode) -> GraphQLSchema:
    entities = sorted(
        {
            node.name.value
            for node in document.definitions
            if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
            and any(directive.name.value == "key" for directive in node.directives or ())
        }
    )
    has_query = any(
        isinstance(node, ObjectTypeDefinitionNode) and node.name.value == "Query"
        for node in document.definitions
    )
    text = _FEDERATION_1 + ("extend" if has_query else "") + " type Query { _service: _Service! "
    if entities:
        text += "_entities(representations: [_Any!]!): [_Entity]! "
    text += "}"
    if entities:
        text += f" union _Entity = {' | '.join(entities)}"
    return build_ast_schema(concat_ast([parse(text), document]), assume_valid_sdl=True)
