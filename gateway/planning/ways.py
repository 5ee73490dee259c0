"""Ways through the query graph, kept as one tree: equal steps from equal places are one object.

A way stands for "this value, as this subgraph gives it, reached like this". Whatever the search
tries shares its beginnings, so comparing and costing plans is comparing sets of ways.
"""

from collections.abc import Hashable
from enum import Enum, auto
from typing import Final, NamedTuple

from gateway.planning.graph import KeyMove, Node
from gateway.planning.operation import FieldSelection, Selection
from gateway.supergraph.model import OutputType


class WayKind(Enum):
    """The last step of a way."""

    ROOT = auto()
    FIELD = auto()
    TYPE = auto()
    HOP = auto()


class Setting(NamedTuple):
    """Objects around a hop that set a context: those of `types` at `origin` (None: all of them)."""

    origin: "Way"
    types: frozenset[str] | None
    selections: tuple[Selection, ...]


class Context(NamedTuple):
    """An argument of a hop's field, with where its value may come from, nearest first."""

    argument: str
    type: str
    settings: tuple[Setting, ...]


class Position:
    """A place in the JSON tree of the answer, whatever subgraph fills it.

    It deals out the response keys of our own inputs, so that none collides with a client's.
    """

    __slots__ = ("_children", "_inputs", "_taken", "is_abstract", "key", "parent", "type")

    def __init__(
        self, parent: "Position | None", key: str, output: OutputType, *, is_abstract: bool
    ) -> None:
        self.parent: Final = parent
        self.key: Final = key
        self.type: Final = output
        self.is_abstract = is_abstract
        self._children: dict[str, Position] = {}
        self._taken: dict[str, set[str]] = {}
        self._inputs: dict[str, str] = {}

    def child(self, key: str, output: OutputType, *, is_abstract: bool) -> "Position":
        """The position under a response key; under several types it may be abstract in one."""
        known = self._children.get(key)
        if known is None:
            known = Position(self, key, output, is_abstract=is_abstract)
            self._children[key] = known
        known.is_abstract |= is_abstract
        return known

    def claim(self, selection: FieldSelection, key: str) -> None:
        """Note that the client uses a response key here."""
        self._taken.setdefault(key, set()).add(selection.name + selection.arguments)

    def key_of(self, selection: FieldSelection) -> str:
        """The response key of a selection: the client's own, or one that collides with none."""
        if selection.response_key is not None:
            return selection.response_key
        signature = selection.name + selection.arguments
        known = self._inputs.get(signature)
        if known is None:
            known = self._free_key(selection.name, signature)
            self._inputs[signature] = known
            self._taken.setdefault(known, set()).add(signature)
        return known

    def _free_key(self, name: str, signature: str) -> str:
        candidate, count = name, 0
        while self._taken.get(candidate, {signature}) != {signature}:
            candidate = f"_i{count}_{name}"
            count += 1
        return candidate

    def response_path(self) -> str:
        """The way here in response keys, for messages."""
        keys = []
        position: Position | None = self
        while position is not None and position.parent is not None:
            keys.append(position.key)
            position = position.parent
        return ".".join(reversed(keys))


class Way:
    """One step from `parent`; `closure` holds every way that must be fetched for this one.

    `carrier` is the root or hop whose fetch brings the value. `stage` counts how many fetches
    follow each other up to here, `calls` all of them. A FIELD carries its `selection` and its
    `output` type in the subgraph; a HOP its `move`, the `inputs` to be known before, the selections
    it `requires` on top of the key, and the `contexts` that fill arguments of its field. `number`
    tells the order in which ways were grown, the same for the same operation.
    """

    __slots__ = (
        "calls",
        "carrier",
        "children",
        "closure",
        "contexts",
        "hops",
        "inputs",
        "kind",
        "move",
        "node",
        "number",
        "output",
        "parent",
        "position",
        "requires",
        "runtime_types",
        "selection",
        "stage",
    )

    def __init__(  # noqa: PLR0913 - one record for the four kinds of step
        self,
        kind: WayKind,
        parent: "Way | None",
        node: Node | None,
        position: Position,
        runtime_types: frozenset[str],
        *,
        selection: FieldSelection | None = None,
        output: OutputType | None = None,
        move: KeyMove | None = None,
        inputs: "tuple[Way, ...]" = (),
        requires: tuple[Selection, ...] = (),
        contexts: "tuple[Context, ...]" = (),
    ) -> None:
        self.kind: Final = kind
        self.parent: Final = parent
        self.node: Final = node
        self.position: Final = position
        self.runtime_types: Final = runtime_types
        self.selection: Final = selection
        self.output: Final = output
        self.move: Final = move
        self.inputs: Final = inputs
        self.requires: Final = requires
        self.contexts: Final = contexts
        self.children: dict[Hashable, Way] = {}
        self.number = 0
        self.hops: list[Way] | None = None
        self.carrier: Final[Way] = self if parent is None or kind is WayKind.HOP else parent.carrier
        self.stage: Final = self._stage()
        self.closure: Final = self._closure()
        self.calls: Final = self._calls()

    @property
    def at(self) -> Node:
        """The node of a way that is no leaf."""
        if self.node is None:
            raise LookupError(f"{self.position.response_path()} is a leaf.")
        return self.node

    @property
    def is_reentry(self) -> bool:
        """Whether this hop enters a subgraph at the query root: there is no key to send."""
        return self.move is not None and not self.move.key

    def _stage(self) -> int:
        if self.parent is None:
            return 0
        if self.kind is WayKind.HOP:
            return 1 + max(way.stage for way in (self.parent, *self.inputs))
        return self.parent.stage

    def _calls(self) -> int:
        if self.parent is not None and self.kind is not WayKind.HOP:
            return self.parent.calls
        return sum(way.kind is not WayKind.FIELD for way in self.closure)

    def _closure(self) -> "frozenset[Way]":
        before: frozenset[Way] = self.parent.closure if self.parent else frozenset()
        if self.kind is WayKind.TYPE or (self.kind is WayKind.FIELD and self.node is None):
            return before
        return before.union((self,), *(way.closure for way in self.inputs))
