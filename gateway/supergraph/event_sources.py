"""`@eventSource`: subscription fields that the gateway serves from a log of events itself.

For planning, each subgraph with such fields gets a virtual sibling (`orders#events`) that owns the
fields and their event types. Of entities it knows the fields of the first key alone, which is what
an event holds of them; the rest is then planned as fetches from the real subgraphs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
)

from gateway.errors import InvalidSupergraph
from gateway.federation_spec.arguments import arguments_of, directives_named, texts_in
from gateway.federation_spec.event_source import DIRECTIVE, SPECIFICATION
from gateway.federation_spec.field_sets import parse_field_set
from gateway.federation_spec.link import Link
from gateway.supergraph.model import (
    EventSource,
    EventSourceKind,
    Subgraph,
    SubgraphField,
    SubgraphType,
)

_ARGUMENTS = frozenset(
    {"stream", "match", "unrestricted", "kind", "roles", "public", "grants", "share"}
)
_SHARED_BY_RIGHTS = "RIGHTS"
VIRTUAL = "#events"
"""What a virtual subgraph's name has after the real one's."""


def source_uses(
    document: DocumentNode, links: Iterable[Link], root: str
) -> Mapping[str, Mapping[str, Any]]:
    """Give the directive's arguments by the name of the subscription field that carries it."""
    link = next((one for one in links if one.name == SPECIFICATION), None)
    directive = link.directive_name(DIRECTIVE) if link else DIRECTIVE
    return {
        field.name.value: arguments_of(use)
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
        and node.name.value == root
        for field in node.fields or ()
        for use in directives_named(field, directive)
    }


def with_event_sources(
    subgraphs: Mapping[str, Subgraph], root: str, uses: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Subgraph], dict[str, EventSource]]:
    """Move event-sourced fields to virtual subgraphs; raises InvalidSupergraph."""
    result: dict[str, Subgraph] = {}
    sources: dict[str, EventSource] = {}
    for subgraph in subgraphs.values():
        known = subgraph.types.get(root)
        moved = [name for name in known.fields if name in uses] if known else []
        if known is None or not moved:
            result[subgraph.name] = subgraph
            continue
        virtual = f"{subgraph.name}{VIRTUAL}"
        result[subgraph.name] = _without(subgraph, known, moved)
        result[virtual] = _virtual(subgraph, known, moved, virtual)
        for name in moved:
            sources.setdefault(name, _source(name, virtual, uses[name]))
    return result, sources


def require_arguments(schema: GraphQLSchema, sources: Mapping[str, EventSource]) -> None:
    """Refuse filters by what is no argument; raises InvalidSupergraph."""
    root = schema.subscription_type
    for name, source in sources.items():
        known = root.fields[name].args if root else {}
        for each in (*source.match, *(source.public or ())):
            if each not in known:
                raise InvalidSupergraph(f"@eventSource on {name} names {each}, no argument of it.")


def _source(name: str, subgraph: str, arguments: Mapping[str, Any]) -> EventSource:
    # A restriction that is misspelt would be none.
    if unknown := arguments.keys() - _ARGUMENTS:
        raise InvalidSupergraph(f"@eventSource on {name} has no argument {min(unknown)}.")
    stream, kind = arguments.get("stream"), arguments.get("kind") or EventSourceKind.LOSSLESS
    if not isinstance(stream, str) or kind not in list(EventSourceKind):
        raise InvalidSupergraph(f"@eventSource on {name} names no stream, or a kind unknown here.")
    roles, public = arguments.get("roles"), arguments.get("public")
    grants = arguments.get("grants")
    return EventSource(
        field=name,
        subgraph=subgraph,
        stream=stream,
        match=texts_in(arguments.get("match")),
        kind=EventSourceKind(kind),
        unrestricted=frozenset(texts_in(arguments.get("unrestricted"))),
        roles=None if roles is None else frozenset(texts_in(roles)),
        public=None if public is None else texts_in(public),
        by_rights=arguments.get("share") == _SHARED_BY_RIGHTS,
        grants=None if grants is None else texts_in(grants),
    )


def _without(subgraph: Subgraph, root: SubgraphType, moved: Iterable[str]) -> Subgraph:
    left = {name: field for name, field in root.fields.items() if name not in set(moved)}
    types = {name: known for name, known in subgraph.types.items() if name != root.name}
    if left:
        types[root.name] = replace(root, fields=left)
    return replace(subgraph, types=types)


def _virtual(subgraph: Subgraph, root: SubgraphType, moved: Iterable[str], name: str) -> Subgraph:
    fields = {each: _plain(root.fields[each]) for each in moved}
    types = {root.name: replace(root, fields=fields, keys=())}
    waiting = [field.type.name for field in fields.values()]
    while waiting:
        known = subgraph.types.get(waiting.pop())
        if known is None or known.name in types:
            continue
        types[known.name] = _as_in_an_event(known)
        waiting += [field.type.name for field in types[known.name].fields.values()]
        waiting += known.runtime_types
    return Subgraph(name, f"{subgraph.graph}__EVENTS", "", types)


def _as_in_an_event(known: SubgraphType) -> SubgraphType:
    names = set(_key_fields(known)) if known.keys else set(known.fields)
    fields = {name: _plain(field) for name, field in known.fields.items() if name in names}
    return replace(known, fields=fields, keys=(), is_extension=False)


def _key_fields(known: SubgraphType) -> Iterator[str]:
    for node in parse_field_set(known.keys[0].fields).selections:
        if isinstance(node, FieldNode):
            yield node.name.value


def _plain(field: SubgraphField) -> SubgraphField:
    return replace(field, external=False, replaced=False, requires=None, provides=None)
