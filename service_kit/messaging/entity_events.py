"""The event of a commit on an entity: who did it, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from service_kit.messaging.envelope import Change, EntityRef, Event
from service_kit.runtime.identifiers import derived_identifier
from service_kit.runtime.json_values import JSON

Fields: TypeAlias = Mapping[str, JSON]
"""What an event may say of an entity, by name."""

NEW: Final[Fields] = {}
"""What there was to say of an entity before its first commit."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who did it, when, and by which command."""

    actor: str
    cause: str
    at: datetime


def differences(before: Fields, after: Fields) -> dict[str, Change]:
    """Give the fields that are not as they were; one that is gone is not among them."""
    return {
        name: Change(before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    }


def entity_event(  # in the order in which one would tell it
    kind: str,
    entity: EntityRef,
    version: int,
    cause: Cause,
    audience: tuple[str, ...],
    changes: Mapping[str, Change],
    about: Fields = NEW,
    *,
    traceparent: str | None = None,
) -> Event:
    """Give the event by which an entity came to its version; a version has one event only."""
    return Event(
        event_id=derived_identifier(entity.type, entity.id, str(version)),
        type=kind,
        entity=entity,
        seq=version,
        occurred_at=cause.at,
        actor=cause.actor,
        cause=cause.cause,
        audience=audience,
        changes=changes,
        data=about,
        traceparent=traceparent,
    )
