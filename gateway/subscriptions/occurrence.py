"""What a listener is given: an event, a snapshot, a heartbeat or a reset, at a cursor."""

from collections.abc import Hashable
from enum import StrEnum
from functools import cached_property
from typing import Any

from gateway.execution.snapshot_plan import ShownEntity
from gateway.subscriptions.cursor import LogName, Positions, write_cursor
from gateway.subscriptions.happening import Happening


class Delivery(StrEnum):
    """Why an item was sent; the values of the graph's EventDelivery."""

    EVENT = "EVENT"
    SNAPSHOT = "SNAPSHOT"
    HEARTBEAT = "HEARTBEAT"
    RESET = "RESET"


class Occurrence:
    """One item of one subscription field; all its listeners hold the same object.

    `positions` are those after it; `seq_from` is the first version that a STATE item stands for.
    `resolved` keeps what it came to, per selection and rights, for as long as anybody holds it.
    `shown` are the entities of a snapshot, once it is resolved, with their versions.
    """

    def __init__(
        self,
        delivery: Delivery,
        log: LogName,
        positions: Positions,
        payload: dict[str, Any],
        happening: Happening | None = None,
        seq_from: int | None = None,
    ) -> None:
        self.delivery = delivery
        self.log = log
        self.positions = positions
        self.payload = payload
        self.happening = happening
        self.seq_from = seq_from if happening is None or seq_from is not None else happening.seq
        self.resolved: dict[Hashable, Any] = {}
        self.shown: tuple[ShownEntity, ...] = ()

    @cached_property
    def cursor(self) -> str:
        """Where to go on after it."""
        return write_cursor(self.log, self.positions)

    @property
    def seq(self) -> int | None:
        """The entity's version."""
        return None if self.happening is None else self.happening.seq

    def is_in(self, shown: tuple[ShownEntity, ...]) -> bool:
        """Whether a snapshot's entities, at the versions shown, hold this event already."""
        return bool(shown) and any(map(self._is_in, shown))

    def _is_in(self, shown: ShownEntity) -> bool:
        happening, entity = self.happening, self.payload.get(shown.field)
        return (
            happening is not None
            and happening.seq <= shown.version
            and happening.entity.startswith(f"{shown.type_name}:")
            and isinstance(entity, dict)
            and entity.get("id") == shown.id
        )

    def at(self, positions: Positions) -> "Occurrence":
        """Give the same item at another cursor."""
        return Occurrence(
            self.delivery, self.log, positions, self.payload, self.happening, self.seq_from
        )

    def after(self, earlier: "Occurrence") -> "Occurrence":
        """Give this item standing for an earlier one of the same entity too."""
        return Occurrence(
            self.delivery,
            self.log,
            self.positions,
            self.payload,
            self.happening,
            earlier.seq_from,
        )

    def in_full(self) -> dict[str, Any]:
        """Give the payload with the fields that whoever serves the stream fills in."""
        happening = self.happening
        return {
            **self.payload,
            "cursor": self.cursor,
            "delivery": self.delivery.value,
            "seq": self.seq,
            "seqFrom": self.seq_from,
            "seqTo": self.seq,
            "eventId": None if happening is None else happening.event_id,
            "occurredAt": None if happening is None else happening.occurred_at,
        }
