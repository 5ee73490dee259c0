"""The life of a return as one table: its states, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReturnState(StrEnum):
    """How far a return has come."""

    UNMATCHED = "UNMATCHED"
    DECLARED = "DECLARED"
    APPROVED = "APPROVED"
    LABEL_ISSUED = "LABEL_ISSUED"
    DROPPED = "DROPPED"
    IN_TRANSIT = "IN_TRANSIT"
    RECEIVED = "RECEIVED"
    INSPECTING = "INSPECTING"
    ACCEPTED = "ACCEPTED"
    PARTIALLY_ACCEPTED = "PARTIALLY_ACCEPTED"
    REJECTED = "REJECTED"
    REFUNDED = "REFUNDED"
    SENT_BACK = "SENT_BACK"
    ABANDONED = "ABANDONED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


_R = ReturnState
_INSPECTED: Final = frozenset({_R.ACCEPTED, _R.PARTIALLY_ACCEPTED, _R.REJECTED})

STEPS: Final[Mapping[ReturnState, frozenset[ReturnState]]] = MappingProxyType(
    {
        _R.UNMATCHED: frozenset({_R.CANCELLED}),
        _R.DECLARED: frozenset({_R.APPROVED}),
        _R.APPROVED: frozenset(
            {_R.LABEL_ISSUED, _R.DROPPED, _R.IN_TRANSIT, _R.RECEIVED, _R.CANCELLED, _R.EXPIRED}
        ),
        _R.LABEL_ISSUED: frozenset(
            {_R.DROPPED, _R.IN_TRANSIT, _R.RECEIVED, _R.CANCELLED, _R.EXPIRED}
        ),
        _R.DROPPED: frozenset({_R.IN_TRANSIT, _R.RECEIVED}),
        _R.IN_TRANSIT: frozenset({_R.RECEIVED}),
        _R.RECEIVED: frozenset({_R.INSPECTING}) | _INSPECTED,
        _R.INSPECTING: _INSPECTED,
        _R.ACCEPTED: frozenset({_R.REFUNDED, _R.CLOSED}),
        _R.PARTIALLY_ACCEPTED: frozenset({_R.REFUNDED, _R.CLOSED}),
        _R.REJECTED: frozenset({_R.SENT_BACK, _R.ABANDONED}),
        _R.REFUNDED: frozenset({_R.CLOSED}),
        _R.SENT_BACK: frozenset({_R.CLOSED}),
        _R.ABANDONED: frozenset({_R.CLOSED}),
        _R.CLOSED: frozenset(),
        _R.CANCELLED: frozenset(),
        _R.EXPIRED: frozenset(),
    }
)
"""Which state may follow which."""

AWAITED: Final = frozenset(state for state in ReturnState if _R.RECEIVED in STEPS[state])
"""States in which the goods are still to come."""

ACCEPTING: Final = frozenset({_R.ACCEPTED, _R.PARTIALLY_ACCEPTED})
"""States in which something was accepted and its refund is under way."""

ENDED: Final = frozenset(state for state in ReturnState if not STEPS[state])
"""States that nothing follows."""


class IllegalStep(Exception):
    """A state was asked to follow one that it may not follow; nothing was changed."""

    def __init__(self, before: ReturnState, after: ReturnState) -> None:
        super().__init__(f"{after} does not follow {before}")
        self.before = before
        self.after = after


def step(before: ReturnState, after: ReturnState) -> ReturnState:
    """Give the state after one step; a step that is not in the table raises."""
    if after not in STEPS[before]:
        raise IllegalStep(before, after)
    return after
