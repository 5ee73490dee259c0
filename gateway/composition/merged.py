"""The supergraph in the making: elements with their join directives, ready to be written."""

from dataclasses import dataclass

from gateway.composition.elements import Kind, Marks


@dataclass(frozen=True, slots=True)
class MergedInput:
    """An argument or input field; `default` as printed."""

    name: str
    type: str
    default: str | None
    marks: Marks
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedField:
    """A field with who has it."""

    name: str
    type: str
    arguments: tuple[MergedInput, ...]
    marks: Marks
    joins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedValue:
    """An enum value."""

    name: str
    marks: Marks
    joins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedType:
    """A type with who knows it."""

    name: str
    kind: Kind
    marks: Marks
    joins: tuple[str, ...]
    interfaces: tuple[str, ...] = ()
    fields: tuple[MergedField, ...] = ()
    inputs: tuple[MergedInput, ...] = ()
    values: tuple[MergedValue, ...] = ()
    members: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
