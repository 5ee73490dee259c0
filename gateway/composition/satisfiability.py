"""Whether every field that can be asked for can also be fetched, wherever it is reached.

The walk goes from the roots through every field that clients see. It stands on a type, knowing
which subgraphs a value of it may have come from, and which contexts were set on the way. A field
that nobody in reach gives is a hole, shown by an operation that falls into it.

Labels of `@override` may be on or off. A first walk asks that one place does for every setting.
Where that fails, another place may do for another setting, so each setting is walked by itself.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

from gateway.composition.context_use import context_selection
from gateway.composition.counterexamples import asked, operation
from gateway.composition.elements import Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Place, Problem, places_of
from gateway.composition.reach import Entry, Reach, State, subgraph_names
from gateway.composition.rules.composition import Composition

_ROOTS = {"Query": "query", "Mutation": "mutation", "Subscription": "subscription"}
MOST_STANDS = 50_000
"""How many places a walk looks at before it takes the rest on trust."""

MOST_LABELS = 6
"""Of how many labels every setting is looked at; of more, one place has to do for all settings."""

Contexts = frozenset[tuple[str, str]]


def unsatisfiable_fields(composition: Composition) -> Iterator[Problem]:
    """SATISFIABILITY_ERROR, once per field, with an example operation."""
    holes = list(_Walk(composition, Reach(composition)).holes())
    labels = sorted(_labels(composition))
    if holes and 0 < len(labels) <= MOST_LABELS:
        holes = [
            hole
            for on in _settings(labels)
            for hole in _Walk(composition, Reach(composition, on)).holes()
        ]
    firsts: dict[tuple[str, str], _Hole] = {}
    for hole in holes:
        firsts.setdefault((hole.type_name, hole.field), hole)
    yield from (hole.problem() for hole in firsts.values())


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where the walk is, and how it came there: the root, then the fields as they were asked.

    `contexts` are those set above: an object is no context for its own fields.
    """

    state: State
    contexts: Contexts
    root: str
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hole:
    """A field that cannot be fetched in a place, and for which reasons."""

    type_name: str
    field: str
    stand: _Stand
    asked: str
    reasons: tuple[str, ...]
    places: tuple[Place, ...]

    def problem(self) -> Problem:
        """As a problem, with an operation that asks for the field there."""
        names = subgraph_names(self.stand.state[1])
        example = operation(_ROOTS[self.stand.root], self.stand.trail, self.asked)
        message = (
            f"{self.type_name}.{self.field} cannot be fetched after {' or '.join(names)}: "
            f"{'; '.join(self.reasons)}. Example: {example}"
        )
        return Problem("SATISFIABILITY_ERROR", message, names, self.places)


@dataclass(slots=True)
class _Seen:
    """Where the walk has been: who comes from more places has no less, so need not look again."""

    least: dict[str, list[tuple[frozenset[Entry], Contexts]]] = field(default_factory=dict)
    count: int = 0

    def is_new(self, stand: _Stand) -> bool:
        type_name, entries = stand.state
        known = self.least.setdefault(type_name, [])
        if not entries or self.count >= MOST_STANDS:
            return False
        if any(less <= entries and fewer <= stand.contexts for less, fewer in known):
            return False
        self.count += 1
        known.append((entries, stand.contexts))
        return True


