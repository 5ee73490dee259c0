"""Completion of values, compiled: one function per place in a client's operation.

A completer takes a raw value that is not null, where it stands, and the run it belongs to, and
gives the client's value; None means null, and what holds the value decides whether null may stand
there. Whoever turns a value into null for a reason has told the run why.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from graphql import GraphQLError, GraphQLScalarType, is_specified_scalar_type

from gateway.execution.selections import Turn, in_turn
from gateway.execution.tree import ClientPath, JsonObject

Place: TypeAlias = "tuple[Place, str | int] | None"
"""Where a value stands, as a chain up to the root: cheap to grow, rarely read."""


class Problems(Protocol):
    """Is told why a value is null."""

    def missing(self, item: JsonObject, key: str, path: ClientPath) -> None:
        """A selected field is not in the object: nobody gave it."""

    def null_forbidden(self, path: ClientPath, field: str) -> None:
        """A null stands where the schema does not allow one."""

    def invalid(self, path: ClientPath, message: str) -> None:
        """A value does not fit its type."""

    def hidden(self, path: ClientPath, field: str) -> None:
        """The caller may not read a field."""


class Silence:
    """Problems that nobody wants to hear of."""

    def missing(self, item: JsonObject, key: str, path: ClientPath) -> None:
        pass

    def null_forbidden(self, path: ClientPath, field: str) -> None:
        pass

    def invalid(self, path: ClientPath, message: str) -> None:
        pass

    def hidden(self, path: ClientPath, field: str) -> None:
        pass


class Run:
    """One completion: the Boolean variables it reads, and who hears of its problems."""

    __slots__ = ("_active", "problems", "variables")

    def __init__(self, variables: Mapping[str, Any], problems: Problems) -> None:
        self.variables = variables
        self.problems = problems
        self._active: dict[int, tuple[FieldShape, ...]] = {}

    def fields_of(self, shape: "ObjectShape") -> "tuple[FieldShape, ...]":
        """Give the fields of a shape whose conditions hold now, in their order."""
        if not shape.is_conditional:
            return shape.fields
        active = self._active.get(id(shape))
        if active is None:
            active = self._active[id(shape)] = in_turn(shape.fields, self.variables)
        return active


Completer: TypeAlias = Callable[[Any, Place, Run], Any]


class FieldShape(NamedTuple):
    """One response key of an object.

    `plain` is the class of the raw values that need no completion at all. `constant`, where there
    is one, is the value itself (`__typename`), or HIDDEN.
    """

    key: str
    plain: type | None
    complete: Completer
    required: bool
    name: str
    turns: tuple[Turn, ...]
    constant: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectShape:
    """The fields selected on one concrete type, in the client's order.

    If that is conditional, which are there, and in which order, hangs on variables.
    """

    fields: tuple[FieldShape, ...]
    is_conditional: bool


def path_of(place: Place) -> ClientPath:
    """Give the path from the root to a place."""
    steps: list[str | int] = []
    while place is not None:
        place, step = place
        steps.append(step)
    return tuple(reversed(steps))


HIDDEN: Final = "\0hidden"
"""Stands as the constant of a field that the caller may not read, whatever the tree has there."""

_MISSING: Any = object()
_SHORT = range(-(1 << 31), 1 << 31)
"""What GraphQL's Int can hold."""


def complete_object(shape: ObjectShape, item: Any, place: Place, run: Run) -> JsonObject | None:
    """Complete an object of a known shape; a null in a required field makes it null."""
    if item.__class__ is not dict:
        run.problems.invalid(path_of(place), "An object was expected from the subgraph.")
        return None
    fields = run.fields_of(shape) if shape.is_conditional else shape.fields
    out: JsonObject = {}
    get = item.get
    for field in fields:
        key, plain, complete, required, name, _, constant = field
        value: Any = get(key, _MISSING)
        if value.__class__ is plain and (plain is not int or value in _SHORT):
            out[key] = value
        elif constant is not None:
            if constant is HIDDEN:
                run.problems.hidden(path_of((place, key)), name)
                if required:
                    return None
                out[key] = None
            else:
                out[key] = constant
        elif value is None or value is _MISSING:
            if value is _MISSING:
                run.problems.missing(item, key, path_of((place, key)))
            if required:
                run.problems.null_forbidden(path_of((place, key)), name)
                return None
            out[key] = None
        else:
            result = complete(value, (place, key), run)
            if result is None and required:
                return None
            out[key] = result
    return out


def object_completer(shape: Callable[[], ObjectShape]) -> Completer:
    """Make a completer for a position of one object type; its shape is made at first use."""
    made: list[ObjectShape] = []

    def complete(value: Any, place: Place, run: Run) -> Any:
        if not made:
            made.append(shape())
        return complete_object(made[0], value, place, run)

    return complete


def abstract_completer(
    of: str, shape_of: Callable[[str | None], ObjectShape | None], hidden: AbstractSet[str]
) -> Completer:
    """Make a completer for an interface or union; `shape_of` gives None for what is none of it.

    An object of a type that is hidden from all clients is null without a word.
    """
    shapes: dict[str | None, ObjectShape] = {}

    def complete(value: Any, place: Place, run: Run) -> Any:
        name = value.get("__typename") if value.__class__ is dict else None
        if name.__class__ is not str:
            name = None
        shape = shapes.get(name) or shape_of(name)
        if shape is None:
            if name not in hidden:
                run.problems.invalid(path_of(place), f'The object\'s type is none of "{of}".')
            return None
        shapes[name] = shape
        return complete_object(shape, value, place, run)

    return complete


def list_completer(
    complete: Completer, plain: type | None, name: str, *, required: bool
) -> Completer:
    """Make a completer for a list of what `complete` completes."""

    def complete_list(values: Any, place: Place, run: Run) -> Any:
        if values.__class__ is not list:
            run.problems.invalid(path_of(place), "A list was expected from the subgraph.")
            return None
        out: list[Any] = []
        for index, value in enumerate(values):
            if value is None:
                result = None
                if required:
                    run.problems.null_forbidden(path_of((place, index)), name)
            elif value.__class__ is plain and plain is not int:
                result = value
            else:
                result = complete(value, (place, index), run)
            if result is None and required:
                return None
            out.append(result)
        return out

    return complete_list


def scalar_completer(scalar: GraphQLScalarType) -> Completer:
    """Make a completer that serialises a built-in scalar and lets a custom one through."""
    if not is_specified_scalar_type(scalar):
        return unchanged
    name = scalar.name

    def complete(value: Any, place: Place, run: Run) -> Any:
        try:
            return scalar.coerce_output_value(value)
        except (GraphQLError, ValueError, TypeError, OverflowError):
            run.problems.invalid(path_of(place), f"The subgraph's value is no {name}.")
            return None

    return complete


def enum_completer(name: str, values: frozenset[str]) -> Completer:
    """Make a completer that lets the public values of an enum through, and no other."""

    def complete(value: Any, place: Place, run: Run) -> Any:
        if value.__class__ is str and value in values:
            return value
        run.problems.invalid(path_of(place), f'The subgraph\'s value is none of enum "{name}".')
        return None

    return complete


def unchanged(value: Any, _place: Place, _run: Run) -> Any:
    """Let a value through as it is."""
    return value


def refused(_value: Any, place: Place, run: Run) -> Any:
    """Let nothing through: the name of a type that nobody vouched for."""
    run.problems.invalid(path_of(place), "The object's type is not known.")
