"""`@context` has a proper name, and `@fromContext` selects one value that is there to be had."""

import re
from collections.abc import Iterator

from graphql import (
    FieldNode,
    InlineFragmentNode,
    NonNullTypeNode,
    SelectionSetNode,
    TypeNode,
    print_ast,
)

from gateway.composition.context_use import context_selection, selection_of
from gateway.composition.elements import Argument, Field, Kind, Subgraph, Type
from gateway.composition.field_use import selected_type
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import is_accepted, named
from gateway.federation_spec.field_sets import InvalidFieldSet

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9]*\Z")


def contexts_are_sound(composition: Composition) -> Iterator[Problem]:
    """CONTEXT_NAME_INVALID, CONTEXT_NOT_SET, CONTEXT_NO_RESOLVABLE_KEY, and of selections."""
    for subgraph in composition.subgraphs:
        for each in subgraph.types.values():
            yield from _name_problems(subgraph, each)
            for field in each.fields.values():
                for argument in field.arguments.values():
                    if argument.from_context is not None:
                        yield from _Use(subgraph, each, field, argument).problems()


def _name_problems(subgraph: Subgraph, each: Type) -> Iterator[Problem]:
    for name in each.contexts:
        if not _NAME.match(name):
            message = (
                f"{each.name} is a context called {name!r}: the name begins with a letter and goes "
                "on with letters and digits."
            )
            places = each.marks.of("context").places
            yield Problem("CONTEXT_NAME_INVALID", message, (subgraph.name,), places)


class _Use:
    """One argument that comes from a context."""

    def __init__(self, subgraph: Subgraph, owner: Type, field: Field, argument: Argument) -> None:
        self._subgraph = subgraph
        self._owner = owner
        self._field = field
        self._argument = argument
        self._coordinate = f"{owner.name}.{field.name}({argument.name}:)"

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the place, then what is wrong with the selection."""
        yield from self._place_problems()
        context, selection = context_selection(self._argument.from_context or "")
        if not context:
            yield self._problem(
                "NO_CONTEXT_IN_SELECTION",
                "names no context: it has to look like `$name { field }`.",
            )
            return
        setting = [each for each in self._subgraph.types.values() if context in each.contexts]
        if not setting:
            yield self._problem(
                "CONTEXT_NOT_SET", f"uses the context {context}, that no type sets."
            )
            return
        for reason in self._selection_problems(selection, setting):
            yield self._problem("CONTEXT_INVALID_SELECTION", f"selects{selection}: {reason}.")

    def _place_problems(self) -> Iterator[Problem]:
        owner = self._owner
        if owner.kind is Kind.INTERFACE:
            yield self._problem("CONTEXT_NOT_SET", "is an argument of an interface's field.")
            return
        promised = [
            name
            for name in owner.interfaces
            if (declared := self._subgraph.types.get(name)) and self._field.name in declared.fields
        ]
        if promised:
            reason = f"is an argument of a field that {promised[0]} promises."
            yield self._problem("CONTEXT_NOT_SET", reason)
        if self._argument.default is not None:
            yield self._problem("CONTEXT_NOT_SET", "cannot have a default as well as a context.")
        if not any(key.resolvable for key in owner.keys):
            reason = f"needs {owner.name} to have a @key by which it can be entered again."
            yield self._problem("CONTEXT_NO_RESOLVABLE_KEY", reason)

    def _selection_problems(self, selection: str, setting: list[Type]) -> Iterator[str]:
        try:
            selections = selection_of(selection)
        except InvalidFieldSet as error:
            yield str(error).rstrip(".")
            return
        for each in setting:
            try:
                types = list(self._types(each, selections))
            except InvalidFieldSet as error:
                yield str(error)
                continue
            for given in types:
                if not is_accepted(given, self._argument.type):
                    wanted = print_ast(self._argument.type)
                    yield f"on {each.name} it gives {print_ast(given)}, not {wanted}"

    def _types(self, each: Type, selections: SelectionSetNode) -> Iterator[TypeNode]:
        """The type of the one value that each possible runtime type gives."""
        for runtime in self._runtime_types(each):
            fields: list[FieldNode] = []
            for node in selections.selections:
                if isinstance(node, InlineFragmentNode):
                    condition = node.type_condition.name.value if node.type_condition else ""
                    if not condition or condition in {each.name, runtime.name, *runtime.interfaces}:
                        fields += _only_fields(node.selection_set)
                elif isinstance(node, FieldNode):
                    fields.append(node)
            if not fields:
                raise InvalidFieldSet(f"nothing is selected on {runtime.name}")
            if len(fields) > 1:
                raise InvalidFieldSet("it has to be one value")
            yield _nullable(_value_type(self._subgraph, runtime, fields[0]))

    def _runtime_types(self, each: Type) -> list[Type]:
        """Itself, or what an abstract type may be; an interface answers for its types."""
        if each.kind is not Kind.UNION:
            return [each]
        return [self._subgraph.types[name] for name in each.members if name in self._subgraph.types]

    def _problem(self, code: str, reason: str) -> Problem:
        message = f"{self._coordinate} {reason}"
        places = places_of(self._argument.marks.of("fromContext"))
        return Problem(code, message, (self._subgraph.name,), places)


def _only_fields(selections: SelectionSetNode) -> Iterator[FieldNode]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _only_fields(node.selection_set)


def _value_type(subgraph: Subgraph, owner: Type, node: FieldNode) -> TypeNode:
    """The type at the end of a chain of fields."""
    field = selected_type(subgraph, owner, node)
    if node.selection_set is None:
        return field.type
    inner = list(_only_fields(node.selection_set))
    if len(inner) != 1:
        raise InvalidFieldSet("it has to be one value")
    return _value_type(subgraph, subgraph.types[named(field.type)], inner[0])


def _nullable(node: TypeNode) -> TypeNode:
    """A context may be without a value, so the argument must be able to go without."""
    return node.type if isinstance(node, NonNullTypeNode) else node
