"""The client's answer out of the tree: its shape, its order, its nulls; nothing else gets out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
)

from gateway.execution.completion import (
    Completer,
    FieldShape,
    ObjectShape,
    Problems,
    Run,
    Silence,
    abstract_completer,
    complete_object,
    enum_completer,
    list_completer,
    object_completer,
    refused,
    scalar_completer,
    unchanged,
)
from gateway.execution.selections import (
    FieldCollector,
    Selected,
    SelectedField,
    condition_variables,
    field_definition,
)
from gateway.execution.straight_completion import (
    CompletionWriter,
    Straight,
    straight_completion,
)
from gateway.execution.tree import JsonObject

_PLAIN_CLASSES: Mapping[str, type] = {
    "String": str,
    "ID": str,
    "Int": int,
    "Float": float,
    "Boolean": bool,
}


_MOST_VARIANTS = 8
"""For how many values of the conditions' variables an operation has code of its own."""
_SHAPE_CHARACTERS = 4
"""What a field of a shape takes in memory, in characters of an operation; generated it is one."""
_INTERPRETED_FIRST = 2
"""How often an operation is interpreted before code is generated: many are run only once."""


class _Straight:
    """Generated code for one set of conditions, made when that seems worth it."""

    def __init__(self) -> None:
        self._uses = 0
        self._code: Straight | None = None

    def complete(self, tree: JsonObject, make: Callable[[], Straight | None]) -> JsonObject | None:
        self._uses += 1
        if self._uses == _INTERPRETED_FIRST + 1:
            self._code = make()
        return None if self._code is None else self._code(tree)


