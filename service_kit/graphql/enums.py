"""Enums of the graph: each value described, and one that is also given declared once."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import Enum
from typing import TypeVar

import strawberry
from strawberry.types.base import StrawberryList, StrawberryOptional, StrawberryType
from strawberry.types.enum import StrawberryEnumDefinition

EnumT = TypeVar("EnumT", bound=Enum)


def described(
    enum: type[EnumT], name: str, description: str, values: Mapping[str, str]
) -> type[EnumT]:
    """Make a plain Enum a GraphQL enum with a sentence for every value, and give it back."""
    strawberry.enum(enum, name=name, description=description)
    for value in _definition(enum).values:
        value.description = values[value.name]
    return enum


def as_input(
    enum: type[EnumT], name: str, description: str, *, without: Collection[EnumT] = ()
) -> StrawberryEnumDefinition:
    """Give a described enum once more, under the name that it has in inputs.

    For the `graphql_type` of an input's field or of an argument, whose Python type stays `enum`:
    in a federated graph an enum is either given or answered. Some values may only be answered.
    """
    definition = _definition(enum)
    left_out = {member.name for member in without}
    values = [replace(each) for each in definition.values if each.name not in left_out]
    return replace(definition, name=name, description=description, values=values)


def optional(given: StrawberryEnumDefinition) -> StrawberryType:
    """Give the `graphql_type` of a value that may be left out."""
    return StrawberryOptional(given)


def optional_list(given: StrawberryEnumDefinition) -> StrawberryType:
    """Give the `graphql_type` of a list that may be left out."""
    return StrawberryOptional(StrawberryList(given))


def _definition(enum: type[EnumT]) -> StrawberryEnumDefinition:
    definition: StrawberryEnumDefinition = vars(enum)["__strawberry_definition__"]
    return definition
