"""One change to a return: the return after it, and what it asks of the world."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from returns_svc.domain.errands import Errand
from returns_svc.domain.lifecycles.actions import Action, hindrance_of
from returns_svc.domain.lifecycles.return_state import ACCEPTING, ReturnState
from returns_svc.domain.refusals import action_not_allowed
from returns_svc.domain.requests.return_request import Refund, RefundState, Return


@dataclass(frozen=True, slots=True)
class Doing:
    """Who changes a return, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """The return after a change, and what is to be done about it."""

    after: Return
    errands: tuple[Errand, ...] = ()


def changed(before: Return, after: Return, doing: Doing, *errands: Errand) -> Change:
    """Number the version, and let the money decide whether the return is refunded."""
    return Change(replace(_folded(after, doing), version=before.version + 1), errands)


def require(action: Action, found: Return) -> None:
    """Refuse the action if the table of actions does not allow it now."""
    hindrance = hindrance_of(action, found.state, refund_pending=found.refund_pending)
    if hindrance is not None:
        raise action_not_allowed(action, hindrance)


def next_version(found: Return) -> int:
    """The version that the next change will have."""
    return found.version + 1


def _folded(after: Return, doing: Doing) -> Return:
    if after.state in ACCEPTING and _all_given(after.refunds):
        return after.stepped(ReturnState.REFUNDED, doing.at, doing.actor)
    return after


def _all_given(refunds: Sequence[Refund]) -> bool:
    states = {one.state for one in refunds}
    return states == {RefundState.SUCCEEDED}
