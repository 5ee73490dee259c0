"""The supergraph as text, in the Join specification's v0.3 words (v0.4 for override labels)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graphql import print_ast
from graphql.language.block_string import print_block_string

from gateway.composition.elements import ComposedDirective, Kind, Marks, Subgraph
from gateway.composition.merged import MergedField, MergedInput, MergedType, MergedValue

_LINKS = """schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/{join}", for: EXECUTION){more}
{{
{roots}
}}"""
_JOIN = """directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, \
type: String, external: Boolean, override: String, usedOverridden: Boolean{label}) repeatable on \
FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on \
OBJECT | INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, \
resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on \
OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable \
on SCHEMA

scalar join__FieldSet

scalar link__Import

enum link__Purpose {{
  \"\"\"Features that say who may see or do something.\"\"\"
  SECURITY

  \"\"\"Features without which operations cannot be executed.\"\"\"
  EXECUTION
}}"""
_INACCESSIBLE = (
    "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | "
    "ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_TAG = (
    "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | "
    "ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
)
_ONE_OF = "directive @oneOf on INPUT_OBJECT"
_ROOTS = ("Query", "Mutation", "Subscription")
_KEYWORDS: Mapping[Kind, str] = {
    Kind.SCALAR: "scalar",
    Kind.OBJECT: "type",
    Kind.INTERFACE: "interface",
    Kind.UNION: "union",
    Kind.ENUM: "enum",
    Kind.INPUT: "input",
}


def write_supergraph(subgraphs: Sequence[Subgraph], types: Sequence[MergedType]) -> str:
    """Print the supergraph; equal input gives equal text."""
    body = "\n\n".join(_type(each) for each in types)
    composed = {
        name: directive
        for subgraph in subgraphs
        for name, directive in subgraph.composed_directives.items()
    }
    has_labels = "overrideLabel:" in body
    uses_inaccessible, uses_tags = _marks_used(types)
    parts = [
        _schema(
            types,
            _links(composed.values(), inaccessible=uses_inaccessible, tags=uses_tags),
            has_labels=has_labels,
        ),
        _JOIN.format(label=", overrideLabel: String" if has_labels else ""),
        _graphs(subgraphs),
        *([_INACCESSIBLE] if uses_inaccessible else []),
        *([_TAG] if uses_tags else []),
        *([_ONE_OF] if any("@oneOf" in each.extra for each in types) else []),
        *dict.fromkeys(directive.definition for directive in composed.values()),
        body,
    ]
    return "\n\n".join(parts) + "\n"


def _schema(types: Sequence[MergedType], links: Iterable[str], *, has_labels: bool) -> str:
    names = {each.name for each in types}
    roots = [f"  {root.lower()}: {root}" for root in _ROOTS if root in names]
    join = "v0.4" if has_labels else "v0.3"
    more = "".join(f"\n  @link({link})" for link in links)
    return _LINKS.format(join=join, more=more, roots="\n".join(roots))


def _links(
    composed: Iterable[ComposedDirective], *, inaccessible: bool, tags: bool
) -> Iterator[str]:
    if inaccessible:
        yield 'url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY'
    if tags:
        yield 'url: "https://specs.apollo.dev/tag/v0.3"'
    imports: dict[str, dict[tuple[str, str], None]] = {}
    for directive in composed:
        if directive.url is not None:
            imports.setdefault(directive.url, {}).update(dict.fromkeys(directive.imports))
    for url, entries in imports.items():
        names = ", ".join(
            f'"{own}"' if own == local else f'{{name: "{own}", as: "{local}"}}'
            for own, local in entries
        )
        yield f'url: "{url}", import: [{names}]'


def _graphs(subgraphs: Iterable[Subgraph]) -> str:
    values = "\n".join(
        f'  {subgraph.graph} @join__graph(name: "{subgraph.name}", url: "{subgraph.url}")'
        for subgraph in subgraphs
    )
    return f"enum join__Graph {{\n{values}\n}}"


def _marks_used(types: Iterable[MergedType]) -> tuple[bool, bool]:
    marks = [mark for each in types for mark in _every_mark(each)]
    return any(mark.inaccessible for mark in marks), any(mark.tags for mark in marks)


def _every_mark(each: MergedType) -> Iterable[Marks]:
    yield each.marks
    yield from (field.marks for field in each.fields)
    yield from (item.marks for item in each.inputs)
    yield from (value.marks for value in each.values)
    yield from (argument.marks for field in each.fields for argument in field.arguments)


def _type(each: MergedType) -> str:
    head = _described(each.marks, "") + f"{_KEYWORDS[each.kind]} {each.name}"
    if each.interfaces:
        head += " implements " + " & ".join(each.interfaces)
    head += "".join(f"\n  {join}" for join in (*each.joins, *each.extra, *_directives(each.marks)))
    if each.kind is Kind.UNION:
        return f"{head}\n  = {' | '.join(each.members)}"
    body = [
        *map(_field, each.fields),
        *(_input(item, "  ") for item in each.inputs),
        *map(_value, each.values),
    ]
    return head if not body else head + "\n{\n" + "\n".join(body) + "\n}"


def _field(field: MergedField) -> str:
    text = _described(field.marks, "  ") + f"  {field.name}"
    if any(argument.marks.description for argument in field.arguments):
        arguments = "\n".join(_input(argument, "    ") for argument in field.arguments)
        text += f"(\n{arguments}\n  )"
    elif field.arguments:
        text += f"({', '.join(_input(argument, '') for argument in field.arguments)})"
    return " ".join((f"{text}: {field.type}", *field.joins, *_directives(field.marks)))


def _input(item: MergedInput, indent: str) -> str:
    text = _described(item.marks, indent) + f"{indent}{item.name}: {item.type}"
    if item.default is not None:
        text += f" = {item.default}"
    return " ".join((text, *item.joins, *_directives(item.marks)))


def _value(value: MergedValue) -> str:
    text = _described(value.marks, "  ") + f"  {value.name}"
    return " ".join((text, *value.joins, *_directives(value.marks)))


def _directives(marks: Marks) -> Iterable[str]:
    if marks.inaccessible:
        yield "@inaccessible"
    yield from (f'@tag(name: "{tag}")' for tag in marks.tags)
    if marks.deprecated is not None:
        yield print_ast(marks.deprecated)
    yield from (print_ast(use) for use in marks.composed)


def _described(marks: Marks, indent: str) -> str:
    if not marks.description:
        return ""
    block = print_block_string(marks.description)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in block.split("\n"))
