"""Types of one name in several subgraphs become one type that remembers who knows what."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from graphql import DirectiveNode, TypeNode, print_ast

from gateway.composition.access import quoted, together
from gateway.composition.context_use import context_selection
from gateway.composition.cost import merged_cost, merged_list_size
from gateway.composition.demands import Demands
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
        self._demands = Demands(declarations, ownership)

    def types(self) -> Iterator[MergedType]:
        """Every merged type, by name."""
        for name, declared in self._declarations.by_name.items():
            merged = self._type(name, declared)
            if merged is not None:
                yield merged

    def _type(self, name: str, declared: list[Declaration]) -> MergedType | None:
        kind = declared[0][1].kind
        marks = merged_marks(each.marks for _, each in declared)
        marks = replace(marks, access=self._demands.of_type(name))
        joins = tuple(_type_joins(declared))
        contexts = tuple(_contexts(declared))
        if kind in {Kind.OBJECT, Kind.INTERFACE}:
            return replace(self._composite(name, kind, marks, joins, declared), extra=contexts)
        if kind is Kind.UNION:
            return replace(_union(name, marks, joins, declared), extra=contexts)
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
            f"@join__implements(graph: {subgraph.graph}, interface: {quoted(interface)})"
            for subgraph, each in declared
            for interface in each.interfaces
        )
        fields = [self._field(name, declared, each) for each in field_names(declared)]
        contributed = self._contributed(name, declared) if kind is Kind.OBJECT else ()
        return MergedType(
            name,
            kind,
            marks,
            joins + implements,
            interfaces=_interfaces(declared),
            fields=(*(field for field in fields if field), *contributed),
        )

    def _contributed(self, name: str, declared: list[Declaration]) -> Iterator[MergedField]:
        """Fields an object has only because an interface object gives them to its interface."""
        known = set(field_names(declared))
        for interface in _interfaces(declared):
            owners = self._declarations.by_name.get(interface, [])
            if not any(each.is_interface_object for _, each in owners):
                continue
            for field in field_names(owners):
                merged = self._field(interface, owners, field)
                if field not in known and merged is not None:
                    known.add(field)
                    marks = replace(merged.marks, access=self._demands.of_field(name, field))
                    yield replace(merged, marks=marks, joins=("@join__field",))

    def _field(self, type_name: str, declared: list[Declaration], name: str) -> MergedField | None:
        shares = self._ownership.shares(declared, name)
        kept = [share for share in shares if not share.overridden or share.used]
        own = [share for share in shares if not share.field.external] or shares
        output = merged_output([share.field.type for share in own], self._declarations)
        if not kept or output is None:
            return None
        marks = merged_marks(share.field.marks for share in own)
        return MergedField(
            name=name,
            type=print_ast(output),
            arguments=tuple(_arguments(own)),
            marks=replace(marks, access=self._demands.of_field(type_name, name)),
            joins=tuple(_field_joins(kept, shares, output, everywhere=len(kept) == len(declared))),
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
    """The description most subgraphs give, every tag; inaccessible if one subgraph says so."""
    every = list(marks)
    repeatable = frozenset(name for each in every for name in each.repeatable)
    composed: dict[str, DirectiveNode] = {}
    for use in (use for each in every for use in each.composed):
        name = use.name.value
        composed.setdefault(print_ast(use) if name in repeatable else name, use)
    return Marks(
        description=_description(every),
        inaccessible=any(each.inaccessible for each in every),
        tags=tuple(dict.fromkeys(tag for each in every for tag in each.tags)),
        deprecated=next((each.deprecated for each in every if each.deprecated), None),
        composed=tuple(composed.values()),
        repeatable=repeatable,
        access=together(each.access for each in every),
        cost=merged_cost(each.cost for each in every),
        list_size=merged_list_size([each.list_size for each in every if each.list_size]),
    )


def _description(marks: Sequence[Marks]) -> str | None:
    """The one that most give, the first of those."""
    said = Counter(each.description for each in marks if each.description)
    return max(said, key=said.__getitem__, default=None)


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
        text += f", key: {quoted(key.fields)}"
        if each.is_extension:
            text += ", extension: true"
        if not key.resolvable:
            text += ", resolvable: false"
    if each.is_interface_object:
        text += ", isInterfaceObject: true"
    return text + ")"


def _contexts(declared: Sequence[Declaration]) -> Iterator[str]:
    for subgraph, each in declared:
        for context in each.contexts:
            yield f"@context(name: {quoted(context_name(subgraph.name, context))})"


def context_name(subgraph: str, context: str) -> str:
    """What the supergraph calls a context: each subgraph has its own."""
    return f"{subgraph}__{context}"


def _field_joins(
    kept: Sequence[FieldShare], shares: Sequence[FieldShare], output: TypeNode, *, everywhere: bool
) -> Iterator[str]:
    same = all(is_same(share.field.type, output) for share in kept)
    joins = [_field_join(share, shares, with_type=not same) for share in kept]
    plain = all(join == _plain_join(share) for join, share in zip(joins, kept, strict=True))
    if not (everywhere and plain):
        yield from joins


def _plain_join(share: FieldShare) -> str:
    return f"@join__field(graph: {share.subgraph.graph})"


def _field_join(share: FieldShare, shares: Sequence[FieldShare], *, with_type: bool) -> str:
    field = share.field
    parts = [f"graph: {share.subgraph.graph}"]
    if field.requires is not None:
        parts.append(f"requires: {quoted(field.requires)}")
    if field.provides is not None:
        parts.append(f"provides: {quoted(field.provides)}")
    if with_type:
        parts.append(f"type: {quoted(print_ast(field.type))}")
    if field.external:
        parts.append("external: true")
    elif share.overridden:
        parts.append("usedOverridden: true")
    parts += _override_parts(share, shares)
    contextual = [each for each in field.arguments.values() if each.from_context is not None]
    if contextual:
        told = ", ".join(_context_argument(share.subgraph.name, each) for each in contextual)
        parts.append(f"contextArguments: [{told}]")
    return f"@join__field({', '.join(parts)})"


def _override_parts(share: FieldShare, shares: Sequence[FieldShare]) -> Iterator[str]:
    """Who takes a field over, as long as there is somebody to take it from.

    With a label the former owner keeps its share, and says on which label that depends.
    """
    override = share.field.override
    known = {each.subgraph.name for each in shares}
    if override is not None and override.source in known:
        yield f"override: {quoted(override.source)}"
        if override.label:
            yield f"overrideLabel: {quoted(override.label)}"
        return
    for each in shares:
        taking = each.field.override
        if taking is not None and taking.label and taking.source == share.subgraph.name:
            yield f"overrideLabel: {quoted(taking.label)}"


def _context_argument(subgraph: str, argument: Argument) -> str:
    name, selection = context_selection(argument.from_context or "")
    return (
        f"{{context: {quoted(context_name(subgraph, name))}, name: {quoted(argument.name)}, "
        f"type: {quoted(print_ast(argument.type))}, selection: {quoted(selection)}}}"
    )


def _arguments(shares: Sequence[FieldShare]) -> Iterator[MergedInput]:
    """Only what every subgraph understands, and takes from clients."""
    for name in shares[0].field.arguments:
        declared = [share.field.arguments.get(name) for share in shares]
        known = [each for each in declared if each is not None]
        contextual = any(each.from_context is not None for each in known)
        if len(known) == len(shares) and not contextual:
            yield _input(known, ())


def _input(declared: Sequence[Argument], joins: tuple[str, ...]) -> MergedInput:
    """One default is a default of all only if all say it."""
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
            f"@join__field(graph: {subgraph.graph}, type: {quoted(print_ast(field.type))})"
            for (subgraph, _), field in zip(declared, fields, strict=True)
        )
    return _input(fields, joins)


def _union(
    name: str, marks: Marks, joins: tuple[str, ...], declared: Sequence[Declaration]
) -> MergedType:
    members = tuple(
        f"@join__unionMember(graph: {subgraph.graph}, member: {quoted(member)})"
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
