"""Types of one name in several subgraphs become one type that remembers who knows what."""

from collections.abc import Iterable, Iterator, Sequence

from graphql import TypeNode, print_ast

from gateway.composition.elements import Argument, Key, Kind, Marks, Type
from gateway.composition.enum_use import EnumUse, enum_uses
from gateway.composition.merged import MergedField, MergedInput, MergedType, MergedValue
from gateway.composition.ownership import FieldShare, Ownership, field_names
from gateway.composition.types import (
    Declaration,
    Declarations,
    is_same,
    merged_input,
    merged_output,
)


class Merger:
    """Merges subgraphs that passed every rule."""

    def __init__(self, declarations: Declarations, ownership: Ownership) -> None:
        self._declarations = declarations
        self._ownership = ownership
        self._enum_uses = enum_uses(declarations)

    def types(self) -> Iterator[MergedType]:
        """Every merged type, by name."""
        for name, declared in self._declarations.by_name.items():
            merged = self._type(name, declared)
            if merged is not None:
                yield merged

    def _type(self, name: str, declared: list[Declaration]) -> MergedType | None:
        kind = declared[0][1].kind
        marks = merged_marks(each.marks for _, each in declared)
        joins = tuple(_type_joins(declared))
        if kind in {Kind.OBJECT, Kind.INTERFACE}:
            return self._composite(name, kind, marks, joins, declared)
        if kind is Kind.UNION:
            return _union(name, marks, joins, declared)
        if kind is Kind.ENUM:
            return self._enum(name, marks, joins, declared)
        if kind is Kind.INPUT:
            return _input_object(name, marks, joins, declared)
        specified = next((each.specified_by for _, each in declared if each.specified_by), None)
        extra = (print_ast(specified),) if specified else ()
        return MergedType(name, kind, marks, joins, extra=extra)

    def _composite(
        self,
        name: str,
        kind: Kind,
        marks: Marks,
        joins: tuple[str, ...],
        declared: list[Declaration],
    ) -> MergedType:
        implements = tuple(
            f"@join__implements(graph: {subgraph.graph}, interface: {_quoted(interface)})"
            for subgraph, each in declared
            for interface in each.interfaces
        )
        fields = [self._field(declared, each) for each in field_names(declared)]
        contributed = self._contributed(declared) if kind is Kind.OBJECT else ()
        return MergedType(
            name,
            kind,
            marks,
            joins + implements,
            interfaces=_interfaces(declared),
            fields=(*(field for field in fields if field), *contributed),
        )

    def _contributed(self, declared: list[Declaration]) -> Iterator[MergedField]:
        """Fields an object has only because an interface object gives them to its interface."""
        known = set(field_names(declared))
        for interface in _interfaces(declared):
            owners = self._declarations.by_name.get(interface, [])
            if not any(each.is_interface_object for _, each in owners):
                continue
            for field in field_names(owners):
                merged = self._field(owners, field)
                if field not in known and merged is not None:
                    known.add(field)
                    yield MergedField(
                        field, merged.type, merged.arguments, merged.marks, ("@join__field",)
                    )

    def _field(self, declared: list[Declaration], name: str) -> MergedField | None:
        shares = self._ownership.shares(declared, name)
        kept = [share for share in shares if not share.overridden or share.used]
        output = merged_output([share.field.type for share in shares], self._declarations)
        if not kept or output is None:
            return None
        return MergedField(
            name=name,
            type=print_ast(output),
            arguments=tuple(_arguments(shares)),
            marks=merged_marks(share.field.marks for share in shares),
            joins=tuple(_field_joins(kept, output, everywhere=len(kept) == len(declared))),
        )

    def _enum(
        self, name: str, marks: Marks, joins: tuple[str, ...], declared: list[Declaration]
    ) -> MergedType:
        names = dict.fromkeys(value for _, each in declared for value in each.values)
        if self._enum_uses.get(name) is EnumUse.INPUT:
            names = {
                value: None for value in names if all(value in each.values for _, each in declared)
            }
        return MergedType(
            name,
            Kind.ENUM,
            marks,
            joins,
            values=tuple(_value(declared, value) for value in names),
        )


def merged_marks(marks: Iterable[Marks]) -> Marks:
    """The first description, every tag; inaccessible if one subgraph says so."""
    every = list(marks)
    composed = {print_ast(use): use for each in every for use in each.composed}
    return Marks(
        description=next((each.description for each in every if each.description), None),
        inaccessible=any(each.inaccessible for each in every),
        tags=tuple(dict.fromkeys(tag for each in every for tag in each.tags)),
        deprecated=next((each.deprecated for each in every if each.deprecated), None),
        composed=tuple(composed.values()),
    )


