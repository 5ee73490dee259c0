"""What subscribers ask for, and what they then have to hear."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HEARTBEAT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity as its events show it: its id in the graph, and the values that filters meet."""

    id: str
    values: Mapping[str, str | None] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A subscription field: its arguments (by filter, with their types), and its entity's field.

    What is selected of the entity as it is now is apart, because it may be null for a while.
    """

    name: str
    arguments: Mapping[str, tuple[str, str]]
    entity: str
    is_state: bool = False

    def operation(self, selection: str) -> str:
        """Give the subscription, whose arguments are variables named as the filters."""
        types = "".join(f" ${name}: {of}," for name, (_, of) in self.arguments.items())
        given = "".join(f" {argument}: ${name}," for name, (argument, _) in self.arguments.items())
        more = "seqFrom" if self.is_state else ""
        if selection:
            more += f" state: {self.entity} {{ {selection} }}"
        return (
            f"subscription ({types} $since: String) {{"
            f" {self.name}({given} since: $since, heartbeatSeconds: {HEARTBEAT_SECONDS})"
            f" {{ delivery cursor seq eventId {more} entity: {self.entity} {{ id }} }} }}"
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscriber: who listens, to which field, by which filters.

    Whoever does not see all sees the entities that have the value of a grant `kind:value`.
    """

    name: str
    role: str
    topic: Field
    filters: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict, hash=False)
    grants: tuple[str, ...] = ()
    sees_all: bool = True
    selection: str = ""
    is_pacer: bool = False
    is_slow: bool = False

    def sees(self, subject: Subject) -> bool:
        """Whether a subject's events are for this subscriber."""
        return self._may_see(subject) and all(
            subject.values.get(name) in ((wanted,) if isinstance(wanted, str) else wanted)
            for name, wanted in self.filters.items()
        )

    def wanted(self, truth: Mapping[Subject, int]) -> dict[str, int]:
        """What it has to have heard at the end."""
        return {subject.id: version for subject, version in truth.items() if self.sees(subject)}

    def _may_see(self, subject: Subject) -> bool:
        shown = {value for value in subject.values.values() if value is not None}
        return self.sees_all or any(grant.split(":", 1)[1] in shown for grant in self.grants)
