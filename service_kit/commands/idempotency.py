"""The same command sent twice has one effect and one answer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from service_kit.commands.refusal import IDEMPOTENCY_KEY_REUSED, IN_PROGRESS, Refusal
from service_kit.runtime.identifiers import derived_identifier
from service_kit.runtime.json_values import JSON


def fingerprint_of(value: JSON) -> str:
    """Give the SHA-256, in hex, of a JSON value; the order of its keys does not count."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """One command as its sender names it: who (`scope`), what (`mutation`), which (`key`).

    `identifier` is the same text for the same three, whatever the input.
    """

    scope: str
    mutation: str
    key: str
    fingerprint: str
    identifier: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        identifier = derived_identifier(self.scope, self.mutation, self.key)
        object.__setattr__(self, "identifier", identifier)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did (ids, versions) or why it was refused; enough to answer a replay."""

    values: Mapping[str, JSON] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()


class Outcomes(Protocol):
    """The outcomes already decided, read and written in the effect's own transaction."""

    async def find(self, request: IdempotentRequest) -> Outcome | None:
        """Give the recorded outcome; refuse IDEMPOTENCY_KEY_REUSED if the input differs."""

    async def record(self, request: IdempotentRequest, outcome: Outcome) -> None:
        """Keep the outcome for later replays."""


def key_reused() -> Refusal:
    """Refuse a key that was used with another input."""
    return Refusal(
        IDEMPOTENCY_KEY_REUSED,
        "This idempotency key was already used with another input.",
        path=("input", "idempotencyKey"),
    )


def in_progress() -> Refusal:
    """Refuse, for now, a command whose first copy has not ended."""
    return Refusal(
        IN_PROGRESS,
        "The same command is still under way. Ask again with the same key.",
        path=("input", "idempotencyKey"),
        retryable=True,
    )