class Projection:
    """The completion of one operation, compiled as far as the objects met so far required."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        hidden: AbstractSet[str] = frozenset(),
    ) -> None:
        """Compile for a schema; `hidden` are the types that the graph has besides, by name."""
        root = schema.get_root_type(operation.operation)
        if root is None:
            raise ValueError(f"The schema has no {operation.operation.value} type.")
        self._schema = schema
        self._hidden = hidden
        self._collector = FieldCollector(schema, fragments)
        self.grown = 0
        """What has been made for the objects met so far, in characters of an operation."""
        self._shapes: dict[tuple[object, ...], ObjectShape] = {}
        self.root_fields = self._collector.collect(root, (Selected(operation.selection_set),))
        self._root = self._make_shape(root, self.root_fields)
        self._root_type = root
        self._conditions = sorted(condition_variables(operation, fragments))
        self._straight: dict[tuple[bool, ...], _Straight] = {}
        self._united: set[int] = set()

    def expect_united(self, paths: Iterable[Sequence[str]]) -> None:
        """Be told, by their response keys, where equal objects are likely to be one object."""
        for keys in paths:
            below = [part for field in self._at(keys) for part in field.below]
            self._united.update(id(part.selection_set) for part in below)

    def _at(self, keys: Sequence[str]) -> list[SelectedField]:
        """Give what the client selected at a path, whatever the types there are."""
        fields, found = self.root_fields, list[SelectedField]()
        for key in keys:
            found = [field for field in fields if field.response_key == key]
            below = [part for field in found for part in field.below]
            fields = self._collector.collect(None, below)
        return found

    def is_lost(
        self, tree: JsonObject, keys: AbstractSet[str], variables: Mapping[str, Any]
    ) -> bool:
        """Whether one of these root fields is null where it may not be: then all the data is."""
        run = Run(variables, Silence())
        for field in run.fields_of(self._root):
            if field.required and field.key in keys:
                value = tree.get(field.key)
                if value is None or field.complete(value, None, run) is None:
                    return True
        return False

    def complete_straight(
        self, tree: JsonObject, variables: Mapping[str, Any]
    ) -> JsonObject | None:
        """Give the client's data if it can be given without a word about it, else None.

        For a tree in which nothing is missing because a fetch has failed.
        """
        values = tuple(bool(variables.get(name)) for name in self._conditions)
        straight = self._straight.get(values)
        if straight is None:
            if len(self._straight) >= _MOST_VARIANTS:
                return None
            straight = self._straight[values] = _Straight()
        return straight.complete(tree, lambda: self._made_straight(variables))

    def _made_straight(self, variables: Mapping[str, Any]) -> Straight | None:
        writer = CompletionWriter(self._schema, self._collector, variables, self._united)
        straight = straight_completion(writer, self._root_type, self.root_fields)
        if straight is not None:
            self.grown += writer.fields_written
        return straight

    def complete(
        self, tree: JsonObject, variables: Mapping[str, Any], problems: Problems
    ) -> JsonObject | None:
        """Give the client's data; None is null, for reasons told to `problems`."""
        return complete_object(self._root, tree, None, Run(variables, problems))

    def visible_part(self, path: Iterable[str | int]) -> list[str | int]:
        """Cut a path where it enters what the client did not select."""
        fields: tuple[SelectedField, ...] = self.root_fields
        visible: list[str | int] = []
        for step in path:
            if isinstance(step, str):
                known = [field for field in fields if field.response_key == step]
                if not known:
                    break
                below = [part for field in known for part in field.below]
                fields = self._collector.collect(None, below)
            visible.append(step)
        return visible

    def _shape(
        self, on: GraphQLObjectType | GraphQLAbstractType, selected: tuple[Selected, ...]
    ) -> ObjectShape:
        key = (on.name, *((id(part.selection_set), part.when) for part in selected))
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._make_shape(on, self._collector.collect(on, selected))
            self._shapes[key] = shape
        return shape

    def _make_shape(
        self, on: GraphQLObjectType | GraphQLAbstractType, selected: Iterable[SelectedField]
    ) -> ObjectShape:
        fields = tuple(self._field(on, field) for field in selected)
        self.grown += len(fields) * _SHAPE_CHARACTERS
        return ObjectShape(fields, any(field.turns[0].when for field in fields))

    def _field(
        self, on: GraphQLObjectType | GraphQLAbstractType, selected: SelectedField
    ) -> FieldShape:
        name, turns = f"{on.name}.{selected.name}", selected.turns
        key = selected.response_key
        if selected.name == "__typename":
            known = on.name if isinstance(on, GraphQLObjectType) else None
            return FieldShape(key, None, refused, True, name, turns, known)  # noqa: FBT003
        definition = field_definition(on, selected.name)
        if definition is None:
            return FieldShape(key, None, unchanged, False, name, turns)  # noqa: FBT003
        required = isinstance(definition.type, GraphQLNonNull)
        complete, plain = self._completer(definition.type, selected.below, name)
        return FieldShape(key, plain, complete, required, name, turns)

    def _completer(
        self, of: GraphQLOutputType, selected: tuple[Selected, ...], name: str
    ) -> tuple[Completer, type | None]:
        """Make the completer of a type, and tell which class of value needs none."""
        if isinstance(of, GraphQLNonNull):
            return self._completer(of.of_type, selected, name)
        if isinstance(of, GraphQLList):
            complete, plain = self._completer(of.of_type, selected, name)
            required = isinstance(of.of_type, GraphQLNonNull)
            return list_completer(complete, plain, name, required=required), None
        if isinstance(of, GraphQLScalarType):
            return scalar_completer(of), _PLAIN_CLASSES.get(of.name)
        if isinstance(of, GraphQLEnumType):
            return enum_completer(of.name, frozenset(of.values)), None
        if isinstance(of, GraphQLObjectType):
            return object_completer(lambda: self._shape(of, selected)), None
        return abstract_completer(of.name, self._shape_finder(of, selected), self._hidden), None

    def _shape_finder(
        self, of: GraphQLAbstractType, selected: tuple[Selected, ...]
    ) -> Callable[[str | None], ObjectShape | None]:
        def shape_of(name: str | None) -> ObjectShape | None:
            # An interface object names its interface, or has not been asked for a name.
            member = of if name is None else self._schema.get_type(name)
            if isinstance(member, GraphQLObjectType) and self._schema.is_sub_type(of, member):
                return self._shape(member, selected)
            is_unknown = member is of or (
                isinstance(member, GraphQLInterfaceType) and self._schema.is_sub_type(of, member)
            )
            return self._shape(of, selected) if is_unknown else None

        return shape_of
