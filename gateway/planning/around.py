"""What is known at a place of a subgraph request about the client's conditions.

A field that is asked under several alternatives is written once for each; what is below it then
stands in the first that it belongs to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.planning.conditions import Alternatives, Conditions, common, reduced


@dataclass(frozen=True, slots=True)
class Around:
    """What a place stands under.

    What is around it is asked under `every` alternative, and written here for those `here`. One of
    those of `held` holds whenever the place counts, and all of `said` do: they need no word.
    """

    every: Alternatives
    here: Alternatives
    held: frozenset[Conditions]
    said: Conditions

    @classmethod
    def of(cls, when: Alternatives) -> "Around":
        """The place of what is only asked if one of the alternatives holds."""
        known = reduced(when)
        return cls(when, when, frozenset(known), common(known))

    def within(self, when: Alternatives) -> "Around | None":
        """A place for the part of something that is written here; None if none of it is."""
        here = self._here(when)
        return replace(self, every=when, here=here) if here else None

    def narrowed(self) -> "Around":
        """The same where it only counts under what its alternatives have in common."""
        known = reduced(self.here)
        held = frozenset(known) if len(known) == 1 else self.held
        return replace(self, held=held, said=self.said | common(known))

    def occurrences(self, when: Alternatives) -> Iterator[tuple[Conditions, "Around"]]:
        """How often to write a field, under which conditions, and the place within each."""
        inside = self.within(when)
        if inside is None:
            return
        known = reduced(inside.here)
        if len(known) == 1 or self.held == set(known):
            inside = inside.narrowed()
            yield inside.said - self.said, inside
            return
        for conditions in inside.here:
            said = self.said | conditions
            yield conditions - self.said, Around(when, (conditions,), frozenset({conditions}), said)

    def _here(self, when: Alternatives) -> Alternatives:
        if len(self.here) == len(self.every):
            return when
        return tuple(
            each for each in when if next(one for one in self.every if one <= each) in self.here
        )
