"""`@link`: which specifications a schema uses, at which version, under which local names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    DirectiveNode,
    DocumentNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
)

from gateway.federation_spec.arguments import arguments_of

APOLLO = "https://specs.apollo.dev"
"""Where the specifications of Federation have their names from."""

Version: TypeAlias = tuple[int, int]

_URL = re.compile(r"^(?P<identity>.*/(?P<name>[A-Za-z][A-Za-z0-9_-]*))/v(?P<version>\d+\.\d+)/?$")
_URL_WITHOUT_VERSION = re.compile(r"^(?P<identity>.*/(?P<name>[A-Za-z][A-Za-z0-9_-]*))/?$")

_OWN_NAMES = frozenset({"link", "core"})


@dataclass(frozen=True, slots=True)
class Link:
    """One linked specification; `identity` is its URL without the version.

    `prefix` names whatever is not imported (`join__type`); `imports` maps a specification's own
    names (`@key`, `FieldSet`) to local ones; `purpose` is SECURITY, EXECUTION or None.
    """

    url: str
    identity: str
    name: str
    version: Version
    prefix: str
    imports: Mapping[str, str]
    purpose: str | None = None

    def directive_name(self, name: str) -> str:
        """The local name of a directive, without the `@`; the spec's own name needs no prefix."""
        imported = self.imports.get(f"@{name}")
        if imported is not None:
            return imported.removeprefix("@")
        return self.prefix if name == self.name else f"{self.prefix}__{name}"

    def type_name(self, name: str) -> str:
        """The local name of a type."""
        return self.imports.get(name, f"{self.prefix}__{name}")


def links_of(document: DocumentNode) -> tuple[Link, ...]:
    """Every `@link` (or older `@core`) on the schema definition and its extensions, in order."""
    return tuple(map(_link, link_uses(document)))


def link_uses(document: DocumentNode) -> tuple[DirectiveNode, ...]:
    """Where the links are written, in the same order."""
    uses = [
        directive
        for definition in document.definitions
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode)
        for directive in definition.directives or ()
        if _url_of(directive) is not None
    ]
    name = _own_name(uses)
    return tuple(directive for directive in uses if directive.name.value == name)


def _own_name(uses: Iterable[DirectiveNode]) -> str:
    """What the document calls `@link` itself: the use that links its own specification says it."""
    for directive in uses:
        link = _link(directive)
        if link.name in _OWN_NAMES and directive.name.value == link.directive_name(link.name):
            return directive.name.value
    return next((each.name.value for each in uses if each.name.value in _OWN_NAMES), "link")


def _url_of(directive: DirectiveNode) -> str | None:
    for argument in directive.arguments or ():
        if argument.name.value in {"url", "feature"} and isinstance(
            argument.value, StringValueNode
        ):
            return argument.value.value
    return None


def _link(directive: DirectiveNode) -> Link:
    arguments = arguments_of(directive)
    url = str(arguments.get("url") or arguments.get("feature"))
    identity, name, version = _identity(url)
    return Link(
        url=url,
        identity=identity,
        name=name,
        version=version,
        prefix=arguments.get("as") or name,
        imports=dict(_imports(arguments.get("import") or ())),
        purpose=arguments.get("for"),
    )


def _identity(url: str) -> tuple[str, str, Version]:
    if match := _URL.match(url):
        major, minor = match["version"].split(".")
        return match["identity"], match["name"], (int(major), int(minor))
    if match := _URL_WITHOUT_VERSION.match(url):
        return match["identity"], match["name"], (0, 0)
    return url, url, (0, 0)


def _imports(entries: object) -> Iterable[tuple[str, str]]:
    """Own name and local name of each entry; what is no entry is left out."""
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, str):
            yield entry, entry
        elif isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
            yield entry["name"], str(entry.get("as") or entry["name"])
