"""The list of those who wait for one item on one channel, and how many of them are to be told."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from inventory_svc.domain.back_in_stock.registration import ListKey

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WaitingList:
    """`given` numbers were given out so far; while it is `open`, somebody may wait `until` then.

    `announced` of the units that can be sold now were told to somebody already: for those nobody
    else is told. They are forgotten with the last who waited. `version` counts the looks at it,
    and no registration of anybody who was erased had a version above `erased`.
    """

    key: ListKey
    given: int = 0
    announced: int = 0
    open: bool = False
    version: int = 0
    until: datetime = LONG_AGO
    erased: int = 0

    def joined(self, expires_at: datetime) -> "WaitingList":
        """Give the list with one number more given out, to somebody who waits until then."""
        until = max(self.until, expires_at)
        return replace(self, given=self.given + 1, open=True, version=self.version + 1, until=until)

    def is_over(self, now: datetime) -> bool:
        """Whether the time of all who wait is over, so that it has only to be closed."""
        return self.until <= now

    def turns(self, units: int) -> int:
        """How many are to be told when so many units can be sold: one for each unannounced."""
        return max(0, units - self.announced)

    def told(self, units: int, told: int, *, others_wait: bool) -> "WaitingList":
        """Give the list after so many were told; units that are gone are announced no more."""
        version = self.version + 1
        if not others_wait:
            return replace(self, announced=0, open=False, version=version, until=LONG_AGO)
        return replace(self, announced=min(self.announced, units) + told, version=version)
