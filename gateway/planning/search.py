"""The search: for each leaf of the operation, every sensible way to fetch it.

An option is a tuple of ways taken together: one, or one per object type where an abstract value
has to be looked at type by type. The walk carries all options from field to field; each leaf ends
with its own, and the choice between them is made later, over all leaves at once.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.planning.choice import choose_greedily
from gateway.planning.conditions import Alternatives, Conditions, covers
from gateway.planning.contexts import contexts_at
from gateway.planning.effort import Effort
from gateway.planning.graph import FieldMove, KeyMove, Node, QueryGraph
from gateway.planning.operation import FieldSelection, Selection, TypeSelection
from gateway.planning.options import Option, combined, price, pruned
from gateway.planning.plan import OperationKind
from gateway.planning.ways import Context, Position, Way, WayKind
from gateway.supergraph.model import OutputType

MOST_NESTED_REQUIREMENTS = 100
MOST_REPEATED_REQUIREMENTS = 3
_ENTERED = frozenset({WayKind.ROOT, WayKind.HOP})


class DeadEnd(Exception):
    """Something that no way reaches."""

    def __init__(self, position: Position, what: str) -> None:
        path = position.response_path()
        super().__init__(f"{path}.{what}" if path else what)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something to fetch: its options, and when the client asks for it."""

    options: tuple[Option, ...]
    when: Alternatives


def _is_asked(leaves: Iterable[Leaf], conditions: Conditions) -> bool:
    """Whether one of the leaves is asked for whenever the conditions hold."""
    return any(covers(leaf.when, conditions) for leaf in leaves)


