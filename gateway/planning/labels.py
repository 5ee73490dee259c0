"""Labels of progressive overrides: which of them are active is decided once per request."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from random import SystemRandom

from graphql import FieldNode, SelectionNode, SelectionSetNode

from gateway.federation_spec.field_sets import parse_field_set
from gateway.supergraph.model import Subgraph, Supergraph

_PERCENT = re.compile(r"percent\((\d{1,3}(?:\.\d{1,8})?)\)")
NO_LABELS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LabelSwitches:
    """What decides: `on` are always active, `percent(x)` in so many of a hundred requests.

    `draw` gives a number from 0 up to 1. Any other label is never active.
    """

    on: frozenset[str] = NO_LABELS
    draw: Callable[[], float] = field(default=SystemRandom().random)

    def active(self, labels: Iterable[str], chosen: frozenset[str] | None = None) -> frozenset[str]:
        """Decide about labels; whoever has `chosen` which are active leaves nothing to decide."""
        if chosen is not None:
            return chosen.intersection(labels)
        return frozenset(label for label in sorted(labels) if self._is_active(label))

    def _is_active(self, label: str) -> bool:
        percent = _PERCENT.fullmatch(label)
        if label in self.on or percent is None:
            return label in self.on
        return self.draw() * 100 < float(percent[1])


class LabelledFields:
    """The fields of a supergraph that have a label, by name."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._labels: dict[str, set[str]] = {}
        for name, label in _labelled(supergraph.subgraphs.values()):
            self._labels.setdefault(name, set()).add(label)
        self._needed: frozenset[str] = frozenset()
        if self._labels:
            names = set(_names_in_field_sets(supergraph.subgraphs.values()))
            self._needed = NO_LABELS.union(*(self._labels.get(name, ()) for name in names))
        self._names = re.compile(rf"\b(?:{'|'.join(map(re.escape, self._labels))})\b")

    def touched_by(self, document: str) -> frozenset[str]:
        """Give the labels that can change the plan of a document.

        They stand at fields that it names, or that any key or requirement names.
        """
        if not self._labels:
            return NO_LABELS
        named = set(self._names.findall(document))
        return self._needed.union(*(self._labels[name] for name in named))


def _labelled(subgraphs: Iterable[Subgraph]) -> Iterator[tuple[str, str]]:
    for subgraph in subgraphs:
        for known in subgraph.types.values():
            for each in known.fields.values():
                if each.override_label is not None:
                    yield each.name, each.override_label


def _names_in_field_sets(subgraphs: Iterable[Subgraph]) -> Iterator[str]:
    for subgraph in subgraphs:
        for known in subgraph.types.values():
            for key in known.keys:
                yield from _names_in(parse_field_set(key.fields))
            for each in known.fields.values():
                texts = [each.requires, *(one.selection for one in each.context_arguments)]
                for text in texts:
                    if text:
                        yield from _names_in(parse_field_set(text))


def _names_in(selections: SelectionSetNode | None) -> Iterator[str]:
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            yield node.name.value
        yield from _names_in(_below(node))


def _below(node: SelectionNode) -> SelectionSetNode | None:
    return getattr(node, "selection_set", None)
