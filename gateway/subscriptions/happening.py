"""An event of the log, as far as subscriptions need it."""

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import structlog

from gateway.ports import SubgraphResponse

_log = structlog.get_logger("gateway.subscriptions")


@dataclass(frozen=True, slots=True)
class Section:
    """What an event says to one subscription field: texts to filter by, and the payload."""

    keys: Mapping[str, tuple[str, ...]]
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """One commit on one entity; `sections` are by subscription field.

    `occurred` is `occurred_at` if that can be read. `answers` are what subgraphs said of it, where
    several may ask for it at different times.
    """

    event_id: str
    entity: str
    seq: int
    occurred_at: str
    audience: frozenset[str]
    sections: Mapping[str, Section]
    occurred: datetime | None = None
    answers: "dict[Hashable, asyncio.Task[SubgraphResponse]] | None" = field(
        default=None, compare=False, repr=False
    )


def read_happening(payload: bytes, *, shares: bool = False) -> Happening | None:
    """Read an envelope; None, told to the log, for what is none."""
    try:
        envelope = orjson.loads(payload)
        entity = envelope["entity"]
        return Happening(
            event_id=str(envelope["eventId"]),
            entity=f"{entity['type']}:{entity['id']}",
            seq=int(envelope["seq"]),
            occurred_at=str(envelope["occurredAt"]),
            audience=frozenset(map(str, envelope.get("audience") or ())),
            sections=dict(_sections(envelope.get("data") or {})),
            occurred=_instant(envelope["occurredAt"]),
            answers={} if shares else None,
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        _log.warning("event_not_understood", reason=f"{type(error).__name__}: {error}")
        return None


def texts_of(value: Any) -> tuple[str, ...]:
    """Give a filter's value, or a key's, as texts: a list has several, null has none."""
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value if one is not None)
    return (str(value),)


def _instant(text: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo else None


def _sections(data: Mapping[str, Any]) -> list[tuple[str, Section]]:
    """Only sections that look like one: other readers of the log have their own words in it."""
    return [
        (name, Section({key: texts_of(value) for key, value in keys.items()}, payload))
        for name, section in data.items()
        if isinstance(section, dict)
        and isinstance(keys := section.get("keys"), dict)
        and isinstance(payload := section.get("payload"), dict)
    ]
