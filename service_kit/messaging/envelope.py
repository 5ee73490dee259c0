"""What happened to one entity in one commit, as every listener reads it. Ids only, no persons."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from service_kit.runtime.json_values import JSON

CURRENT_VERSION = 1


def public_topic(topic: str) -> str:
    """Name the section of an event that tells a topic to those who may not see all of it."""
    return f"{topic}.public"


@dataclass(frozen=True, slots=True, order=True)
class EntityRef:
    """One entity: its GraphQL type and its key."""

    type: str
    id: str

    @property
    def text(self) -> str:
        return f"{self.type}:{self.id}"


@dataclass(frozen=True, slots=True)
class Change:
    """A field before and after."""

    before: JSON
    after: JSON


@dataclass(frozen=True, slots=True)
class Event:
    """One commit on one entity with all its changes; `seq` is the entity's version after it."""

    event_id: str
    type: str
    entity: EntityRef
    seq: int
    occurred_at: datetime
    actor: str
    cause: str = ""
    audience: tuple[str, ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)
    data: Mapping[str, JSON] = field(default_factory=dict)
    schema_version: int = CURRENT_VERSION
    traceparent: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the envelope in its JSON names."""
        return {
            "eventId": self.event_id,
            "type": self.type,
            "entity": {"type": self.entity.type, "id": self.entity.id},
            "seq": self.seq,
            "occurredAt": text_of(self.occurred_at),
            "actor": self.actor,
            "cause": self.cause,
            "audience": list(self.audience),
            "changes": {
                name: {"before": change.before, "after": change.after}
                for name, change in self.changes.items()
            },
            "data": dict(self.data),
            "schemaVersion": self.schema_version,
            "traceparent": self.traceparent,
        }


def event_from_json(value: Mapping[str, Any]) -> Event:
    """Read an envelope; unknown names are ignored, so that newer releases may add some."""
    entity = value["entity"]
    return Event(
        event_id=value["eventId"],
        type=value["type"],
        entity=EntityRef(entity["type"], entity["id"]),
        seq=value["seq"],
        occurred_at=datetime.fromisoformat(value["occurredAt"]),
        actor=value["actor"],
        cause=value.get("cause", ""),
        audience=tuple(value.get("audience", ())),
        changes={
            name: Change(change["before"], change["after"])
            for name, change in value.get("changes", {}).items()
        },
        data=value.get("data", {}),
        schema_version=value.get("schemaVersion", CURRENT_VERSION),
        traceparent=value.get("traceparent"),
    )


def text_of(at: datetime) -> str:
    """Give a moment as ISO 8601 in UTC with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def partition_of(entity: EntityRef, partitions: int) -> int:
    """Give the partition, 0 up to `partitions`, that holds all events of an entity, for ever."""
    digest = hashlib.blake2b(entity.text.encode(), digest_size=8).digest()
    return int.from_bytes(digest) % partitions


def stream_name(service: str, partition: int) -> str:
    """Give the name of the stream of one partition of one service."""
    return f"events:{service}:{partition}"


def parts_of_stream(name: str) -> tuple[str, int]:
    """Give the service and the partition that a stream's name has."""
    _, service, partition = name.split(":")
    return service, int(partition)
