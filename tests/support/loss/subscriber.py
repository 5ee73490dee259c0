"""One subscriber's account: what it heard of each entity, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Subscriber:
    """Whoever listens to one field, from its last cursor on whenever it must begin again.

    The operation names the entity `entity` and takes `$since`. `heard` is the last version of
    each entity; `is_quiet` says that a heartbeat came last.
    """

    name: str
    operation: str
    variables: Mapping[str, Any]
    is_pacer: bool = False
    is_slow: bool = False
    cursor: str | None = None
    heard: dict[str, int] = field(default_factory=dict)
    event_ids: set[str] = field(default_factory=set)
    items: int = 0
    is_quiet: bool = False
    wrong: list[str] = field(default_factory=list)
    _followed: set[str] = field(default_factory=set)

    def begin_again(self) -> Mapping[str, Any]:
        """Give the variables to subscribe with, from the last cursor on.

        Versions of a state that waited behind that cursor, to be told by a later one, are not in
        what that one then says it stands for.
        """
        self._followed.clear()
        return {**self.variables, "since": self.cursor}

    def take(self, item: Mapping[str, Any]) -> None:
        """Check an item against all before it, and go on from its cursor."""
        self.cursor = item["cursor"]
        self.is_quiet = item["delivery"] == "HEARTBEAT"
        if self.is_quiet:
            return
        if item["delivery"] != "EVENT":
            self.wrong.append(f"{self.name} was told {item['delivery']}")
            return
        self.items += 1
        self._check(item)

    def lacks(self, versions: Mapping[str, int]) -> dict[str, str]:
        """Tell of which entities it has not heard exactly the versions up to these."""
        return {
            entity: f"heard {self.heard.get(entity, 0)} of {versions.get(entity, 0)}"
            for entity in versions.keys() | self.heard.keys()
            if self.heard.get(entity, 0) != versions.get(entity, 0)
        }

    def _check(self, item: Mapping[str, Any]) -> None:
        entity, version = item["entity"]["id"], item["seq"]
        first = item.get("seqFrom", version)
        last = self.heard.get(entity, 0)
        may_pass_over = "seqFrom" in item and entity not in self._followed
        if first != last + 1 and not (may_pass_over and last < first <= version):
            self.wrong.append(f"{self.name} heard {entity} {first} to {version} after {last}")
        if item["eventId"] in self.event_ids:
            self.wrong.append(f"{self.name} heard {item['eventId']} twice")
        seen = (item.get("state") or {}).get("version")
        if seen is not None and seen < version:
            self.wrong.append(f"{self.name} was shown {entity} at {seen} with event {version}")
        self.event_ids.add(item["eventId"])
        self.heard[entity] = version
        self._followed.add(entity)
