"""What an operation comes to, in one walk over it with its fragments written out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)


@dataclass(frozen=True, slots=True)
class Measures:
    """The largest figures among the operations of a document."""

    operations: int
    depth: int
    aliases: int
    root_fields: int
    directives: int
    duplicates: int
    variables: int


def measure(document: DocumentNode) -> Measures:
    """Walk every operation; only for documents whose expanded size was found to be bounded."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    walks = [
        _Walk(node, fragments)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return Measures(
        operations=len(walks),
        depth=max((walk.depth for walk in walks), default=0),
        aliases=max((walk.aliases for walk in walks), default=0),
        root_fields=max((walk.root_fields for walk in walks), default=0),
        directives=max((walk.directives for walk in walks), default=0),
        duplicates=max((walk.duplicates for walk in walks), default=0),
        variables=max((walk.variables for walk in walks), default=0),
    )


class _Walk:
    """One operation, level by level; a level holds what one merged selection set would."""

    def __init__(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self._fragments = fragments
        self.aliases = 0
        self.variables = len(operation.variable_definitions or ())
        self.directives = len(operation.directives or ())
        self.duplicates = 0
        self.depth = 0
        levels = [([operation.selection_set], 1)]
        self.root_fields = sum(1 for _ in self._fields([operation.selection_set], count=False))
        while levels:
            selection_sets, depth = levels.pop()
            self.depth = max(self.depth, depth)
            levels.extend((below, depth + 1) for below in self._level(selection_sets))

    def _level(self, selection_sets: list[SelectionSetNode]) -> list[list[SelectionSetNode]]:
        """Count one level and give the levels below it, one a response key."""
        keys: Counter[str] = Counter()
        below: dict[str, list[SelectionSetNode]] = {}
        for field in self._fields(selection_sets, count=True):
            key = (field.alias or field.name).value
            keys[key] += 1
            if field.selection_set is not None:
                below.setdefault(key, []).append(field.selection_set)
        self.duplicates += sum(count - 1 for count in keys.values())
        return list(below.values())

    def _fields(
        self, selection_sets: list[SelectionSetNode], *, count: bool
    ) -> Iterator[FieldNode]:
        waiting = [selection for each in selection_sets for selection in each.selections]
        while waiting:
            selection = waiting.pop()
            if count:
                self.directives += len(selection.directives or ())
            if isinstance(selection, FieldNode):
                self.aliases += bool(count and selection.alias)
                yield selection
            else:
                waiting.extend(self._inside(selection))

    def _inside(self, selection: SelectionNode) -> Sequence[SelectionNode]:
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments.get(selection.name.value)
            return () if fragment is None else fragment.selection_set.selections
        below: SelectionSetNode = selection.selection_set  # type: ignore[attr-defined]  # inline
        return below.selections
