"""What is wrong with the links of one subgraph's text: how they are written, and what they name."""

import re
from collections.abc import Iterator

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    GraphQLError,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)
from graphql.pyutils import did_you_mean, suggestion_list

from gateway.composition.faults import fault
from gateway.composition.federation_definitions import LINK
from gateway.federation_spec.arguments import arguments_of
from gateway.federation_spec.directives import NEWEST_VERSION, TYPES_SINCE, FederationNames
from gateway.federation_spec.link import APOLLO, Link, link_uses

_FEDERATION_2 = 2
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PURPOSES = frozenset({"SECURITY", "EXECUTION"})
_HIDING = frozenset(
    f"{APOLLO}/{name}" for name in ("authenticated", "inaccessible", "policy", "requiresScopes")
)
"""Specifications of supergraphs: what a subgraph wrote by them would be read by nobody."""


def link_spelling_faults(document: DocumentNode) -> list[GraphQLError]:
    """Links that cannot be read: without a URL, or with names that nothing can have."""
    uses = (
        use
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        for use in node.directives or ()
    )
    links = link_uses(document)
    return [
        each
        for use in uses
        if use.name.value in LINK or use in links
        for each in _spelling_faults(use)
    ]


def link_faults(document: DocumentNode, names: FederationNames) -> Iterator[GraphQLError]:
    """What is wrong with links that can be read."""
    taken: dict[str, Link] = {}
    for link, use in zip(names.links, link_uses(document), strict=True):
        if "://" not in link.url:
            yield fault("INVALID_LINK_IDENTIFIER", f"{link.url!r} is no URL.", use)
        other = taken.setdefault(link.prefix, link)
        if other is not link:
            message = f'{link.url} and {other.url} are both linked as "{link.prefix}".'
            yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, use)
        if link is names.link:
            yield from _federation_faults(link, names, use)
        elif link.identity in _HIDING:
            message = f"@{link.name} is read by the link to Federation: import it from there."
            yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, use)


def _spelling_faults(use: DirectiveNode) -> Iterator[GraphQLError]:
    """A link has a URL; what it and its imports are called here can be written."""
    given = {each.name.value: each.value for each in use.arguments or ()}
    for name in ("url", "feature"):
        if name in given and not isinstance(given[name], StringValueNode):
            yield fault("INVALID_LINK_IDENTIFIER", f"{name} has to be a string.", use)
    if not _is_prefix(given.get("as")):
        message = "`as` has to be a name."
        yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, use)
    if not _is_purpose(given.get("for")):
        message = "`for` is SECURITY or EXECUTION."
        yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, use)
    for local in _local_names(given.get("import")):
        if not _NAME.match(local.removeprefix("@")):
            message = f'"{local}" is no name that anything could be called by.'
            yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, use)
    yield from _import_faults(use)


def _local_names(entries: ValueNode | None) -> Iterator[str]:
    """What imports are called here; what is no import is told elsewhere."""
    for entry in entries.values if isinstance(entries, ListValueNode) else [entries]:
        parts = entry.fields if isinstance(entry, ObjectValueNode) else ()
        texts = [entry, *(part.value for part in parts)]
        yield from (each.value for each in texts if isinstance(each, StringValueNode))


def _is_prefix(value: ValueNode | None) -> bool:
    if value is None or isinstance(value, NullValueNode):
        return True
    return isinstance(value, StringValueNode) and _NAME.match(value.value) is not None


def _is_purpose(value: ValueNode | None) -> bool:
    if value is None or isinstance(value, NullValueNode):
        return True
    return isinstance(value, EnumValueNode) and value.value in _PURPOSES


def _import_faults(node: DirectiveNode) -> Iterator[GraphQLError]:
    """Each entry is a name, or a name and what it is called here; both of the same kind."""
    entries = arguments_of(node).get("import") or []
    for entry in entries if isinstance(entries, list) else [entries]:
        is_renaming = isinstance(entry, dict) and set(entry) <= {"name", "as"}
        name = entry.get("name") if is_renaming else entry
        local = (entry.get("as") or name) if is_renaming else entry
        if not isinstance(name, str) or not isinstance(local, str):
            message = "An import is a name, or {name: ..., as: ...}."
            yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, node)
        elif name.startswith("@") != local.startswith("@"):
            message = f'"{name}" cannot be called "{local}": both or neither begin with @.'
            yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, node)


def _federation_faults(
    link: Link, names: FederationNames, node: DirectiveNode
) -> Iterator[GraphQLError]:
    if not (_FEDERATION_2, 0) <= link.version <= NEWEST_VERSION:
        newest = ".".join(map(str, NEWEST_VERSION))
        message = f"Known are the versions 2.0 to {newest} of Federation, not {link.url}"
        yield fault("UNKNOWN_FEDERATION_LINK_VERSION", message, node)
        return
    types = {name for name, since in TYPES_SINCE.items() if since <= link.version}
    known = {f"@{name}" for name in names.known_directives} | types
    for name in link.imports:
        if name not in known:
            meant = did_you_mean(suggestion_list(f"@{name.removeprefix('@')}", sorted(known))[:1])
            message = f'{link.url} has nothing called "{name}" to import.{meant}'
            yield fault("INVALID_LINK_DIRECTIVE_USAGE", message, node)
