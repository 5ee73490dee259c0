"""The supergraph as text, in the words of the Join specification."""

from collections.abc import Iterable, Mapping, Sequence

from graphql import print_ast
from graphql.language.block_string import print_block_string

from gateway.composition.access import quoted
from gateway.composition.elements import Kind, Marks, Subgraph
from gateway.composition.features import FEATURES, ComposedLink, Feature, composed_links
from gateway.composition.merge import merged_marks
from gateway.composition.merged import MergedField, MergedInput, MergedType, MergedValue

_JOIN = """{types}directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, \
type: String, external: Boolean, override: String, usedOverridden: Boolean{more}) repeatable on \
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
_JOIN_0_4 = """directive @join__directive(graphs: [join__Graph!], name: String!, \
args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION

scalar join__DirectiveArguments

"""
_JOIN_0_5 = """scalar join__FieldValue

input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

"""
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


def write_supergraph(
    subgraphs: Sequence[Subgraph],
    types: Sequence[MergedType],
    executable_directives: Sequence[str] = (),
) -> str:
    """Print the supergraph; equal input gives equal text."""
    body = "\n\n".join(_type(each) for each in types)
    composed = composed_links(subgraphs)
    features = [feature for feature in FEATURES if feature.is_used(types, subgraphs)]
    parts = [
        _schema(subgraphs, types, [*features, *composed], _join_version(body)),
        _join(_join_version(body)),
        _graphs(subgraphs),
        *(feature.definitions for feature in features),
        *([_ONE_OF] if any("@oneOf" in each.extra for each in types) else []),
        *dict.fromkeys(definition for link in composed for definition in link.definitions),
        *executable_directives,
        body,
    ]
    return "\n\n".join(parts) + "\n"


def _join_version(body: str) -> str:
    """The oldest that says all there is to say: more routers know it."""
    if "contextArguments:" in body:
        return "v0.5"
    return "v0.4" if "overrideLabel:" in body else "v0.3"


def _join(version: str) -> str:
    types = (_JOIN_0_4 if version >= "v0.4" else "") + (_JOIN_0_5 if version >= "v0.5" else "")
    more = ", overrideLabel: String" if version >= "v0.4" else ""
    more += ", contextArguments: [join__ContextArgument!]" if version >= "v0.5" else ""
    return _JOIN.format(types=types, more=more)


def _schema(
    subgraphs: Sequence[Subgraph],
    types: Sequence[MergedType],
    links: Iterable[Feature | ComposedLink],
    join: str,
) -> str:
    names = {each.name for each in types}
    marks = merged_marks(subgraph.schema_marks for subgraph in subgraphs)
    lines = [
        '@link(url: "https://specs.apollo.dev/link/v1.0")',
        f'@link(url: "https://specs.apollo.dev/join/{join}", for: EXECUTION)',
        *(link.link for link in links),
        *_directives(marks),
    ]
    roots = [f"  {root.lower()}: {root}" for root in _ROOTS if root in names]
    head = _described(marks, "") + "schema\n  " + "\n  ".join(lines)
    return f"{head}\n{{\n" + "\n".join(roots) + "\n}"


def _graphs(subgraphs: Iterable[Subgraph]) -> str:
    values = "\n".join(
        f"  {subgraph.graph} "
        f"@join__graph(name: {quoted(subgraph.name)}, url: {quoted(subgraph.url)})"
        for subgraph in subgraphs
    )
    return f"enum join__Graph {{\n{values}\n}}"


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
    yield from (f"@tag(name: {quoted(tag)})" for tag in marks.tags)
    if marks.deprecated is not None:
        yield print_ast(marks.deprecated)
    yield from marks.access.directives()
    if marks.cost is not None:
        yield f"@cost(weight: {marks.cost})"
    if marks.list_size is not None:
        yield str(marks.list_size)
    yield from (print_ast(use) for use in marks.composed)


def _described(marks: Marks, indent: str) -> str:
    if not marks.description:
        return ""
    block = print_block_string(marks.description)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in block.split("\n"))
