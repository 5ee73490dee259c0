"""The join directives of a supergraph: arguments are what they must be, graphs exist."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    GraphQLError,
    GraphQLSyntaxError,
    ListValueNode,
    NullValueNode,
    ObjectTypeDefinitionNode,
    ObjectValueNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    ValueNode,
    parse_type,
    print_ast,
)

from gateway.federation_spec.arguments import WithDirectives
from gateway.federation_spec.join import JoinNames

_Accepts = Callable[[ValueNode, frozenset[str]], bool]


@dataclass(frozen=True, slots=True)
class _Argument:
    """What an argument has to be, in words and as a question; the graphs' names are known to it."""

    words: str
    accepts: _Accepts
    is_required: bool = False


def _is_text(value: ValueNode, _: frozenset[str]) -> bool:
    return isinstance(value, StringValueNode)


def _is_flag(value: ValueNode, _: frozenset[str]) -> bool:
    return isinstance(value, BooleanValueNode)


def _is_graph(value: ValueNode, graphs: frozenset[str]) -> bool:
    return isinstance(value, EnumValueNode) and value.value in graphs


def _is_type(value: ValueNode, _: frozenset[str]) -> bool:
    try:
        return isinstance(value, StringValueNode) and bool(parse_type(value.value))
    except GraphQLSyntaxError:
        return False


def _is_from_contexts(value: ValueNode, graphs: frozenset[str]) -> bool:
    return isinstance(value, ListValueNode) and all(
        isinstance(each, ObjectValueNode)
        and _is_from_context({one.name.value: one.value for one in each.fields}, graphs)
        for each in value.values
    )


def _is_from_context(parts: Mapping[str, ValueNode], graphs: frozenset[str]) -> bool:
    texts = [parts.get(name) for name in ("name", "context", "selection")]
    written = parts.get("type")
    return (
        all(isinstance(each, StringValueNode) for each in texts)
        and written is not None
        and _is_type(written, graphs)
    )


_TEXT = _Argument("a string", _is_text)
_FLAG = _Argument("true or false", _is_flag)
_TYPE = _Argument("a string with a type", _is_type)
_GRAPH = _Argument("a graph of this supergraph", _is_graph)
_ONE_GRAPH = _Argument(_GRAPH.words, _GRAPH.accepts, is_required=True)
_ONE_TEXT = _Argument(_TEXT.words, _TEXT.accepts, is_required=True)
_ARGUMENTS: Mapping[str, Mapping[str, _Argument]] = {
    "graph": {"name": _ONE_TEXT, "url": _TEXT},
    "owner": {"graph": _ONE_GRAPH},
    "type": {
        "graph": _ONE_GRAPH,
        "key": _TEXT,
        "extension": _FLAG,
        "resolvable": _FLAG,
        "isInterfaceObject": _FLAG,
    },
    "field": {
        "graph": _GRAPH,
        "type": _TYPE,
        "requires": _TEXT,
        "provides": _TEXT,
        "external": _FLAG,
        "override": _TEXT,
        "overrideLabel": _TEXT,
        "usedOverridden": _FLAG,
        "contextArguments": _Argument(
            "a list of name, type, context and selection", _is_from_contexts
        ),
    },
    "implements": {"graph": _ONE_GRAPH, "interface": _ONE_TEXT},
    "unionMember": {"graph": _ONE_GRAPH, "member": _ONE_TEXT},
    "enumValue": {"graph": _ONE_GRAPH},
}


def join_faults(document: DocumentNode, join: JoinNames) -> Iterator[GraphQLError]:
    """Everything that the join directives say and that cannot be meant."""
    looking = _Looking(document, join)
    yield from looking.at_graphs()
    for definition in document.definitions:
        if isinstance(definition, TypeDefinitionNode):
            name = definition.name.value
            yield from looking.at(name, definition)
            for part in ("fields", "values"):
                for each in getattr(definition, part, None) or ():
                    yield from looking.at(f"{name}.{each.name.value}", each)


class _Looking:
    """A look at one supergraph."""

    def __init__(self, document: DocumentNode, join: JoinNames) -> None:
        types = [node for node in document.definitions if isinstance(node, TypeDefinitionNode)]
        self._join = join
        self._values = [
            value
            for node in types
            if isinstance(node, EnumTypeDefinitionNode) and node.name.value == join.graph_type
            for value in node.values or ()
        ]
        self._graphs = frozenset(
            value.name.value for value in self._values if any(join.uses(value, "graph"))
        )
        self._known_in: Mapping[str, frozenset[str]] = {
            node.name.value: frozenset(_texts(join.uses(node, "type"), "graph")) for node in types
        }

    def at_graphs(self) -> Iterator[GraphQLError]:
        """Two graphs of one name would be one subgraph."""
        seen: dict[str, DirectiveNode] = {}
        for value in self._values:
            for use in self._join.uses(value, "graph"):
                for name in _texts([use], "name"):
                    other = seen.setdefault(name, use)
                    if other is not use:
                        yield GraphQLError(f"Two graphs are called {name!r}.", [use, other])

    def at(self, coordinate: str, node: WithDirectives) -> Iterator[GraphQLError]:
        """Look at what stands on one element."""
        for name, wanted in _ARGUMENTS.items():
            for use in self._join.uses(node, name):
                yield from self._arguments(coordinate, use, wanted)
        if isinstance(node, ObjectTypeDefinitionNode):
            interfaces = {each.name.value for each in node.interfaces or ()}
            for use in self._join.uses(node, "implements"):
                yield from self._membership(use, node.name.value, interfaces, "interface")
        elif isinstance(node, UnionTypeDefinitionNode):
            members = {each.name.value for each in node.types or ()}
            for use in self._join.uses(node, "unionMember"):
                for member in _texts([use], "member"):
                    yield from self._membership(use, member, members, "member")

    def _arguments(
        self, coordinate: str, use: DirectiveNode, wanted: Mapping[str, _Argument]
    ) -> Iterator[GraphQLError]:
        given = {each.name.value: each.value for each in use.arguments or ()}
        for name, argument in wanted.items():
            value = given.get(name)
            if value is None or isinstance(value, NullValueNode):
                if argument.is_required:
                    message = f"{coordinate}: @{use.name.value} lacks its argument {name}."
                    yield GraphQLError(message, use)
            elif not argument.accepts(value, self._graphs):
                where = f"{coordinate}: @{use.name.value}({name}: {print_ast(value)})"
                yield GraphQLError(f"{where}: {name} has to be {argument.words}.", use)

    def _membership(
        self, use: DirectiveNode, object_type: str, declared: set[str], argument: str
    ) -> Iterator[GraphQLError]:
        """Who implements or is a member of something is declared so, and known in that graph."""
        for named in _texts([use], argument):
            if named not in declared:
                message = f"@{use.name.value} names {named}, which is not declared so."
                yield GraphQLError(message, use)
        known = self._known_in.get(object_type)
        for graph in _texts([use], "graph"):
            if known and graph not in known:
                message = f"@{use.name.value}: {object_type} is not known in the graph {graph}."
                yield GraphQLError(message, use)


def _texts(uses: Iterable[DirectiveNode], argument: str) -> Iterator[str]:
    for use in uses:
        for each in use.arguments or ():
            if each.name.value == argument and isinstance(
                each.value, StringValueNode | EnumValueNode
            ):
                yield each.value.value