def _interfaces(declared: Sequence[Declaration]) -> tuple[str, ...]:
    """What the type implements in any subgraph."""
    return tuple(dict.fromkeys(name for _, each in declared for name in each.interfaces))


def _type_joins(declared: Sequence[Declaration]) -> Iterator[str]:
    for subgraph, each in declared:
        for key in each.keys or (None,):
            yield _type_join(subgraph.graph, each, key)


def _type_join(graph: str, each: Type, key: Key | None) -> str:
    text = f"@join__type(graph: {graph}"
    if key is not None:
        text += f", key: {_quoted(key.fields)}"
        if each.is_extension:
            text += ", extension: true"
        if not key.resolvable:
            text += ", resolvable: false"
    if each.is_interface_object:
        text += ", isInterfaceObject: true"
    return text + ")"


def _field_joins(
    shares: Sequence[FieldShare], output: TypeNode, *, everywhere: bool
) -> Iterator[str]:
    joins = [_field_join(share, output) for share in shares]
    plain = all(join == _plain_join(share) for join, share in zip(joins, shares, strict=True))
    if not (everywhere and plain):
        yield from joins


def _plain_join(share: FieldShare) -> str:
    return f"@join__field(graph: {share.subgraph.graph})"


def _field_join(share: FieldShare, output: TypeNode) -> str:
    field = share.field
    parts = [f"graph: {share.subgraph.graph}"]
    if not is_same(field.type, output):
        parts.append(f"type: {_quoted(print_ast(field.type))}")
    if field.requires is not None:
        parts.append(f"requires: {_quoted(field.requires)}")
    if field.provides is not None:
        parts.append(f"provides: {_quoted(field.provides)}")
    if share.overridden:
        parts.append("usedOverridden: true")
    elif field.external:
        parts.append("external: true")
    if field.override is not None:
        parts.append(f"override: {_quoted(field.override.source)}")
        if field.override.label is not None:
            parts.append(f"overrideLabel: {_quoted(field.override.label)}")
    return f"@join__field({', '.join(parts)})"


def _arguments(shares: Sequence[FieldShare]) -> Iterator[MergedInput]:
    """Only what every subgraph understands."""
    for name in shares[0].field.arguments:
        declared = [share.field.arguments.get(name) for share in shares]
        known = [each for each in declared if each is not None]
        if len(known) == len(shares):
            yield _input(known, ())


def _input(declared: Sequence[Argument], joins: tuple[str, ...]) -> MergedInput:
    merged = merged_input(each.type for each in declared) or declared[0].type
    defaults = [each.default for each in declared]
    default = defaults[0] if all(each is not None for each in defaults) else None
    return MergedInput(
        name=declared[0].name,
        type=print_ast(merged),
        default=print_ast(default) if default is not None else None,
        marks=merged_marks(each.marks for each in declared),
        joins=joins,
    )


def _input_object(
    name: str, marks: Marks, joins: tuple[str, ...], declared: Sequence[Declaration]
) -> MergedType:
    common = [
        each for each in declared[0][1].inputs if all(each in other.inputs for _, other in declared)
    ]
    one_of = ("@oneOf",) if any(each.one_of for _, each in declared) else ()
    return MergedType(
        name,
        Kind.INPUT,
        marks,
        joins,
        inputs=tuple(_input_field(declared, each) for each in common),
        extra=one_of,
    )


def _input_field(declared: Sequence[Declaration], name: str) -> MergedInput:
    fields = [each.inputs[name] for _, each in declared]
    merged = merged_input(field.type for field in fields) or fields[0].type
    joins: tuple[str, ...] = ()
    if not all(is_same(field.type, merged) for field in fields):
        joins = tuple(
            f"@join__field(graph: {subgraph.graph}, type: {_quoted(print_ast(field.type))})"
            for (subgraph, _), field in zip(declared, fields, strict=True)
        )
    return _input(fields, joins)


def _union(
    name: str, marks: Marks, joins: tuple[str, ...], declared: Sequence[Declaration]
) -> MergedType:
    members = tuple(
        f"@join__unionMember(graph: {subgraph.graph}, member: {_quoted(member)})"
        for subgraph, each in declared
        for member in each.members
    )
    names = dict.fromkeys(member for _, each in declared for member in each.members)
    return MergedType(name, Kind.UNION, marks, joins + members, members=tuple(names))


def _value(declared: Sequence[Declaration], name: str) -> MergedValue:
    knowing = [(subgraph, each) for subgraph, each in declared if name in each.values]
    return MergedValue(
        name,
        merged_marks(each.values[name] for _, each in knowing),
        tuple(f"@join__enumValue(graph: {subgraph.graph})" for subgraph, _ in knowing),
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
