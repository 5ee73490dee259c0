"""What clients must have for each type and field of the supergraph.

An interface asks for what any of its types asks: who reads through it cannot know which type will
come. A field that an interface object adds asks the same on every type that gets it.
"""

from gateway.composition.access import Access, together
from gateway.composition.elements import Kind
from gateway.composition.ownership import FieldShare, Ownership
from gateway.composition.types import Declarations


class Demands:
    """The merged demands, each looked up once."""

    def __init__(self, declarations: Declarations, ownership: Ownership) -> None:
        self._declarations = declarations
        self._ownership = ownership
        self._of_type: dict[str, Access] = {}
        self._of_field: dict[tuple[str, str], Access] = {}

    def of_type(self, name: str) -> Access:
        """What the type asks for; a built-in scalar asks for nothing."""
        known = self._of_type.get(name)
        if known is None:
            declared = self._declarations.by_name.get(name, ())
            known = together(each.marks.access for _, each in declared)
            if self._is_interface(name):
                known &= together(
                    self.of_type(each) for each in self._declarations.implementations(name)
                )
            self._of_type[name] = known
        return known

    def of_field(self, type_name: str, field: str) -> Access:
        """What the field itself asks for."""
        key = (type_name, field)
        known = self._of_field.get(key)
        if known is None:
            known = together(share.field.marks.access for share in self._shares(type_name, field))
            if self._is_interface(type_name):
                known &= together(
                    self.of_field(each, field)
                    for each in self._declarations.implementations(type_name)
                )
            self._of_field[key] = known
        return known

    def _is_interface(self, name: str) -> bool:
        declared = self._declarations.by_name.get(name)
        return bool(declared) and declared[0][1].kind is Kind.INTERFACE  # type: ignore[index]

    def _shares(self, type_name: str, field: str) -> list[FieldShare]:
        declared = self._declarations.by_name.get(type_name, [])
        shares = self._ownership.shares(declared, field)
        for objects in self._declarations.interface_objects_of(type_name):
            shares += self._ownership.shares(objects, field)
        return shares
