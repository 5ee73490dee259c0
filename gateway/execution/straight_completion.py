"""Completion of the usual answer, as generated Python: one function for each kind of object.

Usual is what holds no surprise: every type is known, every required value is there. Then the
client's answer is a new dictionary for each object, with the client's keys in the client's order
and nothing else. At any surprise the whole answer is completed by `completion`, which tells the
client what is wrong; that both give the same is tested with random schemas and values.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Any, TypeAlias

from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    is_specified_scalar_type,
)

from gateway.execution.generated import UNUSUAL, Source, Unusual, quoted
from gateway.execution.selections import (
    FieldCollector,
    Selected,
    SelectedField,
    field_definition,
    in_turn,
)
from gateway.execution.tree import JsonObject

Straight: TypeAlias = Callable[[JsonObject], JsonObject | None]
"""Gives the client's data for a tree; None when something in it is unusual."""

MOST_FIELDS = 500
"""How many fields are generated for one operation; one that has more is always interpreted."""

_USUAL = {
    "String": "type({0}) is str",
    "ID": "type({0}) is str",
    "Boolean": "type({0}) is bool",
    "Float": "type({0}) is float",
    "Int": "type({0}) is int and -2147483648 <= {0} <= 2147483647",
}


class TooMuch(Exception):
    """The operation is too large to generate code for it."""


def straight_completion(
    writer: "CompletionWriter", root: GraphQLObjectType, fields: Sequence[SelectedField]
) -> Straight | None:
    """Make the completion of an operation; None if that is too much."""
    try:
        quick = writer.source.compiled(writer.root(root, fields))
    except TooMuch:
        return None
    made_before = writer.made_before

    def complete(tree: JsonObject) -> JsonObject | None:
        try:
            made: JsonObject = quick(tree)
        except UNUSUAL:
            return None
        finally:
            for made_of in made_before:
                made_of.clear()
        return made

    return complete


