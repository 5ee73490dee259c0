"""The text of a subgraph request: static, compact, the same for the same plan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from gateway.planning.aliases import Aliases
from gateway.planning.around import Around
from gateway.planning.conditions import Conditions
from gateway.planning.drafts import Call, Use
from gateway.planning.graph import QueryGraph
from gateway.planning.ways import Way, WayKind


@dataclass(slots=True)
class Printer:
    """Prints selections, and remembers the client variables they use."""

    use: Use
    graph: QueryGraph
    variables: set[str] = field(default_factory=set)
    contexts: Mapping[tuple[Way, str], str] = field(default_factory=dict)

    def root(self, ways: Sequence[Way], aliases: Aliases, around: Around) -> str:
        """The selection set of a root fetch."""
        return self._selection(ways, aliases, around)

    def entities(self, call: Call, aliases: Aliases, around: Around) -> str:
        """The selection set of an `_entities` field: one fragment per type."""
        by_type: dict[str, list[Way]] = {}
        for hop in call.hops:
            by_type.setdefault(hop.at.type_name, []).append(hop)
        parts = [
            f"... on {type_name} {self._selection(hops, aliases, part)}"
            for type_name, hops in by_type.items()
            if (part := around.within(self.use.of(hops)))
        ]
        return "{ " + " ".join(parts) + " }"

    def under(self, conditions: Conditions, head: str, rest: str = "") -> str:
        """A selection under conditions; a second `@skip` or `@include` takes another fragment."""
        include: list[str] = []
        skip: list[str] = []
        for condition in sorted(conditions):
            self.variables.add(condition.variable)
            (skip if condition.negated else include).append(condition.variable)
        layers = [
            "".join(
                f" @{name}(if: ${variable})"
                for name, variable in (("include", included), ("skip", skipped))
                if variable
            )
            for included, skipped in zip_longest(include, skip)
        ]
        text = head + (layers.pop() if layers else "") + rest
        for layer in layers:
            text = f"...{layer} {{ {text} }}"
        return text

    def _selection(self, ways: Sequence[Way], aliases: Aliases, around: Around) -> str:
        fields: dict[str, list[Way]] = {}
        types: dict[str, list[Way]] = {}
        for way in ways:
            for step in self.use.steps.get(way, ()):
                if step.kind is WayKind.TYPE:
                    types.setdefault(step.at.type_name, []).append(step)
                else:
                    fields.setdefault(aliases.of(step), []).append(step)
        parts = [
            text
            for key, steps in fields.items()
            for text in self._field(key, steps, aliases, around)
        ]
        if self._needs_typename(ways) and "__typename" not in parts:
            parts.insert(0, "__typename")
        for type_name, steps in types.items():
            if any(self.use.steps.get(step) for step in steps):
                parts += self._fragment(type_name, steps, aliases, around)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _field(
        self, key: str, steps: Sequence[Way], aliases: Aliases, around: Around
    ) -> Iterator[str]:
        """The field, as often as it is asked for other reasons; GraphQL takes them together."""
        selection = steps[0].selection
        assert selection is not None  # noqa: S101 - every field step has one
        text = selection.name if key == selection.name else f"{key}: {selection.name}"
        text += self._arguments(steps[0], selection.arguments)
        for conditions, below in around.occurrences(self.use.of(steps)):
            self.variables |= selection.variables
            rest = "" if steps[0].node is None else " " + self._selection(steps, aliases, below)
            yield self.under(conditions, text, rest)

    def _arguments(self, way: Way, asked: str) -> str:
        """What the client gives, and what comes from contexts around."""
        hop = way.parent
        if hop is None or not hop.contexts:
            return asked
        filled = [f"{each.argument}: ${self.contexts[hop, each.argument]}" for each in hop.contexts]
        return f"({', '.join([asked[1:-1], *filled] if asked else filled)})"

    def _fragment(
        self, type_name: str, steps: Sequence[Way], aliases: Aliases, around: Around
    ) -> Iterator[str]:
        inside = around.within(self.use.of(steps))
        if inside:
            inside = inside.narrowed()
            inner = self._selection(steps, aliases, inside)
            conditions = inside.said - around.said
            yield self.under(conditions, f"... on {type_name}", f" {inner}")

    def _needs_typename(self, ways: Iterable[Way]) -> bool:
        return any(self._discovers_type(way) for way in ways)

    def _discovers_type(self, way: Way) -> bool:
        """Whether the object's real type is first learnt here and may be one of several."""
        if way.kind is WayKind.FIELD:
            return way.position.is_abstract and not self.graph.is_interface_object(way.at)
        if way.kind is not WayKind.HOP or way.parent is None:
            return False
        was_unknown = self.graph.is_interface_object(way.parent.at)
        return was_unknown and not self.graph.is_interface_object(way.at)


def printed_operation(
    keyword: str, name: str | None, variables: Iterable[str], selection: str
) -> str:
    """The whole document."""
    definitions = ", ".join(variables)
    head = f"{keyword} {name or ''}".rstrip() + (f"({definitions})" if definitions else "")
    return f"{head} {selection}" if head != "query" else selection
