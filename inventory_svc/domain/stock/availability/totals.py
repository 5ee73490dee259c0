"""What each channel can sell of an item, kept until the stock or the rules are others.

The totals of one item live and end with its packed shelves, so that none outlives what it is from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Availability, Stock, availability_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.shelves import Shelves


class Total(NamedTuple):
    """An answer, by which policy it was made, and when the next hold ends."""

    answer: Availability
    policy: Policy
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PackedItem:
    """The shelves of one item in one condition, with what was answered from them so far."""

    shelves: Shelves
    totals: dict[tuple[Sale, str | None], Total]

    def availability(
        self,
        stock: Stock,
        sale: Sale,
        scope: Sequence[Candidate],
        policy: Policy,
        now: datetime,
    ) -> Availability:
        """Answer by the formula, or with what it gave before, as it still would.

        Only answers about all that a channel sells from are kept.
        """
        if scope is not policy.whole_scope(sale):
            return availability_of(stock, sale, scope, policy, now)
        key = (sale, stock.category)
        kept = self.totals.get(key)
        if kept is not None and kept.policy is policy and _lasts(kept, now):
            return kept.answer
        answer = availability_of(stock, sale, scope, policy, now)
        self.totals[key] = Total(answer, policy, self.shelves.next_end(now))
        return answer


def packed_item(shelves: Shelves) -> PackedItem:
    """Give an item of which nothing has been asked yet."""
    return PackedItem(shelves, {})


def _lasts(total: Total, now: datetime) -> bool:
    return total.answer.as_of <= now and (total.until is None or now < total.until)