class CompletionWriter:
    """Writes the functions for the values of conditions, those of objects within objects first.

    Objects whose selection set is among `united`, by its identity, are completed once each:
    `made_before` holds what has been made of them in this run.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        collector: FieldCollector,
        variables: Mapping[str, Any],
        united: AbstractSet[int] = frozenset(),
    ) -> None:
        self.made_before: list[dict[int, JsonObject]] = []
        self._united = united
        self.source = Source()
        self.source.name("Unusual", Unusual)
        self.source.name("refuse", _refuse)
        self._schema = schema
        self._collector = collector
        self._variables = variables
        self._written: dict[tuple[object, ...], str] = {}
        self._numbers = count()
        self._fields_left = MOST_FIELDS

    @property
    def fields_written(self) -> int:
        """How many fields the functions have that were written."""
        return MOST_FIELDS - self._fields_left

    def root(self, of: GraphQLObjectType, fields: Sequence[SelectedField]) -> str:
        """Write all that an operation needs and give the name of the function to call."""
        return self._object(of, fields, "complete")

    def _function(
        self, of: GraphQLObjectType | GraphQLAbstractType, selected: tuple[Selected, ...]
    ) -> str:
        """Give the name of the function that completes objects which are known to be of a type."""
        key = (of.name, *((id(part.selection_set), part.when) for part in selected))
        if key not in self._written:
            name = f"{of.name}_{next(self._numbers)}"
            is_united = any(id(part.selection_set) in self._united for part in selected)
            fields = self._collector.collect(of, selected)
            self._written[key] = self._object(of, fields, name, is_united=is_united)
        return self._written[key]

    def _object(
        self,
        of: GraphQLObjectType | GraphQLAbstractType,
        selected: Sequence[SelectedField],
        name: str,
        *,
        is_united: bool = False,
    ) -> str:
        fields = in_turn(selected, self._variables)
        self._fields_left -= len(fields)
        if self._fields_left < 0:
            raise TooMuch
        reads: dict[str, str] = {}
        members = []
        for number, field in enumerate(fields):
            key, variable = quoted(field.response_key), f"value_{number}"
            if field.name != "__typename":
                reads[variable] = field.response_key
                members.append(f"{key}: {self._value(of, field, variable)},")
            elif isinstance(of, GraphQLObjectType):
                members.append(f"{key}: {quoted(of.name)},")
            else:
                members.append(f"{key}: refuse(item),")
        lines = self._completing(reads, members)
        return self.source.function(name, "item", self._once(lines) if is_united else lines)

    def _completing(self, reads: Mapping[str, str], members: Sequence[str]) -> list[str]:
        """Write a function's body; fields that nobody gave are null."""
        if not reads:
            return ["if type(item) is not dict:", "    refuse(item)", *_display(members)]
        keys = self.source.constant("keys", tuple(reads.values()))
        return [
            "try:",
            *(f"    {variable} = item[{quoted(key)}]" for variable, key in reads.items()),
            "except KeyError:",
            f"    {', '.join(reads)}, = map(item.get, {keys})",
            *_display(members),
        ]

    def _once(self, lines: Sequence[str]) -> list[str]:
        """Look first whether the object has been completed; `lines` end with what they return."""
        memory: dict[int, JsonObject] = {}
        self.made_before.append(memory)
        made = self.source.name(f"made_{len(self.made_before)}", memory)
        first = [f"made = {made}.get(id(item))", "if made is not None:", "    return made"]
        return [
            *first,
            *(line.replace("return {", f"made = {made}[id(item)] = {{", 1) for line in lines),
            "return made",
        ]

    def _value(
        self,
        on: GraphQLObjectType | GraphQLAbstractType,
        field: SelectedField,
        variable: str,
    ) -> str:
        definition = field_definition(on, field.name)
        return variable if definition is None else self._of(definition.type, field.below, variable)

    def _of(
        self,
        of: GraphQLOutputType,
        selected: tuple[Selected, ...],
        value: str,
        *,
        required: bool = False,
    ) -> str:
        """Write the expression that completes a value; it raises if a required one is null."""
        if isinstance(of, GraphQLNonNull):
            return self._of(of.of_type, selected, value, required=True)
        if isinstance(of, GraphQLScalarType):
            return self._scalar(of, value, required=required)
        if isinstance(of, GraphQLEnumType):
            values = self.source.constant(f"values_of_{of.name}", frozenset(of.values))
            return f"{value} if {_maybe(value, required)}{value} in {values} else refuse({value})"
        if isinstance(of, GraphQLList):
            inner = f"{value}_"
            each = self._of(of.of_type, selected, inner)
            made = f"[{each} for {inner} in {value}] if type({value}) is list else refuse({value})"
        elif isinstance(of, GraphQLObjectType):
            made = f"{self._function(of, selected)}({value})"
        else:
            made = f"{self._abstract(of, selected)}({value})"
        return made if required else f"None if {value} is None else {made}"

    def _scalar(self, of: GraphQLScalarType, value: str, *, required: bool) -> str:
        if not is_specified_scalar_type(of):
            return f"refuse({value}) if {value} is None else {value}" if required else value
        coerce = self.source.name(of.name, _coercing(of))
        usual = _USUAL[of.name].format(value)
        return f"{value} if {_maybe(value, required)}{usual} else {coerce}({value})"

    def _abstract(self, of: GraphQLAbstractType, selected: tuple[Selected, ...]) -> str:
        """Write the choice by `__typename`; no name, or the type's own, is an interface object."""
        key = ("abstract", of.name, *((id(part.selection_set), part.when) for part in selected))
        if key not in self._written:
            members = self._schema.get_possible_types(of)
            by_type = {one.name: self._function(one, selected) for one in members}
            own = self._function(of, selected)
            number = next(self._numbers)
            types = f"types_of_{of.name}_{number}"
            entries = [f"{quoted(one)}: {name}," for one, name in by_type.items()]
            self.source.table(types, [f"None: {own},", f"{quoted(of.name)}: {own},", *entries])
            lines = [
                f'complete = {types}.get(item.get("__typename"))',
                "return refuse(item) if complete is None else complete(item)",
            ]
            name = f"any_{of.name}_{number}"
            self._written[key] = self.source.function(name, "item", lines)
        return self._written[key]


def _display(members: Sequence[str]) -> list[str]:
    return ["return {", *(f"    {member}" for member in members), "}"]


def _maybe(value: str, required: bool) -> str:  # noqa: FBT001  # private, and next to what it is for
    return "" if required else f"{value} is None or "


def _refuse(_: Any) -> Any:
    raise Unusual


def _coercing(scalar: GraphQLScalarType) -> Callable[[Any], Any]:
    """Give what makes a value of a built-in scalar out of one that is of another class."""

    def coerce(value: Any) -> Any:
        if value is None:
            raise Unusual
        try:
            return scalar.coerce_output_value(value)
        except (GraphQLError, ValueError, OverflowError) as error:
            raise Unusual from error

    return coerce
