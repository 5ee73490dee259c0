"""Who resolves a field: overrides taken into account, external ones left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.composition.elements import Field, Subgraph, Type
from gateway.composition.field_use import used_coordinates
from gateway.composition.problems import Place
from gateway.composition.types import Declaration


@dataclass(frozen=True, slots=True)
class FieldShare:
    """One subgraph's part in one field.

    `overridden`: another subgraph has taken it over for good; `used`: this one still names it.
    """

    subgraph: Subgraph
    type: Type
    field: Field
    overridden: bool
    used: bool

    @property
    def resolves(self) -> bool:
        return not self.field.external and not self.overridden

    @property
    def places(self) -> tuple[Place, ...]:
        """Where this subgraph declares the field."""
        return self.field.places


class Ownership:
    """The shares of every field."""

    def __init__(self, subgraphs: Sequence[Subgraph]) -> None:
        self._used: Mapping[str, frozenset[tuple[str, str]]] = {
            subgraph.name: used_coordinates(subgraph) for subgraph in subgraphs
        }

    def shares(self, declared: Sequence[Declaration], name: str) -> list[FieldShare]:
        """Everybody who declares the field, in the subgraphs' order."""
        sources = set(self._sources(declared, name))
        return [
            FieldShare(
                subgraph,
                each,
                each.fields[name],
                overridden=subgraph.name in sources,
                used=(each.name, name) in self._used[subgraph.name],
            )
            for subgraph, each in declared
            if name in each.fields
        ]

    def _sources(self, declared: Sequence[Declaration], name: str) -> Iterator[str]:
        for subgraph, each in declared:
            field = each.fields.get(name)
            override = field.override if field else None
            if override and override.label is None and override.source != subgraph.name:
                yield override.source


def field_names(declared: Sequence[Declaration]) -> tuple[str, ...]:
    """The names of all fields of a type, in order of first appearance."""
    return tuple(dict.fromkeys(name for _, each in declared for name in each.fields))
