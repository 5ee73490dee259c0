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


def actions_on(found: Return, *, handles: bool, owns: bool) -> tuple[AvailableAction, ...]:
    """Give every action; `handles` is whether the caller acts on the goods, `owns` on the rest."""
    return tuple(
        AvailableAction(
            action,
            hindrance_of(action, found.state, refund_pending=found.refund_pending)
            if handles or (owns and action in BY_CUSTOMERS)
            else Hindrance.NOT_YOURS,
        )
        for action in Action
    )