class Search:
    """One search over one operation; keeps the tree of ways it has grown."""

    def __init__(self, graph: QueryGraph, effort: Effort) -> None:
        self._graph = graph
        self._effort = effort
        self._world = graph.world
        self._requiring: list[Hashable] = []

    def roots(self, kind: OperationKind, selections: Sequence[Selection]) -> tuple[Way, ...]:
        """A root way for each subgraph that has root fields of this kind."""
        name = self._world.root_type(kind) or ""
        position = Position(None, "", OutputType(name, name, 0), is_abstract=False)
        self._claim(position, selections)
        return tuple(
            Way(WayKind.ROOT, None, Node(subgraph, name), position, frozenset({name}))
            for subgraph in self._graph.subgraphs
            if self._graph.knows(subgraph, name)
        )

    def leaves(self, roots: Sequence[Way], selections: Iterable[Selection]) -> tuple[Leaf, ...]:
        """Every leaf of the selections with its options; raises DeadEnd."""
        found: list[Leaf] = []
        self._walk(selections, tuple((root,) for root in roots), found)
        return tuple(found)

    # The walk: client selections, and field sets alike.

    def _walk(
        self, selections: Iterable[Selection], options: tuple[Option, ...], found: list[Leaf]
    ) -> None:
        """Collect leaves below the options.

        An object of which nothing is fetched for sure, because of conditions or impossible types,
        is a leaf itself: whether it exists must still be known.
        """
        for selection in selections:
            if isinstance(selection, TypeSelection):
                narrowed = self._narrowed(options, selection)
                if narrowed is not None:
                    self._walk(selection.selections, narrowed, found)
                continue
            followed = self._followed(options, selection)
            start = len(found)
            if selection.selections:
                self._walk(selection.selections, followed, found)
            below = found[start:]
            if any(not _is_asked(below, conditions) for conditions in selection.when):
                found.append(Leaf(followed, selection.when))

    def _followed(
        self, options: tuple[Option, ...], selection: FieldSelection
    ) -> tuple[Option, ...]:
        found: list[Option] = []
        for option in options:
            found += combined([self._field_options(way, selection) for way in option])
        if not found:
            raise DeadEnd(options[0][0].position, selection.response_key or selection.name)
        return pruned(found, self._effort.breadth)

    def _narrowed(
        self, options: tuple[Option, ...], selection: TypeSelection
    ) -> tuple[Option, ...] | None:
        """The options inside a type condition; None when no object there can meet it.

        What is impossible for one option is dropped for all: subgraphs that might serve the same
        value must agree on the types it can have.
        """
        found: list[Option] = []
        for option in options:
            for narrowed in combined([self._narrow(way, selection.type_name) for way in option]):
                if not narrowed:
                    return None
                found.append(narrowed)
        if not found:
            raise DeadEnd(options[0][0].position, f"... on {selection.type_name}")
        return pruned(found, self._effort.breadth)

    # Type conditions.

    def _narrow(self, way: Way, type_name: str) -> list[Option]:
        """Ways for the objects of a type; an empty option: there can be none."""
        if self._graph.is_interface_object(way.at):
            return self._narrow_interface_object(way, type_name)
        both = way.runtime_types & self._world.runtime_types(type_name)
        if not both:
            return [()]
        if not self._graph.is_abstract(way.at):
            return [(way,)]
        local = self._graph.runtime_types(way.at.subgraph, type_name)
        if local & way.runtime_types == both:
            return [(self._typed(way, type_name),)]
        return [tuple(self._typed(way, each) for each in sorted(both))]

    def _narrow_interface_object(self, way: Way, type_name: str) -> list[Option]:
        """The real type is known elsewhere only: hop there first."""
        if self._world.is_kind_of(way.at.type_name, type_name):
            return [(way,)]
        return [
            option
            for hop in self._hops(way)
            if not self._graph.is_interface_object(hop.at)
            for option in self._narrow(hop, type_name)
        ]

    def _typed(self, way: Way, type_name: str) -> Way:
        if way.at.type_name == type_name:
            return way
        key = (WayKind.TYPE, type_name)
        known = way.children.get(key)
        if known is None:
            node = Node(way.at.subgraph, type_name, way.at.view)
            types = self._graph.runtime_types(way.at.subgraph, type_name) & way.runtime_types
            known = self._grow(way, key, Way(WayKind.TYPE, way, node, way.position, types))
        return known

    # Fields.

    def _field_options(self, way: Way, selection: FieldSelection) -> list[Option]:
        """Here; after a hop; with required inputs; or type by type."""
        direct = self._direct(way, selection)
        if direct is not None and not selection.selections:
            return [(direct,)]
        options: list[Option] = [(direct,)] if direct else []
        if direct and self._effort.is_hasty:
            return options
        for hop in self._hops(way):
            after = self._direct(hop, selection)
            if after is not None:
                options.append((after,))
        options += ((required,) for required in self._with_required_inputs(way, selection))
        if not options and self._graph.is_abstract(way.at):
            return self._type_by_type(way, selection)
        return options

    def _direct(self, way: Way, selection: FieldSelection) -> Way | None:
        if selection.name == "__typename":
            if self._graph.is_interface_object(way.at):
                return None
            return self._field(way, selection, None)
        move = self._graph.field(way.at, selection.name)
        if move is None or move.is_entered or (move.input_only and selection.response_key):
            return None
        return self._field(way, selection, move)

    def _type_by_type(self, way: Way, selection: FieldSelection) -> list[Option]:
        types = sorted(way.runtime_types)
        if not types:
            return []
        return combined([self._field_options(self._typed(way, each), selection) for each in types])

    def _field(self, way: Way, selection: FieldSelection, move: FieldMove | None) -> Way:
        key = way.position.key_of(selection)
        known = way.children.get(key)
        if known is None:
            known = self._grow(way, key, self._new_field(way, key, selection, move))
        return known

    def _new_field(
        self, way: Way, key: str, selection: FieldSelection, move: FieldMove | None
    ) -> Way:
        output = selection.type
        is_abstract = self._world.is_abstract(output.name)
        position = way.position.child(key, output, is_abstract=is_abstract)
        target = move.target if move else None
        types = frozenset[str]()
        if target is not None:
            types = self._graph.runtime_types(target.subgraph, target.type_name)
        return Way(
            WayKind.FIELD,
            way,
            target,
            position,
            types,
            selection=selection,
            output=move.type if move else output,
        )

    # Hops.

    def _hops(self, way: Way) -> list[Way]:
        """Every other subgraph this object can be fetched from, nearest first.

        All hops start here; a key that only another subgraph knows is an input fetched by an
        earlier hop. Each round may use what the rounds before have reached.
        """
        if way.hops is not None:
            return way.hops
        way.hops = []
        waiting = self._entries(way)
        while waiting:
            reached = []
            for target, moves in waiting.items():
                hop = self._cheapest_hop(way, moves)
                if hop is not None:
                    reached.append((target, hop))
            if not reached:
                break
            for target, hop in reached:
                way.hops.append(hop)
                del waiting[target]
        return way.hops

    def _entries(self, way: Way) -> dict[Node, list[KeyMove]]:
        entries: dict[Node, list[KeyMove]] = {}
        if way.kind in _ENTERED and way.at.type_name == self._graph.query_root:
            return entries  # every subgraph's root has its own way
        for move in self._graph.keys(way.at.type_name):
            if move.target.subgraph != way.at.subgraph and self._can_receive(way, move.target):
                entries.setdefault(move.target, []).append(move)
        return entries

    def _can_receive(self, way: Way, target: Node) -> bool:
        """Whether the target knows every type that may be sent to it."""
        if self._graph.is_interface_object(target):
            return True
        known = self._graph.runtime_types(target.subgraph, target.type_name)
        if self._graph.is_interface_object(way.at):
            return bool(known)
        return way.runtime_types <= known

    def _cheapest_hop(self, way: Way, moves: Iterable[KeyMove]) -> Way | None:
        candidates: list[tuple[int, int, KeyMove, tuple[Way, ...]]] = []
        for move in moves:
            inputs = self._solved(way, move.key)
            if inputs is not None:
                candidates.append((price((way, *inputs)), len(candidates), move, inputs))
        if not candidates:
            return None
        _, _, move, inputs = min(candidates, key=lambda each: each[:2])
        return self._hop(way, (WayKind.HOP, move.target), move, inputs)

    def _hop(
        self,
        way: Way,
        key: Hashable,
        move: KeyMove,
        inputs: tuple[Way, ...],
        field: FieldMove | None = None,
        contexts: tuple[Context, ...] = (),
    ) -> Way:
        known = way.children.get(key)
        if known is None:
            target = move.target
            types = self._graph.runtime_types(target.subgraph, target.type_name)
            if way.runtime_types and not self._graph.is_interface_object(way.at):
                types = way.runtime_types
            hop = Way(
                WayKind.HOP,
                way,
                target,
                way.position,
                types,
                move=move,
                inputs=inputs,
                requires=field.requires if field else (),
                contexts=contexts,
            )
            known = self._grow(way, key, hop)
        return known

    # Required inputs.

    def _with_required_inputs(self, way: Way, selection: FieldSelection) -> Iterator[Way]:
        """Enter (even the same subgraph again) with the key and the inputs of `@requires`."""
        if selection.name == "__typename":
            return
        entries: dict[Node, list[tuple[KeyMove, FieldMove]]] = {}
        for move, field in self._graph.requiring_moves(way.at.type_name, selection.name):
            if self._can_receive(way, move.target):
                entries.setdefault(move.target, []).append((move, field))
        for target, moves in entries.items():
            hop = self._required_hop(way, target, moves, selection.name)
            if hop is not None:
                yield self._field(hop, selection, moves[0][1])

    def _required_hop(
        self, way: Way, target: Node, moves: Sequence[tuple[KeyMove, FieldMove]], name: str
    ) -> Way | None:
        key = (WayKind.HOP, target, name)
        if key in way.children:
            return way.children[key]
        candidates: list[tuple[int, int, KeyMove, tuple[Way, ...]]] = []
        needed = moves[0][1]
        contexts = contexts_at(way, needed.contexts, self._graph)
        if contexts is None:
            return None
        for order, (move, _) in enumerate(moves):
            with self._guarded(way, target, name) as may_go_on:
                inputs = self._with_contexts(way, move, needed, contexts) if may_go_on else None
            if inputs is not None:
                candidates.append((price((way, *inputs)), order, move, inputs))
        if not candidates:
            return None
        _, _, move, inputs = min(candidates, key=lambda each: each[:2])
        return self._hop(way, key, move, inputs, needed, contexts)

    def _with_contexts(
        self, way: Way, move: KeyMove, field: FieldMove, contexts: Iterable[Context]
    ) -> tuple[Way, ...] | None:
        """The ways of key and required inputs, and those of the contexts around."""
        found = [self._solved(way, move.key + field.requires)]
        found += (
            self._solved(setting.origin, setting.selections)
            for context in contexts
            for setting in context.settings
        )
        solved = [ways for ways in found if ways is not None]
        if len(solved) < len(found):
            return None
        return tuple(dict.fromkeys(way for ways in solved for way in ways))

    @contextmanager
    def _guarded(self, way: Way, target: Node, name: str) -> Iterator[bool]:
        """False inside a circle of requirements, or too deep in a spiral of them."""
        here, coordinate = (way, target, name), (target, name)
        repeated = Counter(self._requiring)[coordinate]
        may_go_on = (
            here not in self._requiring
            and repeated < MOST_REPEATED_REQUIREMENTS
            and len(self._requiring) < MOST_NESTED_REQUIREMENTS
        )
        self._requiring += (here, coordinate)
        try:
            yield may_go_on
        finally:
            del self._requiring[-2:]

    def _solved(self, way: Way, selections: Sequence[Selection]) -> tuple[Way, ...] | None:
        """The ways that bring every leaf of a field set to this place; None if one cannot come."""
        found: list[Leaf] = []
        try:
            self._walk(selections, ((way,),), found)
        except DeadEnd:
            return None
        chosen = choose_greedily([leaf.options for leaf in found])
        return tuple(dict.fromkeys(each for option in chosen for each in option))

    # Growth.

    def _grow(self, parent: Way, key: Hashable, child: Way) -> Way:
        self._effort.grow()
        child.number = self._effort.grown
        parent.children[key] = child
        return child

    def _claim(self, position: Position, selections: Iterable[Selection]) -> None:
        """Reserve every response key of the client before any of ours is dealt out."""
        for selection in selections:
            if isinstance(selection, TypeSelection):
                self._claim(position, selection.selections)
                continue
            key = selection.response_key or selection.name
            position.claim(selection, key)
            if selection.selections:
                is_abstract = self._world.is_abstract(selection.type.name)
                child = position.child(key, selection.type, is_abstract=is_abstract)
                self._claim(child, selection.selections)
