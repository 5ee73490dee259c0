"""Drafts: the fetches of a plan while passes may still join them.

The chosen options say which ways are used. Every root and every hop among them starts a draft;
drafts depend on each other through the inputs of their hops.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.planning.conditions import Alternatives, Conditions, covers, either, including
from gateway.planning.options import Option
from gateway.planning.plan import ListStep, Path, TypeStep
from gateway.planning.search import Leaf
from gateway.planning.ways import Way, WayKind


@dataclass(eq=False, slots=True)
class Call:
    """One `_entities` field in the making: hops from one place, or from several alike."""

    paths: list[Path]
    hops: list[Way]


@dataclass(eq=False, slots=True)
class Draft:
    """One request in the making: root ways, or entity calls; `after` only orders it."""

    subgraph: str
    roots: list[Way] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    after: "list[Draft]" = field(default_factory=list)

    @property
    def is_reentry(self) -> bool:
        """Whether it asks root fields for objects on the way, not entities."""
        return any(hop.is_reentry for call in self.calls for hop in call.hops)

    @property
    def ways(self) -> list[Way]:
        """The ways this request starts from."""
        return self.roots + [hop for call in self.calls for hop in call.hops]


class Use:
    """Which ways are used and when, and which steps each one is followed by."""

    def __init__(self) -> None:
        self.when: dict[Way, Alternatives] = {}
        self.steps: dict[Way, list[Way]] = {}

    def add(self, leaves: Sequence[Leaf], chosen: Sequence[Option]) -> None:
        """Note the chosen option of every leaf."""
        for leaf, option in zip(leaves, chosen, strict=True):
            for way in option:
                for conditions in leaf.when:
                    self._add(way, conditions)

    def of(self, ways: Sequence[Way]) -> Alternatives:
        """When one of the ways is used."""
        if len(ways) == 1:
            return self.when[ways[0]]
        return either(self.when[way] for way in ways)

    def _add(self, way: Way, conditions: Conditions) -> None:
        known = self.when.get(way, ())
        if covers(known, conditions):
            return
        if way.parent is not None:
            self._add(way.parent, conditions)
        for needed in way.inputs:
            self._add(needed, conditions)
        if not known:
            self._follow(way)
        self.when[way] = including(known, conditions)

    def _follow(self, way: Way) -> None:
        if way.parent is not None and way.kind is not WayKind.HOP:
            self.steps.setdefault(way.parent, []).append(way)


class Drafts:
    """All drafts of one plan, and who depends on whom."""

    def __init__(self, use: Use) -> None:
        self.use = use
        self.all: dict[Draft, None] = {}
        self._joined: dict[Draft, Draft] = {}
        self._owners: dict[Way, Draft] = {}
        self._needs: dict[Draft, set[Draft]] = {}
        self._waiting: dict[Draft, set[Draft]] = {}

    def start(self, ways: Iterable[Way], after: Sequence[Draft] = ()) -> list[Draft]:
        """Draft the roots and hops among the ways; roots of one subgraph start together."""
        started: dict[str, Draft] = {}
        hops = []
        for way in ways:
            if way.kind is WayKind.ROOT:
                draft = started.setdefault(
                    way.at.subgraph, Draft(way.at.subgraph, after=list(after))
                )
                draft.roots.append(way)
                self._owners[way] = draft
            elif way.kind is WayKind.HOP:
                draft = Draft(way.at.subgraph, calls=[Call([path_to(way)], [way])])
                self._owners[way] = draft
                hops.append(draft)
        drafts = [*started.values(), *hops]
        self.all.update(dict.fromkeys(drafts))
        return drafts

    def needs(self, draft: Draft) -> set[Draft]:
        """The drafts that must have ended before this one starts."""
        known = self._needs.get(draft)
        if known is None:
            known = self._needs[draft] = self._worked_out(draft)
            for needed in known:
                self._waiting.setdefault(needed, set()).add(draft)
        return known

    def _worked_out(self, draft: Draft) -> set[Draft]:
        carriers = {
            needed.carrier
            for way in draft.ways
            for needed in (*way.inputs, *((way.parent,) if way.parent else ()))
        }
        needed = {self._owners[carrier] for carrier in carriers}
        needed.update(self._current(each) for each in draft.after)
        needed.discard(draft)
        return needed

    def join(self, into: Draft, other: Draft) -> None:
        """Make two drafts one request; their calls stay apart."""
        into.roots += other.roots
        into.calls += other.calls
        into.after += [each for each in other.after if each not in into.after]
        for way in other.ways:
            self._owners[way] = into
        self._joined[other] = into
        del self.all[other]
        self._needs.pop(into, None)
        for waiting in self._waiting.pop(other, ()):
            needs = self._needs.get(waiting, set())
            if other in needs:
                needs.remove(other)
                needs.add(into)
                self._waiting.setdefault(into, set()).add(waiting)

    def _current(self, draft: Draft) -> Draft:
        """The draft that a draft has become part of."""
        while draft in self._joined:
            draft = self._joined[draft]
        return draft

    def levels(self) -> dict[Draft, int]:
        """How many drafts follow each other up to each; no circle exists."""
        needs = {draft: self.needs(draft) for draft in self.all}
        levels: dict[Draft, int] = {}
        waiting = list(self.all)
        while waiting:
            ready = [draft for draft in waiting if levels.keys() >= needs[draft]]
            for draft in ready:
                levels[draft] = 1 + max((levels[each] for each in needs[draft]), default=-1)
            waiting = [draft for draft in waiting if draft not in levels]
        return levels

    def reachable_from(self, draft: Draft) -> set[Draft]:
        """Every draft that this one waits for, directly or not."""
        found: set[Draft] = set()
        waiting = [draft]
        while waiting:
            for needed in self.needs(waiting.pop()):
                if needed not in found:
                    found.add(needed)
                    waiting.append(needed)
        return found


def path_to(hop: Way) -> Path:
    """The path of the objects a hop starts from.

    A last type condition is the representation's; a hop to the query root has none, so it is here.
    """
    path = path_of(hop.parent)
    if hop.is_reentry and hop.position.is_abstract:
        return (*path, TypeStep(hop.runtime_types))
    return path


def path_of(way: Way | None) -> Path:
    """The path of the objects of a way, whatever their types in the end."""
    steps: list[str | ListStep | TypeStep] = []
    while way is not None:
        if way.kind is WayKind.FIELD:
            steps += [ListStep()] * way.position.type.list_depth
            steps.append(way.position.key)
        elif way.kind is WayKind.TYPE and steps:
            previous = steps[-1]
            if isinstance(previous, TypeStep):
                steps[-1] = TypeStep(previous.types & way.runtime_types)
            else:
                steps.append(TypeStep(way.runtime_types))
        way = way.parent
    return tuple(reversed(steps))
