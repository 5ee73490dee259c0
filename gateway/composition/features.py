"""Specifications beside Join that a supergraph links when it uses their directives."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from graphql import print_ast

from gateway.composition.access import quoted
from gateway.composition.elements import ComposedDirective, Marks, Subgraph
from gateway.composition.merged import MergedType

_PLACES = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | "
    "ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_GUARDED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"


@dataclass(frozen=True, slots=True)
class Feature:
    """A specification of Federation: how it is linked, what it defines, who uses it."""

    link: str
    definitions: str
    uses: Callable[[Marks], object]
    is_context: bool = False

    def is_used(self, types: Sequence[MergedType], subgraphs: Sequence[Subgraph]) -> bool:
        """Whether anything in the supergraph carries one of its directives."""
        if self.is_context:
            return any(each.extra and "@context(" in "".join(each.extra) for each in types)
        schemas = (subgraph.schema_marks for subgraph in subgraphs)
        return any(map(self.uses, schemas)) or any(
            self.uses(marks) for each in types for marks in _every_mark(each)
        )


@dataclass(frozen=True, slots=True)
class ComposedLink:
    """A specification of somebody's own, with the directives that subgraphs pass on."""

    link: str
    definitions: tuple[str, ...]


def _apollo(name: str, purpose: str = "", imports: str = "") -> str:
    more = (f", for: {purpose}" if purpose else "") + (f", import: {imports}" if imports else "")
    return f'@link(url: "https://specs.apollo.dev/{name}"{more})'


FEATURES: tuple[Feature, ...] = (
    Feature(
        _apollo("inaccessible/v0.2", "SECURITY"),
        f"directive @inaccessible on {_PLACES}",
        lambda marks: marks.inaccessible,
    ),
    Feature(
        _apollo("tag/v0.3"),
        f"directive @tag(name: String!) repeatable on {_PLACES} | SCHEMA",
        lambda marks: marks.tags,
    ),
    Feature(
        _apollo("authenticated/v0.1", "SECURITY"),
        f"directive @authenticated on {_GUARDED}",
        lambda marks: marks.access.authenticated,
    ),
    Feature(
        _apollo("requiresScopes/v0.1", "SECURITY"),
        "directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on "
        f"{_GUARDED}\n\nscalar requiresScopes__Scope",
        lambda marks: marks.access.scopes is not None,
    ),
    Feature(
        _apollo("policy/v0.1", "SECURITY"),
        f"directive @policy(policies: [[policy__Policy!]!]!) on {_GUARDED}\n\n"
        "scalar policy__Policy",
        lambda marks: marks.access.policies is not None,
    ),
    Feature(
        _apollo("cost/v0.1", imports='["@listSize"]'),
        "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | "
        "INPUT_FIELD_DEFINITION | OBJECT | SCALAR\n\n"
        "directive @listSize(assumedSize: Int, slicingArguments: [String!], "
        "sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
        lambda marks: marks.cost is not None or marks.list_size is not None,
    ),
    Feature(
        _apollo("context/v0.1", "SECURITY"),
        "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION\n\n"
        "directive @context__fromContext(field: context__ContextFieldValue) on "
        "ARGUMENT_DEFINITION\n\nscalar context__ContextFieldValue",
        lambda _: False,
        is_context=True,
    ),
)


def composed_links(subgraphs: Iterable[Subgraph]) -> list[ComposedLink]:
    """The specifications that subgraphs pass on, each at the newest version that one links."""
    by_identity: dict[str, dict[str, ComposedDirective]] = {}
    for subgraph in subgraphs:
        for local, directive in subgraph.composed_directives.items():
            known = by_identity.setdefault(directive.link.identity, {})
            if local not in known or known[local].link.version < directive.link.version:
                known[local] = directive
    return [_composed_link(directives) for directives in by_identity.values()]


def _composed_link(directives: dict[str, ComposedDirective]) -> ComposedLink:
    newest = max((each.link for each in directives.values()), key=lambda link: link.version)
    imports = ", ".join(
        f'"@{local}"'
        if local == directive.own_name
        else f'{{name: "@{directive.own_name}", as: "@{local}"}}'
        for local, directive in directives.items()
    )
    definitions = tuple(print_ast(each.definition) for each in directives.values())
    return ComposedLink(f"@link(url: {quoted(newest.url)}, import: [{imports}])", definitions)


def _every_mark(each: MergedType) -> Iterator[Marks]:
    yield each.marks
    yield from (field.marks for field in each.fields)
    yield from (item.marks for item in each.inputs)
    yield from (value.marks for value in each.values)
    yield from (argument.marks for field in each.fields for argument in field.arguments)