class _Walk:
    """Looks at every field in every place."""

    def __init__(self, composition: Composition, reach: Reach) -> None:
        self._composition = composition
        self._by_name = composition.declarations.by_name
        self._reach = reach
        self._contexts = _used_contexts(composition)

    def holes(self) -> Iterator[_Hole]:
        """Every field that nobody gives, in the order of the way there."""
        seen = _Seen()
        for root in _ROOTS:
            if root in self._by_name:
                entries = frozenset((subgraph.name, "") for subgraph, _ in self._by_name[root])
                start = _Stand((root, entries), frozenset(), root)
                yield from (
                    self._mutations(start, seen) if root == "Mutation" else self._from(start, seen)
                )

    def _from(self, start: _Stand, seen: _Seen) -> Iterator[_Hole]:
        waiting = deque([start] if seen.is_new(start) else [])
        while waiting:
            stand = waiting.popleft()
            for found in self._look(stand):
                if isinstance(found, _Hole):
                    yield found
                elif seen.is_new(found):
                    waiting.append(found)

    def _mutations(self, start: _Stand, seen: _Seen) -> Iterator[_Hole]:
        """A mutation runs once, so one subgraph must do for all that can be asked below it."""
        self._reach.facts(start.state)
        for name in self._field_names("Mutation"):
            target = self._reach.target("Mutation", name)
            for shares in self._reach.alternatives(start.state, name):
                if target is None or len(shares) < 2:  # noqa: PLR2004 - no choice
                    yield from self._field(start, name, shares, seen)
                    continue
                tries = [list(self._field(start, name, [each], _Seen())) for each in shares]
                yield from min(tries, key=len)

    def _field(
        self, stand: _Stand, name: str, shares: list[FieldShare], seen: _Seen
    ) -> Iterator[_Hole]:
        for found in self._beyond(stand, name, shares):
            if isinstance(found, _Hole):
                yield found
            else:
                yield from self._from(found, seen)

    def _look(self, stand: _Stand) -> Iterator["_Hole | _Stand"]:
        if not self._reach.is_object(stand.state[0]):
            yield from self._abstract(stand)
            return
        self._reach.facts(stand.state)
        for name in self._field_names(stand.state[0]):
            for shares in self._reach.alternatives(stand.state, name):
                yield from self._beyond(stand, name, shares)

    def _beyond(
        self, stand: _Stand, name: str, shares: list[FieldShare]
    ) -> Iterator["_Hole | _Stand"]:
        """The value of a field, or the hole where there is none."""
        type_name = stand.state[0]
        able = [share for share in shares if self._needs(share) <= stand.contexts]
        target = self._reach.target(type_name, name)
        every = self._reach.shares(type_name, name)
        step = asked(name, every, self._composition.declarations)
        if not able:
            written = step if target is None else f"{step} {{ __typename }}"
            yield self._hole(stand, name, written)
        elif target is not None:
            entries = self._reach.below(stand.state, able, name)
            contexts = stand.contexts | self._set_by(type_name)
            yield _Stand((target, entries), contexts, stand.root, (*stand.trail, step))

    def _abstract(self, stand: _Stand) -> Iterator["_Hole | _Stand"]:
        type_name, entries = stand.state
        unknown = self._is_unknown(stand.state)
        for runtime in self._reach.runtime_types(type_name):
            narrowed = self._reach.narrowed(stand.state, runtime)
            if not narrowed or self._is_hidden(runtime):
                continue
            if unknown:
                names = " or ".join(subgraph_names(entries))
                reason = f"{names} knows {type_name} as interface object only, and no @key leads on"
                places = places_of(*(each for _, each in self._by_name[type_name]))
                written = f"... on {runtime} {{ __typename }}"
                yield _Hole(runtime, "__typename", stand, written, (reason,), places)
                return
            trail = (*stand.trail, f"... on {runtime}")
            yield _Stand((runtime, narrowed), stand.contexts, stand.root, trail)

    def _is_unknown(self, state: State) -> bool:
        """Whether nobody in reach can tell which type an interface object really is."""
        type_name, entries = state
        if not all(self._reach.is_interface_object(name, type_name) for name, _ in entries):
            return False
        reached = self._reach.facts(state).reached
        return all(self._reach.is_interface_object(name, type_name) for name in reached)

    def _hole(self, stand: _Stand, name: str, written: str) -> _Hole:
        type_name, entries = stand.state
        shares = self._reach.shares(type_name, name)
        come_from = subgraph_names(entries)
        types = (each for one, each in self._by_name[type_name] if one.name in come_from)
        owners = (share for share in shares if share.resolves)
        reasons = tuple(self._reason(stand, share) for share in shares)
        return _Hole(type_name, name, stand, written, reasons, places_of(*owners, *types))

    def _reason(self, stand: _Stand, share: FieldShare) -> str:
        """Why one subgraph does not give the field here."""
        subgraph, reached = share.subgraph.name, self._reach.facts(stand.state).reached
        if not share.resolves:
            why = "overridden" if share.overridden else "@external"
            return f"in {subgraph} it is {why}"
        if subgraph not in reached:
            keys = list(self._reach.keys(subgraph, stand.state[0]))
            tried = " or ".join(f"@key(fields: {key.fields!r})" for key in keys)
            return f"no key leads from there to {subgraph}" + (f" by {tried}" if tried else "")
        if not self._needs(share) <= stand.contexts:
            missing = ", ".join(sorted(name for _, name in self._needs(share) - stand.contexts))
            return f"in {subgraph} it needs the context {missing}, which nothing on the way sets"
        if share.field.requires is not None:
            return f"in {subgraph} it requires {share.field.requires!r}, which cannot be had"
        return f"in {subgraph} it is given for another label of @override only"

    def _needs(self, share: FieldShare) -> Contexts:
        """The contexts that the field's arguments come from."""
        return frozenset(
            (share.subgraph.name, context_selection(argument.from_context)[0])
            for argument in share.field.arguments.values()
            if argument.from_context is not None
        )

    def _set_by(self, type_name: str) -> Contexts:
        kinds = self._reach.kinds(type_name)
        return frozenset(each for each, types in self._contexts.items() if types & kinds)

    def _field_names(self, type_name: str) -> Iterator[str]:
        """What clients may ask for."""
        declarations = self._composition.declarations
        groups = [self._by_name[type_name], *declarations.interface_objects_of(type_name)]
        for name in dict.fromkeys(name for group in groups for name in field_names(group)):
            shares = self._reach.shares(type_name, name)
            if not any(share.field.marks.inaccessible for share in shares):
                yield name

    def _is_hidden(self, type_name: str) -> bool:
        return any(each.marks.inaccessible for _, each in self._by_name[type_name])


def _labels(composition: Composition) -> set[str]:
    """The labels on which it depends who gives a field."""
    types = (each for subgraph in composition.subgraphs for each in subgraph.types.values())
    fields = chain.from_iterable(each.fields.values() for each in types)
    overrides = (each.override for each in fields)
    return {each.label for each in overrides if each is not None and each.label is not None}


def _settings(labels: Sequence[str]) -> Iterator[frozenset[str]]:
    """Which labels can be on together: any of them."""
    for many in range(len(labels) + 1):
        yield from map(frozenset, combinations(labels, many))


def _used_contexts(composition: Composition) -> dict[tuple[str, str], frozenset[str]]:
    """The types that set each context which some argument comes from."""
    used = {
        (subgraph.name, context_selection(argument.from_context)[0])
        for subgraph in composition.subgraphs
        for each in subgraph.types.values()
        if each.kind is Kind.OBJECT
        for item in each.fields.values()
        for argument in item.arguments.values()
        if argument.from_context is not None
    }
    return {
        (subgraph.name, context): frozenset(
            each.name for each in subgraph.types.values() if context in each.contexts
        )
        for subgraph in composition.subgraphs
        for context in {name for owner, name in used if owner == subgraph.name}
    }
