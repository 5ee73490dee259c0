"""What can be done now with a return, and by whom."""

from returns_svc.domain.lifecycles.actions import (
    Action,
    AvailableAction,
    Hindrance,
    hindrance_of,
)
from returns_svc.domain.requests.return_request import Return

BY_CUSTOMERS = frozenset({Action.RETURN_CANCEL, Action.RETURN_ABANDON})
"""What the customer may do too."""


def actions_on(
    found: Return, *, handles: bool, owns: bool, takes_in: bool
) -> tuple[AvailableAction, ...]:
    """Give every action.

    `handles` is whether the caller acts on the goods where they are, `takes_in` whether they may
    receive them, `owns` whether the return is theirs to decide about.
    """
    open_ = frozenset(Action) if handles else frozenset[Action]()
    open_ |= BY_CUSTOMERS if owns else frozenset()
    open_ |= {Action.RETURN_RECEIVE} if takes_in else frozenset()
    return tuple(
        AvailableAction(
            action,
            hindrance_of(action, found.state, refund_pending=found.refund_pending)
            if action in open_
            else Hindrance.NOT_YOURS,
        )
        for action in Action
    )
