"""Old documents are read as if they were new: upcast on read, stamp on write."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

Step: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns a document of one version into the next version's shape; pure."""

VERSION_FIELD = "schemaVersion"
NO_STEPS: Mapping[int, Step] = MappingProxyType({})


class SchemaTooNew(Exception):
    """A document was written by a release that this one does not know."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"The document has schema version {found}; this release knows {known}.")
        self.found = found
        self.known = known


class Upcasts:
    """The steps from every version still stored to the current one, by the version they leave."""

    def __init__(self, current: int, steps: Mapping[int, Step] = NO_STEPS) -> None:
        if sorted(steps) != list(range(current - len(steps), current)):
            raise ValueError("The steps must lead to the current version without a gap.")
        self.current = current
        self._steps = dict(steps)

    def upcast(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Give a copy in the current shape; one without a version counts as version 1."""
        version = int(document.get(VERSION_FIELD, 1))
        if version > self.current:
            raise SchemaTooNew(version, self.current)
        shaped = dict(document)
        for step in range(version, self.current):
            if step not in self._steps:
                raise ValueError(f"No upcast leads from schema version {step}.")
            shaped = self._steps[step](shaped)
        shaped[VERSION_FIELD] = self.current
        return shaped

    def stamp(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Give a copy that says it has the current shape."""
        return {**document, VERSION_FIELD: self.current}
