"""The list of those who wait for one item on one channel, and how many of them are to be told."""

from dataclasses import dataclass, replace

from inventory_svc.domain.back_in_stock.registration import ListKey


@dataclass(frozen=True, slots=True)
class WaitingList:
    """`given` numbers were given out so far; while it is `open`, somebody may wait.

    `announced` of the units that can be sold now were told to somebody already: for those nobody
    else is told. They are forgotten with the last who waited. `version` counts the looks at it.
    """

    key: ListKey
    given: int = 0
    announced: int = 0
    open: bool = False
    version: int = 0

    def joined(self) -> "WaitingList":
        """Give the list with one number more given out."""
        return replace(self, given=self.given + 1, open=True, version=self.version + 1)

    def turns(self, units: int) -> int:
        """How many are to be told when so many units can be sold: one for each unannounced."""
        return max(0, units - self.announced)

    def told(self, units: int, told: int, *, others_wait: bool) -> "WaitingList":
        """Give the list after so many were told; units that are gone are announced no more."""
        version = self.version + 1
        if not others_wait:
            return replace(self, announced=0, open=False, version=version)
        return replace(self, announced=min(self.announced, units) + told, version=version)
