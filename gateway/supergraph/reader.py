"""A supergraph text read into records; the one place that knows the join directives."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    parse_type,
    print_ast,
)

from gateway.errors import InvalidSupergraph
from gateway.federation_spec.arguments import arguments_of, directives_named
from gateway.federation_spec.field_sets import parse_field_set
from gateway.federation_spec.join import JoinField, JoinGraph, JoinNames, JoinType
from gateway.federation_spec.link import APOLLO, Link, links_of
from gateway.supergraph.demands import demands_in
from gateway.supergraph.event_sources import require_arguments, source_uses, with_event_sources
from gateway.supergraph.features import require_known
from gateway.supergraph.model import (
    ContextArgument,
    Key,
    Machinery,
    OutputType,
    Subgraph,
    SubgraphField,
    SubgraphType,
    Supergraph,
    TypeKind,
)
from gateway.supergraph.ownership import Composite, Joined, Ownership
from gateway.supergraph.validity.sound_schema import sound_schema, with_line

_JOIN = "join"
_OWN_NAMES = frozenset({"link", "core"})
"""What links are written with, unless a link to its specification says otherwise."""


def read_supergraph(sdl: str) -> Supergraph:
    """Read a composed supergraph; raises InvalidSupergraph with the reason."""
    document = _parsed(sdl)
    links = links_of(document)
    require_known(links)
    join = JoinNames(_linked(links, _JOIN))
    context = _directive_name(links, "context")
    known = _graphs(document, join)
    schema = _schema(sdl, document, join, context)
    graphs = tuple(join.graphs(known))
    types = _types_by_graph(document, join, graphs)
    root = schema.subscription_type.name if schema.subscription_type else "Subscription"
    subgraphs, sources = with_event_sources(
        {
            graph.name: Subgraph(graph.name, graph.graph, graph.url, types[graph.graph])
            for graph in graphs
        },
        root,
        source_uses(document, links, root),
    )
    require_arguments(schema, sources)
    return Supergraph(
        document=document,
        schema=schema,
        subgraphs=subgraphs,
        machinery=_machinery(links, join),
        inaccessible=_directive_name(links, "inaccessible"),
        event_sources=sources,
        contexts=_contexts(document, context),
        demands=demands_in(document, links),
    )


def output_type(node: TypeNode) -> OutputType:
    """The record of a written type."""
    depth = 0
    inner = node
    while isinstance(inner, NonNullTypeNode | ListTypeNode):
        depth += isinstance(inner, ListTypeNode)
        inner = inner.type
    return OutputType(print_ast(node), print_ast(inner), depth)


def _parsed(sdl: str) -> DocumentNode:
    try:
        return parse(sdl, no_location=True)
    except GraphQLError as error:
        raise InvalidSupergraph(f"The supergraph does not parse: {with_line(error)}") from error
    except RecursionError as error:
        raise InvalidSupergraph(
            "The supergraph does not parse: it is nested too deeply."
        ) from error


def _schema(sdl: str, document: DocumentNode, join: JoinNames, context: str) -> GraphQLSchema:
    """Give the sound schema; what is wrong is looked for once more, in a text that has lines.

    They take memory that nothing else is worth.
    """
    try:
        return sound_schema(document, join, context)
    except InvalidSupergraph:
        return sound_schema(parse(sdl), join, context)


def _contexts(document: DocumentNode, directive: str) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for definition in document.definitions:
        if isinstance(definition, Joined):
            for use in directives_named(definition, directive):
                found[str(arguments_of(use)["name"])].append(definition.name.value)
    return {name: tuple(types) for name, types in found.items()}


def _linked(links: Iterable[Link], name: str) -> Link | None:
    identity = f"{APOLLO}/{name}"
    return next((link for link in links if link.identity == identity), None)


def _directive_name(links: Iterable[Link], name: str) -> str:
    link = _linked(links, name)
    return link.directive_name(name) if link else name


def _machinery(links: Iterable[Link], join: JoinNames) -> Machinery:
    """Whatever exists for routers and other tools, and is hidden from clients."""
    prefixes = {_JOIN if join.link is None else join.link.prefix, *(link.prefix for link in links)}
    if not any(_linked(links, name) for name in _OWN_NAMES):
        prefixes |= _OWN_NAMES
    imported = [local for link in links for local in link.imports.values()]
    types = {local for local in imported if not local.startswith("@")}
    directives = {local.removeprefix("@") for local in imported if local.startswith("@")}
    return Machinery(frozenset(prefixes), frozenset(types), frozenset(directives | prefixes))


def _graphs(document: DocumentNode, join: JoinNames) -> EnumTypeDefinitionNode:
    for definition in document.definitions:
        if (
            isinstance(definition, EnumTypeDefinitionNode)
            and definition.name.value == join.graph_type
        ):
            return definition
    raise InvalidSupergraph("This is no supergraph: it has no enum join__Graph.")


@dataclass(frozen=True, slots=True)
class _Abstractions:
    """Who implements what and who is a member of what, per graph."""

    runtime_types: Mapping[tuple[str, str], frozenset[str]]

    def of(self, graph: str, name: str) -> frozenset[str]:
        return self.runtime_types.get((graph, name), frozenset())


def _types_by_graph(
    document: DocumentNode, join: JoinNames, graphs: tuple[JoinGraph, ...]
) -> dict[str, dict[str, SubgraphType]]:
    names = {graph.graph: graph.name for graph in graphs}
    definitions = [node for node in document.definitions if isinstance(node, Joined)]
    ownership = Ownership(definitions, join)
    known_in = {
        definition.name.value: _graphs_of(definition, ownership, tuple(names))
        for definition in definitions
    }
    abstractions = _abstractions(definitions, join, known_in)
    result: dict[str, dict[str, SubgraphType]] = {graph: {} for graph in names}
    for definition in definitions:
        for graph in known_in[definition.name.value]:
            result[graph][definition.name.value] = _subgraph_type(
                definition, graph, names, ownership, abstractions
            )
    return result


def _graphs_of(
    definition: Joined, ownership: Ownership, graphs: tuple[str, ...]
) -> tuple[str, ...]:
    """A type without `@join__type` is known everywhere (join v0.1 leaves value types bare)."""
    joined = dict.fromkeys(entry.graph for entry in ownership.types(definition))
    return tuple(graph for graph in joined if graph in graphs) if joined else graphs


def _abstractions(
    definitions: Iterable[Joined], join: JoinNames, known_in: Mapping[str, tuple[str, ...]]
) -> _Abstractions:
    runtime: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for definition in definitions:
        for graph, abstract, member in _memberships(definition, join, known_in):
            runtime[graph, abstract].add(member)
    return _Abstractions({key: frozenset(members) for key, members in runtime.items()})


def _memberships(
    definition: Joined, join: JoinNames, known_in: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, str]]:
    """Give (graph, abstract type, member); before v0.3 a union does not say who knows which."""
    name = definition.name.value
    if isinstance(definition, UnionTypeDefinitionNode):
        pairs = join.union_members(definition) or tuple(
            (graph, member.name.value)
            for graph in known_in[name]
            for member in definition.types or ()
            if graph in known_in.get(member.name.value, ())
        )
        yield from ((graph, name, member) for graph, member in pairs)
    elif isinstance(definition, ObjectTypeDefinitionNode):
        pairs = join.implements(definition) or tuple(
            (graph, interface.name.value)
            for graph in known_in[name]
            for interface in definition.interfaces or ()
        )
        yield from ((graph, interface, name) for graph, interface in pairs)
        yield from ((graph, name, name) for graph in known_in[name])


def _subgraph_type(
    definition: Joined,
    graph: str,
    names: Mapping[str, str],
    ownership: Ownership,
    abstractions: _Abstractions,
) -> SubgraphType:
    entries = [entry for entry in ownership.types(definition) if entry.graph == graph]
    is_interface_object = any(entry.is_interface_object for entry in entries)
    fields = _fields(definition, graph, names, ownership)
    return SubgraphType(
        name=definition.name.value,
        kind=TypeKind.OBJECT if is_interface_object else _kind(definition),
        fields=_inputs_apart(fields, entries) if is_interface_object else fields,
        keys=tuple(Key(entry.key, entry.resolvable) for entry in entries if entry.key),
        runtime_types=abstractions.of(graph, definition.name.value),
        is_extension=any(entry.extension for entry in entries),
        is_interface_object=is_interface_object,
    )


def _inputs_apart(
    fields: Mapping[str, SubgraphField], entries: Iterable[JoinType]
) -> dict[str, SubgraphField]:
    """Mark what an interface object requires as external, which it is; not every composer says so.

    What stands in a key is its own all the same.
    """
    own = {name for entry in entries if entry.key for name in _heads(entry.key)}
    required = {name for each in fields.values() if each.requires for name in _heads(each.requires)}
    return {
        name: replace(each, external=True) if name in required - own else each
        for name, each in fields.items()
    }


def _heads(field_set: str) -> Iterator[str]:
    for node in parse_field_set(field_set).selections:
        if isinstance(node, FieldNode):
            yield node.name.value


def _kind(definition: Joined) -> TypeKind:
    if isinstance(definition, ObjectTypeDefinitionNode):
        return TypeKind.OBJECT
    if isinstance(definition, InterfaceTypeDefinitionNode):
        return TypeKind.INTERFACE
    return TypeKind.UNION


def _fields(
    definition: Joined, graph: str, names: Mapping[str, str], ownership: Ownership
) -> dict[str, SubgraphField]:
    if not isinstance(definition, Composite):
        return {}
    result = {}
    for node in definition.fields or ():
        field = _field(node, ownership.fields(definition, node), graph, names)
        if field is not None:
            result[field.name] = field
    return result


def _field(
    node: FieldDefinitionNode,
    joined: tuple[JoinField, ...],
    graph: str,
    names: Mapping[str, str],
) -> SubgraphField | None:
    if not joined:
        return SubgraphField(node.name.value, output_type(node.type))
    mine = next((entry for entry in joined if entry.graph == graph), None)
    if mine is None:
        return None
    replaced = mine.used_overridden or any(
        entry.override == names[graph] and entry.override_label is None for entry in joined
    )
    written = parse_type(mine.type, no_location=True) if mine.type else node.type
    return SubgraphField(
        name=node.name.value,
        type=output_type(written),
        external=mine.external,
        replaced=replaced,
        requires=mine.requires,
        provides=mine.provides,
        override_label=mine.override_label,
        takes_over=mine.override is not None and mine.override_label is not None,
        context_arguments=tuple(
            ContextArgument(each.name, each.type, each.context, each.selection)
            for each in mine.context_arguments
        ),
    )
