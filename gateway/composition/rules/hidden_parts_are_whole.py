"""What stays visible makes sense without what is @inaccessible."""

from collections.abc import Iterator, Sequence

from graphql import (
    EnumValueNode,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    specified_scalar_types,
)

from gateway.composition.elements import Argument, Field, Kind
from gateway.composition.merge import merged_marks
from gateway.composition.ownership import field_names
from gateway.composition.problems import Placed, Problem, places_of
from gateway.composition.rules.arguments_agree import is_required
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration, named

_PARTS = {Kind.ENUM: "value", Kind.UNION: "member"}


def hidden_parts_are_whole(composition: Composition) -> Iterator[Problem]:
    """REFERENCED_, REQUIRED_INACCESSIBLE, ONLY_INACCESSIBLE_CHILDREN, and what has no other way."""
    yield from _Visible(composition).problems()


class _Visible:
    """Looks at every type that clients see."""

    def __init__(self, composition: Composition) -> None:
        self._declarations = composition.declarations
        self._hidden = {
            name
            for name, declared in self._declarations.by_name.items()
            if name not in specified_scalar_types
            and any(each.marks.inaccessible for _, each in declared)
        }

    def problems(self) -> Iterator[Problem]:
        for name, declared in self._declarations.by_name.items():
            if name == "Query" and name in self._hidden:
                message = "Query is @inaccessible: clients would have nothing to ask."
                places = places_of(*(each.marks.of("inaccessible") for _, each in declared))
                yield Problem("QUERY_ROOT_TYPE_INACCESSIBLE", message, _names(declared), places)
            elif name not in self._hidden:
                yield from self._of_type(name, declared)

    def _of_type(self, name: str, declared: Sequence[Declaration]) -> Iterator[Problem]:
        for field in self._shown_fields(declared):
            fields = [each.fields[field] for _, each in declared if field in each.fields]
            yield from self._of_field(name, fields, declared)
        for item in dict.fromkeys(item for _, each in declared for item in each.inputs):
            inputs = [each.inputs[item] for _, each in declared if item in each.inputs]
            yield from self._of_input(f"{name}.{item}", inputs, declared)
        if not self._has_children(declared):
            part = _PARTS.get(declared[0][1].kind, "field")
            message = f"Every {part} of {name} is @inaccessible, but {name} itself is not."
            places = places_of(*(each for _, each in declared))
            yield Problem("ONLY_INACCESSIBLE_CHILDREN", message, _names(declared), places)

    def _of_field(
        self, name: str, fields: Sequence[Field], declared: Sequence[Declaration]
    ) -> Iterator[Problem]:
        field = fields[0].name
        coordinate = f"{name}.{field}"
        yield from self._reference(coordinate, named(fields[0].type), fields, declared)
        for argument in dict.fromkeys(each for item in fields for each in item.arguments):
            arguments = [item.arguments[argument] for item in fields if argument in item.arguments]
            yield from self._of_input(f"{coordinate}({argument}:)", arguments, declared)
        yield from self._implementing(coordinate, field, fields, declared)

    def _of_input(
        self, coordinate: str, inputs: Sequence[Argument], declared: Sequence[Declaration]
    ) -> Iterator[Problem]:
        if _is_hidden(inputs):
            if any(map(is_required, inputs)):
                message = f"{coordinate} is required and @inaccessible."
                places = places_of(*(each.marks.of("inaccessible") for each in inputs))
                yield Problem("REQUIRED_INACCESSIBLE", message, _names(declared), places)
            return
        yield from self._reference(coordinate, named(inputs[0].type), inputs, declared)
        for each in inputs:
            for hidden in self._hidden_in(each.default, named(each.type)):
                message = f"The default of {coordinate} uses {hidden}, which is @inaccessible."
                code = "DEFAULT_VALUE_USES_INACCESSIBLE"
                yield Problem(code, message, _names(declared), each.places)

    def _reference(
        self,
        coordinate: str,
        type_name: str,
        elements: Sequence[Placed],
        declared: Sequence[Declaration],
    ) -> Iterator[Problem]:
        if type_name in self._hidden:
            message = f"{coordinate} is visible, its type {type_name} is not."
            places = places_of(*elements)
            yield Problem("REFERENCED_INACCESSIBLE", message, _names(declared), places)

    def _implementing(
        self,
        coordinate: str,
        field: str,
        fields: Sequence[Field],
        declared: Sequence[Declaration],
    ) -> Iterator[Problem]:
        """A visible field of an interface, and its arguments, are visible on every type of it."""
        if declared[0][1].kind is not Kind.INTERFACE:
            return
        interface = coordinate.partition(".")[0]
        visible = {name for each in fields for name in each.arguments} - {
            name
            for each in fields
            for name, argument in each.arguments.items()
            if argument.marks.inaccessible
        }
        for name in self._declarations.implementations(interface):
            if name in self._hidden:
                continue
            own = [
                t.fields[field] for _, t in self._declarations.by_name[name] if field in t.fields
            ]
            arguments = [a for each in own for a in each.arguments.values() if a.name in visible]
            hidden: list[Field | Argument] = [*own] if _is_hidden(own) else []
            hidden += [each for each in arguments if each.marks.inaccessible]
            for each in hidden:
                what = f"{name}.{field}" + (f"({each.name}:)" if isinstance(each, Argument) else "")
                message = f"{what} is @inaccessible, but {coordinate} promises it to clients."
                places = places_of(each.marks.of("inaccessible"), *fields)
                yield Problem("IMPLEMENTED_BY_INACCESSIBLE", message, _names(declared), places)

    def _shown_fields(self, declared: Sequence[Declaration]) -> list[str]:
        return [
            name
            for name in field_names(declared)
            if not _is_hidden([each.fields[name] for _, each in declared if name in each.fields])
        ]

    def _has_children(self, declared: Sequence[Declaration]) -> bool:
        kind = declared[0][1].kind
        if kind is Kind.UNION:
            return any(name not in self._hidden for _, each in declared for name in each.members)
        if kind is Kind.ENUM:
            values = dict.fromkeys(value for _, each in declared for value in each.values)
            return any(not self._is_hidden_value(declared, value) for value in values)
        if kind is Kind.INPUT:
            items = dict.fromkeys(item for _, each in declared for item in each.inputs)
            return any(
                not _is_hidden([each.inputs[item] for _, each in declared if item in each.inputs])
                for item in items
            )
        return not field_names(declared) or bool(self._shown_fields(declared))

    def _is_hidden_value(self, declared: Sequence[Declaration], value: str) -> bool:
        return any(each.values[value].inaccessible for _, each in declared if value in each.values)

    def _hidden_in(self, value: ValueNode | None, type_name: str) -> Iterator[str]:
        """The hidden enum values and input fields that a default uses."""
        declared = self._declarations.by_name.get(type_name)
        if value is None or declared is None:
            return
        if isinstance(value, ListValueNode):
            for each in value.values:
                yield from self._hidden_in(each, type_name)
        elif isinstance(value, EnumValueNode) and self._is_hidden_value(declared, value.value):
            yield f"{type_name}.{value.value}"
        elif isinstance(value, ObjectValueNode):
            for field in value.fields:
                name = field.name.value
                inputs = [each.inputs[name] for _, each in declared if name in each.inputs]
                if _is_hidden(inputs):
                    yield f"{type_name}.{name}"
                elif inputs:
                    yield from self._hidden_in(field.value, named(inputs[0].type))


def _is_hidden(elements: Sequence[Field | Argument]) -> bool:
    return merged_marks(each.marks for each in elements).inaccessible


def _names(declared: Sequence[Declaration]) -> tuple[str, ...]:
    return tuple(subgraph.name for subgraph, _ in declared)
