"""`@link`: which specifications a schema uses, at which version, under which local names."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import DirectiveNode, DocumentNode, SchemaDefinitionNode, SchemaExtensionNode

from gateway.federation_spec.arguments import arguments_of

_URL = re.compile(r"^(?P<identity>.*/(?P<name>[A-Za-z][A-Za-z0-9_-]*))/v(?P<version>\d+\.\d+)/?$")
_URL_WITHOUT_VERSION = re.compile(r"^(?P<identity>.*/(?P<name>[A-Za-z][A-Za-z0-9_-]*))/?$")


@dataclass(frozen=True, slots=True)
class Link:
    """One linked specification.

    `prefix` names whatever is not imported (`join__type`); `imports` maps a specification's own
    names (`@key`, `FieldSet`) to local ones; `purpose` is SECURITY, EXECUTION or None.
    """

    url: str
    name: str
    version: tuple[int, int]
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
    return tuple(
        _link(directive)
        for definition in document.definitions
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode)
        for directive in definition.directives or ()
        if _is_link(directive)
    )


def _is_link(directive: DirectiveNode) -> bool:
    names = {argument.name.value for argument in directive.arguments or ()}
    return directive.name.value in {"link", "core"} and bool(names & {"url", "feature"})


def _link(directive: DirectiveNode) -> Link:
    arguments = arguments_of(directive)
    url = str(arguments.get("url") or arguments.get("feature"))
    name, version = _identity(url)
    return Link(
        url=url,
        name=name,
        version=version,
        prefix=arguments.get("as") or name,
        imports=dict(_imports(arguments.get("import") or ())),
        purpose=arguments.get("for"),
    )


def _identity(url: str) -> tuple[str, tuple[int, int]]:
    if match := _URL.match(url):
        major, minor = match["version"].split(".")
        return match["name"], (int(major), int(minor))
    if match := _URL_WITHOUT_VERSION.match(url):
        return match["name"], (0, 0)
    return url, (0, 0)


def _imports(entries: Iterable[str | Mapping[str, str]]) -> Iterable[tuple[str, str]]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry, entry
        else:
            yield entry["name"], entry.get("as") or entry["name"]
