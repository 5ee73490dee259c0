"""Input types of which a request gives thousands, built without asking the same about each."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from strawberry.types import get_object_definition
from strawberry.types.arguments import InputContext
from strawberry.types.base import (
    StrawberryContainer,
    StrawberryList,
    StrawberryObjectDefinition,
    StrawberryType,
)
from strawberry.types.lazy_type import LazyType

LineT = TypeVar("LineT")


def line_input(cls: type[LineT]) -> type[LineT]:
    """Have the lines of a feed built fast; `cls` is a `strawberry.input`, and given back.

    What may be left out must have a default.
    """
    definition = get_object_definition(cls, strict=True)
    definition.from_input = _LineBuilder(definition)
    return cls


class _Part(NamedTuple):
    """A field: its name in the graph and in Python; and its type, if its values are composed."""

    given: str
    name: str
    composed: StrawberryType | type | None


class _LineBuilder:
    """Builds values of one input type, whose fields are looked at once."""

    def __init__(self, definition: StrawberryObjectDefinition) -> None:
        self._definition = definition
        self._parts: tuple[_Part, ...] = ()

    def __call__(self, cls: type[LineT], value: Mapping[str, Any], context: InputContext) -> LineT:
        """Give the value; what was left out has its default."""
        self._parts = self._parts or tuple(self._looked_at(context))
        found: dict[str, Any] = {}
        for given, name, composed in self._parts:
            if given in value:
                plain = value[given]
                found[name] = plain if composed is None else context.convert(plain, composed, given)
        return cls(**found)

    def _looked_at(self, context: InputContext) -> Iterator[_Part]:
        definition = self._definition
        for field in definition.fields:
            type_ = field.resolve_type(type_definition=definition)
            given = context.config.name_converter.from_field(field)
            yield _Part(given, field.python_name, type_ if _is_composed(type_) else None)


def _is_composed(type_: StrawberryType | type) -> bool:
    """Whether it is a list or has fields; values of all others are what they should be."""
    if isinstance(type_, StrawberryList | LazyType):
        return True
    if isinstance(type_, StrawberryContainer):
        return _is_composed(type_.of_type)
    return get_object_definition(type_) is not None
