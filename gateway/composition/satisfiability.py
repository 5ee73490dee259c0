"""Whether every field that can be asked for can also be fetched, wherever it is reached.

The check walks states: a type, and the set of subgraphs that can give the value of that type in
this place. From there keys lead on. A field no subgraph in reach resolves is reported with an
operation that asks for it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition.elements import Key, Kind, Subgraph
from gateway.composition.field_use import coordinates_in, key_coordinates
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Place, Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import named
from gateway.federation_spec.field_sets import parse_field_set

State = tuple[str, frozenset[str]]
_ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
MOST_STATES = 20_000


def unsatisfiable_fields(composition: Composition) -> Iterator[Problem]:
    """SATISFIABILITY_ERROR, once per field, with an example operation."""
    reach = _Reach(composition)
    reported: set[tuple[str, str]] = set()
    for dead_end in reach.dead_ends():
        coordinate = (dead_end.type_name, dead_end.field)
        if coordinate not in reported:
            reported.add(coordinate)
            yield _problem(dead_end)


@dataclass(frozen=True, slots=True)
class _DeadEnd:
    type_name: str
    field: str
    trail: tuple[str, ...]
    entries: tuple[str, ...]
    has_fields: bool
    places: tuple[Place, ...]


def _problem(dead_end: _DeadEnd) -> Problem:
    below = " { __typename }" if dead_end.has_fields else ""
    operation = dead_end.field + below
    for step in reversed(dead_end.trail[1:]):
        operation = f"{step} {{ {operation} }}"
    message = (
        f"{dead_end.type_name}.{dead_end.field} cannot be fetched after "
        f"{' or '.join(dead_end.entries)}: no key leads from there to a subgraph that has it. "
        f"Example: {_ROOTS[dead_end.trail[0]]} {{ {operation} }}"
    )
    return Problem("SATISFIABILITY_ERROR", message, dead_end.entries, dead_end.places)


@dataclass(slots=True)
class _Walk:
    """States still to look at, each with the trail of fields that led there."""

    waiting: deque[tuple[State, tuple[str, ...]]] = field(default_factory=deque)
    seen: set[State] = field(default_factory=set)

    def add(self, state: State, trail: tuple[str, ...]) -> None:
        if state[1] and state not in self.seen and len(self.seen) < MOST_STATES:
            self.seen.add(state)
            self.waiting.append((state, trail))


class _Reach:
    """Answers from which subgraphs a value can be completed."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._by_name = composition.declarations.by_name
        self._subgraphs = {subgraph.name: subgraph for subgraph in composition.subgraphs}
        self._provided = {
            subgraph.name: coordinates_in(subgraph, "provides")
            for subgraph in composition.subgraphs
        }
        self._reached: dict[State, frozenset[str]] = {}
        self._shares: dict[tuple[str, str], list[FieldShare]] = {}

    def dead_ends(self) -> Iterator[_DeadEnd]:
        """Every field in every reachable state that nobody can resolve."""
        walk = _Walk()
        for root in _ROOTS:
            if root in self._by_name:
                walk.add((root, frozenset(s.name for s, _ in self._by_name[root])), (root,))
        while walk.waiting:
            (type_name, entries), trail = walk.waiting.popleft()
            kind = self._by_name[type_name][0][1].kind
            if kind is Kind.OBJECT:
                yield from self._object(type_name, entries, trail, walk)
            else:
                self._abstract(type_name, entries, trail, walk)

    def _abstract(
        self, type_name: str, entries: frozenset[str], trail: tuple[str, ...], walk: _Walk
    ) -> None:
        for runtime in self._runtime_types(type_name):
            able = frozenset(name for name in entries if self._may_return(name, type_name, runtime))
            walk.add((runtime, able), (*trail, f"... on {runtime}"))

    def _object(
        self, type_name: str, entries: frozenset[str], trail: tuple[str, ...], walk: _Walk
    ) -> Iterator[_DeadEnd]:
        reached = self._all_reached(type_name, entries)
        for name in self._field_names(type_name):
            able = [
                share
                for share in self._field_shares(type_name, name)
                if share.subgraph.name in reached and self._can_resolve(share, type_name, entries)
            ]
            target = self._target(type_name, name)
            if not able:
                yield _DeadEnd(
                    type_name,
                    name,
                    trail,
                    tuple(sorted(entries)),
                    has_fields=target is not None,
                    places=self._places(type_name, name, entries),
                )
            elif target is not None:
                walk.add((target, frozenset(s.subgraph.name for s in able)), (*trail, name))

    def _places(self, type_name: str, name: str, entries: frozenset[str]) -> tuple[Place, ...]:
        """The field where it is resolved, and the type where one comes from."""
        owners = (each for each in self._field_shares(type_name, name) if each.resolves)
        types = (each for one, each in self._by_name[type_name] if one.name in entries)
        return places_of(*owners, *types)

    def _all_reached(self, type_name: str, entries: frozenset[str]) -> frozenset[str]:
        """The subgraphs that can be entered for this object, by fixpoint over keys."""
        state = (type_name, entries)
        known = self._reached.get(state)
        if known is not None:
            return known
        reached = set(entries)
        if type_name == "Query":  # the root can be asked again anywhere, without a key
            reached.update(subgraph.name for subgraph, _ in self._by_name[type_name])
        while True:
            new = {
                subgraph.name
                for subgraph in self._subgraphs.values()
                if subgraph.name not in reached
                and any(
                    self._available(type_name, parse_field_set(key.fields), frozenset(reached))
                    for key in self._keys(subgraph, type_name)
                )
            }
            if not new:
                break
            reached |= new
        self._reached[state] = frozenset(reached)
        return self._reached[state]

    def _keys(self, subgraph: Subgraph, type_name: str) -> Iterator[Key]:
        for each in subgraph.types.values():
            is_interface = each.is_interface_object and each.name in self._interfaces(type_name)
            if each.name == type_name or is_interface:
                yield from (key for key in each.keys if key.resolvable)

    def _available(
        self, type_name: str, selections: SelectionSetNode, subgraphs: frozenset[str]
    ) -> bool:
        """Whether a field set can be read from values in these subgraphs."""
        for node in selections.selections:
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_name
                if not self._available(condition, node.selection_set, subgraphs):
                    return False
            elif isinstance(node, FieldNode) and not self._is_readable(node, type_name, subgraphs):
                return False
        return True

    def _is_readable(self, node: FieldNode, type_name: str, subgraphs: frozenset[str]) -> bool:
        name = node.name.value
        if name == "__typename":
            return True
        able = frozenset(
            share.subgraph.name
            for share in self._field_shares(type_name, name)
            if share.subgraph.name in subgraphs and (share.resolves or self._is_own_key(share))
        )
        target = self._target(type_name, name)
        if not able or target is None or node.selection_set is None:
            return bool(able)
        if self._by_name[target][0][1].kind is not Kind.OBJECT:
            return True
        return self._available(target, node.selection_set, self._all_reached(target, able))

    def _can_resolve(self, share: FieldShare, type_name: str, entries: frozenset[str]) -> bool:
        """Resolved there, or promised by someone; and with its required inputs in reach."""
        if not share.resolves and not self._is_own_key(share):
            return self._is_provided(share)
        if share.field.requires is None:
            return True
        reached = self._all_reached(type_name, entries)
        return self._available(type_name, parse_field_set(share.field.requires), reached)

    def _is_own_key(self, share: FieldShare) -> bool:
        return share.type.is_extension and share.field.name in key_coordinates(
            share.subgraph, share.type.name
        )

    def _is_provided(self, share: FieldShare) -> bool:
        """Promised somewhere in the subgraph; along which paths is the planner's concern."""
        return (share.type.name, share.field.name) in self._provided[share.subgraph.name]

    def _runtime_types(self, type_name: str) -> list[str]:
        if self._by_name[type_name][0][1].kind is Kind.INTERFACE:
            return self._composition.declarations.implementations(type_name)
        members = (member for _, each in self._by_name[type_name] for member in each.members)
        return list(dict.fromkeys(members))

    def _may_return(self, subgraph: str, type_name: str, runtime: str) -> bool:
        types = self._subgraphs[subgraph].types
        known = types.get(type_name)
        if known is None or known.is_interface_object:
            return known is not None
        if known.kind is Kind.UNION:
            return runtime in known.members
        return runtime in types and type_name in types[runtime].interfaces

    def _interfaces(self, type_name: str) -> set[str]:
        declared = self._by_name.get(type_name, [])
        return {name for _, each in declared for name in each.interfaces}

    def _field_names(self, type_name: str) -> Iterator[str]:
        """What clients may ask for."""
        for name in field_names(self._by_name[type_name]):
            shares = self._field_shares(type_name, name)
            if not any(share.field.marks.inaccessible for share in shares):
                yield name

    def _field_shares(self, type_name: str, name: str) -> list[FieldShare]:
        key = (type_name, name)
        known = self._shares.get(key)
        if known is None:
            known = self._composition.ownership.shares(self._by_name[type_name], name)
            for interface in sorted(self._interfaces(type_name)):
                declared = [
                    (subgraph, each)
                    for subgraph, each in self._by_name.get(interface, [])
                    if each.is_interface_object
                ]
                known += self._composition.ownership.shares(declared, name)
            self._shares[key] = known
        return known

    def _target(self, type_name: str, name: str) -> str | None:
        """The composite type of a field, or None for a leaf."""
        for share in self._field_shares(type_name, name):
            target = named(share.field.type)
            declared = self._by_name.get(target)
            if declared and declared[0][1].kind in {Kind.OBJECT, Kind.INTERFACE, Kind.UNION}:
                return target
        return None
