"""The size of a document with every fragment written out, counted without writing it out."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.errors import InvalidOperation


def expanded_size(document: DocumentNode) -> int:
    """Count fields, inline fragments and spreads of all operations; each fragment is read once.

    Fragments that no operation reaches count as well: validation will read them too. Raises
    InvalidOperation for a fragment that spreads itself, which could be written out for ever.
    """
    sizes = _Sizes(document)
    reached = [
        sizes.of(node.selection_set)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    return sum(reached) + sizes.of_unreached()


class _Sizes:
    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, int] = {}
        self._under_way: set[str] = set()

    def of(self, selections: SelectionSetNode | None) -> int:
        if selections is None:
            return 0
        total = len(selections.selections)
        for selection in selections.selections:
            if isinstance(selection, FragmentSpreadNode):
                total += self._of_fragment(selection.name.value)
            elif isinstance(selection, FieldNode):
                total += self.of(selection.selection_set)
            else:
                total += self.of(getattr(selection, "selection_set", None))
        return total

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            if name in self._under_way:
                raise InvalidOperation(f'Cannot spread fragment "{name}" within itself.')
            self._under_way.add(name)
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set) if fragment else 0
        return self._known[name]

    def of_unreached(self) -> int:
        return sum(self._of_fragment(name) for name in set(self._fragments) - set(self._known))
