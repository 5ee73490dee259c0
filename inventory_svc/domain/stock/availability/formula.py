"""The formula of what can be sold, step by step, for one location and for a share of many.

The order of operations and a worked example stand in docs/availability.md. Answers and commits
both decide by these functions.
"""

from typing import NamedTuple, TypeAlias

from inventory_svc.domain.rules.rule import Protection, Share

Free: TypeAlias = tuple[int, int]
"""Units that one location can sell, and those that a protection withholds there."""


class Counted(NamedTuple):
    """What one position holds: units that are there, of these not sellable; kept, and held.

    `pace` is how fast they sell: thousandths of units in four weeks.
    """

    on_hand: int
    unavailable: int
    allocated: int
    held: int
    pace: int = 0

    @property
    def sellable(self) -> int:
        """Units that are there to be sold, those included that are kept."""
        return self.on_hand - self.unavailable

    @property
    def left(self) -> int:
        """Units that nobody was promised; negative when too many were."""
        return self.sellable - self.allocated - self.held


def free(
    on_hand: int, unavailable: int, allocated: int, held: int, protection: Protection | None
) -> Free:
    """Give what is left of a position: never below zero, so that it burdens no other location."""
    left = on_hand - unavailable - allocated - held
    if left <= 0:
        return 0, 0
    if protection is None:
        return left, 0
    protected = withheld(left, on_hand, protection)
    return left - protected, protected


def withheld(left: int, on_hand: int, protection: Protection | None) -> int:
    """Give the units of those left at a position that a protection withholds."""
    if left <= 0 or protection is None:
        return 0
    return min(left, protection.of(on_hand))


def left_of_share(share: Share, units: int, drawn: int) -> int:
    """Give what is left of a share of `units` free ones when so many were drawn under its rule."""
    return max(0, min(units, share.of(units + drawn) - drawn))
