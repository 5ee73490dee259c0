"""What each channel can sell of an item, kept until the stock or the rules are others.

The totals of one item live and end with its packed shelves, so that none outlives what it is from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from weakref import ref

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import (
    AppliedRule,
    Availability,
    Stock,
    availability_of,
    drawn_by_rule,
)
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.tally import Rows
from inventory_svc.domain.stock.availability.terms import Terms
from inventory_svc.domain.stock.pace import next_fading
from inventory_svc.domain.stock.shelves import Shelves


class Total(NamedTuple):
    """An answer without its rows, by which policy it was made, and until when it is right.

    It is right for as long as just so much is `drawn` of shares; that does not come with shelves.
    It keeps neither that policy nor the locations in its scope: there may be many after a while.
    """

    policy: ref[Policy]
    quantity: int
    rules_applied: tuple[AppliedRule, ...]
    as_of: datetime
    until: datetime | None
    drawn: Mapping[str, int]

    def lasts(self, policy: Policy, drawn: Mapping[str, int], now: datetime) -> bool:
        """Whether the formula would give the same by a policy at a moment."""
        if self.policy() is not policy or self.drawn != drawn:
            return False
        return self.as_of <= now and (self.until is None or now < self.until)


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
        key, drawn = (sale, stock.category), drawn_by_rule(stock, sale, now)
        kept = self.totals.get(key)
        if kept is not None and kept.lasts(policy, drawn, now):
            return _answer(kept, stock, sale, policy, now)
        made = availability_of(stock, sale, scope, policy, now)
        until = self._until(policy.terms(stock.sku, stock.category, sale), now)
        self.totals[key] = Total(ref(policy), made.quantity, made.rules_applied, now, until, drawn)
        return made

    def _until(self, terms: Terms, now: datetime) -> datetime | None:
        """Give until when the same shelves are answered from alike; None for ever."""
        end = self.shelves.next_end(now)
        if not terms.paced:
            return end
        return next_fading(now) if end is None else min(end, next_fading(now))


def packed_item(shelves: Shelves) -> PackedItem:
    """Give an item of which nothing has been asked yet."""
    return PackedItem(shelves, {})


def _answer(total: Total, stock: Stock, sale: Sale, policy: Policy, now: datetime) -> Availability:
    """Give the answer of a total; its rows are made when they are looked at."""

    def rows() -> Rows:
        return availability_of(stock, sale, policy.whole_scope(sale), policy, now).locations

    channel, as_of = sale.channel or "", total.as_of
    return Availability(stock.sku, channel, total.quantity, as_of, total.rules_applied, rows)
