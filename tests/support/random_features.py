"""What a random graph has besides: ways back to the root, contexts, and fields that move slowly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

Around = tuple[tuple[str, int], ...]
"""The entities that a value stands in, nearest first."""


@dataclass(frozen=True)
class Contextual:
    """A leaf made of a leaf of the nearest entity around that is one of `sources`."""

    name: str
    sources: Mapping[str, str]

    @property
    def line(self) -> str:
        """The field as its subgraph declares it."""
        parts = " ".join(f"... on {entity} {{ {leaf} }}" for entity, leaf in self.sources.items())
        field_set = parts
        if len(self.sources) == 1:
            (field_set,) = self.sources.values()
        return (
            f'{self.name}(given: String @fromContext(field: "$around {{ {field_set} }}")): String'
        )


@dataclass(frozen=True)
class WayBack:
    """A field that leads back to the root."""

    is_list: bool

    @property
    def line(self) -> str:
        """The field as its subgraph declares it."""
        return "back: [Query]" if self.is_list else "back: Query"

    def values(self, drawn: int) -> Any:
        """One root, or several; some are null."""
        if self.is_list:
            return [place % 2 == 0 or None for place in range(drawn % 4)]
        return drawn % 4 != 0 or None


def lead_back(random: Random, graph: Any) -> None:
    """Some entities lead back to the root, each in one subgraph."""
    for entity in graph.entities:
        holders = [each for each in graph.pieces.values() if entity in each.parts and each.roots]
        if holders and random.random() < 0.25:
            back = WayBack(random.random() < 0.4)
            graph.backs[entity] = back
            random.choice(holders).parts[entity].more["back"] = back.line


def set_contexts(random: Random, graph: Any) -> None:
    """In one subgraph some entities set a context, and another's leaf is filled from it.

    Wherever a client meets that leaf, the context was set on the way, unless the graph has holes.
    """
    piece = random.choice(list(graph.pieces.values()))
    if random.random() < 0.3:
        return
    setters = dict(_setters(random, piece, random.choice([0.6, 1])))
    bare = set() if graph.has_holes else _met_without(graph, set(setters))
    for entity, part in piece.parts.items():
        if setters and entity not in bare:
            known = graph.contextual[entity] = Contextual(f"x_{piece.name}", setters)
            part.more[known.name] = known.line
    for entity in setters if graph.contextual else ():
        piece.parts[entity].directives = ' @context(name: "around")'


def _setters(random: Random, piece: Any, share: float) -> Iterator[tuple[str, str]]:
    for entity, part in piece.parts.items():
        leaves = [
            each.name
            for each in part.scalars.values()
            if not each.takes_unit and each.name not in part.taken
        ]
        if leaves and random.random() < share:
            yield entity, random.choice(leaves)


def _met_without(graph: Any, setters: set[str]) -> set[str]:
    """The entities that a client may come to without an object of the setters around."""
    pieces = graph.pieces.values()
    roots = [root for piece in pieces for root in (*piece.roots.values(), *piece.changes.values())]
    waiting = {entity for root in roots for entity in graph.kinds(root.target)}
    met: set[str] = set()
    while waiting:
        entity = waiting.pop()
        met.add(entity)
        if entity not in setters:
            references = graph.references[entity].values()
            waiting |= {kind for each in references for kind in graph.kinds(each.target)} - met
    return met


def move_slowly(random: Random, graph: Any) -> None:
    """Some fields that move have a label; some labels are active."""
    for piece in graph.pieces.values():
        for entity, part in piece.parts.items():
            for name in part.taken_over:
                if random.random() < 0.6:
                    graph.labels[entity, name] = f"label{len(graph.labels)}"
    graph.active = frozenset(each for each in graph.labels.values() if random.random() < 0.5)


def put_root_in_union(random: Random, graph: Any) -> None:
    """In some subgraphs the root is one of the union, beside the entities."""
    for piece in graph.pieces.values():
        if not (piece.has_union and piece.roots) or random.random() < 0.6:
            continue
        piece.is_root_in_union = True
        _lead_to_root(piece.roots)
        _lead_to_root(piece.changes)
        for entity, part in piece.parts.items():
            _lead_to_root(part.references)
            graph.references[entity] |= part.references


def _lead_to_root(references: dict[str, Any]) -> None:
    for name, reference in references.items():
        if reference.target == "Any":
            references[name] = replace(reference, may_be_root=True)


FEATURES = (lead_back, set_contexts, move_slowly, put_root_in_union)
"""What a graph is given in the end, each by chance."""
