"""Whether an enum is read, written, or both: it decides how its values merge."""

from collections.abc import Mapping
from enum import Flag, auto

from gateway.composition.elements import Kind
from gateway.composition.types import Declarations, named


class EnumUse(Flag):
    """Where an enum appears, in any subgraph."""

    INPUT = auto()
    OUTPUT = auto()


def enum_uses(declarations: Declarations) -> Mapping[str, EnumUse]:
    """The uses of every enum that is used at all."""
    uses: dict[str, EnumUse] = {}
    enums = {name for name, _ in declarations.of_kind(Kind.ENUM)}

    def note(name: str, use: EnumUse) -> None:
        if name in enums:
            uses[name] = uses.get(name, use) | use

    for declared in declarations.by_name.values():
        for _, each in declared:
            for item in each.inputs.values():
                note(named(item.type), EnumUse.INPUT)
            for field in each.fields.values():
                note(named(field.type), EnumUse.OUTPUT)
                for argument in field.arguments.values():
                    note(named(argument.type), EnumUse.INPUT)
    return uses
