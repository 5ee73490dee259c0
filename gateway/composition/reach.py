"""From where an object can be completed: which subgraphs a value leads to, and who gives a field.

A state is a type and the places a value of it may have come from. What holds in a state is the
least that follows from its rules: keys and required fields count once they can be read, so a
circle of fields that wait for each other leads nowhere. What is sent along with one request, a key
or required fields, has to follow from one of the places alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition.elements import Key, Kind
from gateway.composition.ownership import FieldShare
from gateway.composition.provided import NO_VIEW, View, is_promised, view_below
from gateway.composition.rules.composition import Composition
from gateway.composition.types import named
from gateway.federation_spec.field_sets import parse_field_set

Entry: TypeAlias = tuple[str, View]
"""A subgraph that gives a value, and what it promises of it on this path."""

State: TypeAlias = tuple[str, frozenset[Entry]]


@dataclass(slots=True)
class Facts:
    """What is known of a state so far: it only grows."""

    reached: dict[str, View]
    able: dict[str, frozenset[str]] = field(default_factory=dict)
    waiting: set[State] = field(default_factory=set)


class Reach:
    """Answers what holds in a state: with some labels of `@override` on and all others off.

    Without labels it answers what holds from each place alone however they are set, which is less:
    another place may do for another setting.
    """

    def __init__(self, composition: Composition, labels: frozenset[str] | None = None) -> None:
        self._composition = composition
        self._labels = labels
        self._by_name = composition.declarations.by_name
        self._subgraphs = {subgraph.name: subgraph for subgraph in composition.subgraphs}
        self._interface_objects = {
            subgraph.name: {
                each.name for each in subgraph.types.values() if each.is_interface_object
            }
            for subgraph in composition.subgraphs
        }
        self._facts: dict[State, Facts] = {}
        self._shares: dict[tuple[str, str], list[FieldShare]] = {}
        self._kinds: dict[str, frozenset[str]] = {}
        self._pending: list[State] = []

    def facts(self, state: State) -> Facts:
        """Everything that holds in the state."""
        facts = self._known(state)
        while self._pending:
            pending = self._pending.pop()
            if self._grow(pending):
                self._pending += self._facts[pending].waiting
        return facts

    def alternatives(self, state: State, name: str) -> list[list[FieldShare]]:
        """Who gives the field, once for each setting of its label; nobody is an empty list."""
        able = self._facts[state].able.get(name, frozenset())
        return self._split(state[0], name, able)

    def shares(self, type_name: str, name: str) -> list[FieldShare]:
        """Everybody's part in a field, that of interface objects for the type included."""
        key = (type_name, name)
        if key not in self._shares:
            declarations, ownership = self._composition.declarations, self._composition.ownership
            shares = ownership.shares(self._by_name[type_name], name)
            for objects in declarations.interface_objects_of(type_name):
                shares += ownership.shares(objects, name)
            self._shares[key] = shares
        return self._shares[key]

    def below(self, state: State, shares: Iterable[FieldShare], name: str) -> frozenset[Entry]:
        """Where the value of a field comes from."""
        reached, kinds = self._facts[state].reached, self.kinds(state[0])
        return frozenset(
            (
                share.subgraph.name,
                view_below(
                    reached.get(share.subgraph.name, NO_VIEW), name, kinds, share.field.provides
                ),
            )
            for share in shares
        )

    def target(self, type_name: str, name: str) -> str | None:
        """The composite type of a field, or None for a leaf."""
        for share in self.shares(type_name, name):
            target = named(share.field.type)
            declared = self._by_name.get(target)
            if declared and declared[0][1].kind in {Kind.OBJECT, Kind.INTERFACE, Kind.UNION}:
                return target
        return None

    def kinds(self, type_name: str) -> frozenset[str]:
        """The type and every interface and union it is in."""
        if type_name not in self._kinds:
            declarations = self._composition.declarations
            self._kinds[type_name] = frozenset(declarations.kinds_of(type_name))
        return self._kinds[type_name]

    def is_object(self, type_name: str) -> bool:
        return self._by_name[type_name][0][1].kind is Kind.OBJECT

    def runtime_types(self, type_name: str) -> list[str]:
        """The object types that an abstract type may turn out to be."""
        if self._by_name[type_name][0][1].kind is Kind.INTERFACE:
            return self._composition.declarations.implementations(type_name)
        members = (member for _, each in self._by_name[type_name] for member in each.members)
        return list(dict.fromkeys(members))

    def narrowed(self, state: State, runtime: str) -> frozenset[Entry]:
        """The places whose value of an abstract type may be of an object type."""
        return frozenset(e for e in state[1] if self._may_return(e[0], state[0], runtime))

    def is_interface_object(self, subgraph: str, type_name: str) -> bool:
        declared = self._subgraphs[subgraph].types.get(type_name)
        return declared is not None and declared.is_interface_object

    def keys(self, subgraph: str, type_name: str) -> Iterator[Key]:
        """The keys by which a subgraph can be entered for a type, as what it is there."""
        declared = self._subgraphs[subgraph].types
        stands_for = self.kinds(type_name) & self._interface_objects[subgraph]
        for name in dict.fromkeys((type_name, *sorted(stands_for))):
            if name in declared:
                yield from (key for key in declared[name].keys if key.resolvable)

    def _is_readable(self, asker: State, state: State, selections: SelectionSetNode) -> bool:
        """Whether a field set can be read in a state, as far as is known.

        The asker is the state that learns from it, however deep in the field set this one lies.
        """
        return all(self._is_node_readable(asker, state, node) for node in selections.selections)

    def _known(self, state: State) -> Facts:
        facts = self._facts.get(state)
        if facts is None:
            reached = dict.fromkeys(sorted(name for name, _ in state[1]), NO_VIEW)
            for name, view in sorted(state[1]):
                reached[name] = view or reached[name]
            if state[0] == "Query":  # the root can be asked again anywhere, without a key
                known = (subgraph.name for subgraph, _ in self._by_name["Query"])
                reached |= {name: NO_VIEW for name in known if name not in reached}
            facts = self._facts[state] = Facts(reached)
            self._pending.append(state)
        return facts

    def _grow(self, state: State) -> bool:
        """Learn what follows in a state by now; tells whether anything did."""
        if len(state[1]) > 1 and state[0] != "Query":
            return self._gather(state)
        return self._infer(state)

    def _gather(self, state: State) -> bool:
        """Take over what holds of each of several places alone."""
        facts, grown = self._facts[state], False
        for entry in sorted(state[1]):
            alone = self._known((state[0], frozenset({entry})))
            alone.waiting.add(state)
            for name, subgraphs in alone.able.items():
                if not subgraphs <= facts.able.get(name, frozenset()):
                    facts.able[name] = facts.able.get(name, frozenset()) | subgraphs
                    grown = True
            for subgraph in alone.reached.keys() - facts.reached.keys():
                facts.reached[subgraph] = NO_VIEW
                grown = True
        return grown

    def _infer(self, state: State) -> bool:
        """Apply the rules until nothing follows any more; tells whether anything did."""
        facts, grown, growing = self._facts[state], False, True
        while growing:
            new = self._newly_able(state, facts)
            for name, subgraph in new:
                facts.able[name] = facts.able.get(name, frozenset()) | {subgraph}
            entered = [name for name in self._enterable(state[0]) if self._enters(state, name)]
            facts.reached |= dict.fromkeys(entered, NO_VIEW)
            growing = bool(new or entered)
            grown = grown or growing
        return grown

    def _newly_able(self, state: State, facts: Facts) -> list[tuple[str, str]]:
        return [
            (name, share.subgraph.name)
            for name in self._field_names(state[0])
            for share in self.shares(state[0], name)
            if share.subgraph.name in facts.reached
            and share.subgraph.name not in facts.able.get(name, ())
            and self._gives(state, facts, share)
        ]

    def _gives(self, state: State, facts: Facts, share: FieldShare) -> bool:
        """Resolved there, with what it requires in reach and a way back; or promised there."""
        if not share.resolves:
            view = facts.reached[share.subgraph.name]
            return is_promised(view, share.field.name, self.kinds(state[0]))
        if share.field.requires is None:
            return True
        return self._is_readable(state, state, parse_field_set(share.field.requires)) and any(
            self._is_readable(state, state, parse_field_set(key.fields))
            for key in self.keys(share.subgraph.name, state[0])
        )

    def _enterable(self, type_name: str) -> Iterator[str]:
        for name in self._subgraphs:
            if next(self.keys(name, type_name), None) is not None:
                yield name

    def _enters(self, state: State, subgraph: str) -> bool:
        return subgraph not in self._facts[state].reached and any(
            self._is_readable(state, state, parse_field_set(key.fields))
            for key in self.keys(subgraph, state[0])
        )

    def _is_node_readable(self, asker: State, state: State, node: object) -> bool:
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            applies = condition is None or condition.name.value in self.kinds(state[0])
            return not applies or self._is_readable(asker, state, node.selection_set)
        if not isinstance(node, FieldNode) or node.name.value == "__typename":
            return True
        return all(
            self._is_value_readable(asker, state, node, shares)
            for shares in self.alternatives(state, node.name.value)
        )

    def _is_value_readable(
        self, asker: State, state: State, node: FieldNode, shares: list[FieldShare]
    ) -> bool:
        name = node.name.value
        known = [share for share in shares if not _takes_context(share)]
        target = self.target(state[0], name)
        if not known or target is None or node.selection_set is None:
            return bool(known)
        entries = self.below(state, known, name)
        if self.is_object(target):
            return self._is_readable_below(asker, (target, entries), node.selection_set)
        return all(
            self._is_readable_below(asker, (runtime, narrowed), node.selection_set)
            for runtime in self.runtime_types(target)
            if (narrowed := self.narrowed((target, entries), runtime))
        )

    def _is_readable_below(self, asker: State, state: State, selections: SelectionSetNode) -> bool:
        """Read one value further; the asker is told when more is known there."""
        self._known(state).waiting.add(asker)
        return self._is_readable(asker, state, selections)

    def _split(self, type_name: str, name: str, able: frozenset[str]) -> list[list[FieldShare]]:
        """With the label of an override on, its source is out of it; with the label off, it is."""
        shares = self.shares(type_name, name)
        given = [share for share in shares if share.subgraph.name in able]
        for share in shares:
            override = share.field.override
            if override is None or override.label is None:
                continue
            if any(other.subgraph.name == override.source for other in shares):
                on = [each for each in given if each.subgraph.name != override.source]
                off = [each for each in given if each is not share]
                if self._labels is None:
                    return [on, off]
                return [on if override.label in self._labels else off]
        return [given]

    def _field_names(self, type_name: str) -> Iterator[str]:
        declarations = self._composition.declarations
        groups = [self._by_name[type_name], *declarations.interface_objects_of(type_name)]
        names = (name for group in groups for _, each in group for name in each.fields)
        yield from dict.fromkeys(names)

    def _may_return(self, subgraph: str, type_name: str, runtime: str) -> bool:
        types = self._subgraphs[subgraph].types
        known = types.get(type_name)
        if known is None or known.is_interface_object:
            return known is not None
        if known.kind is Kind.UNION:
            return runtime in known.members
        return runtime in types and type_name in types[runtime].interfaces


def _takes_context(share: FieldShare) -> bool:
    return any(each.from_context is not None for each in share.field.arguments.values())


def subgraph_names(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The subgraphs of some places, by name."""
    return tuple(sorted({name for name, _ in entries}))
