"""What the rules offer at one place, again and again while promises there go over to others."""

from dataclasses import replace
from datetime import datetime
from functools import cached_property

from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.stock.availability.pots import left_of
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.deciding.offer import Offer
from inventory_svc.domain.stock.deciding.offer_later import OfferLater
from inventory_svc.domain.stock.draft import StockDraft
from inventory_svc.domain.stock.inbound.phase import Phases, added_up, quantity_by
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Timeline
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation


class OfferHere:
    """What a place offers to those who bought in the same way as one buyer, as it is each time.

    What the other places of a share have is made once: no promise that goes over here changes it.
    A quota is no goods: none is on sale.
    """

    def __init__(self, buyer: Reservation, place: PositionKey, draft: StockDraft) -> None:
        self._buyer = buyer
        self._place = place
        self._draft = draft
        self._offer = Offer(buyer, draft)
        self.pot: ShareKey | None = self._offer.pot(place)

    def units(self) -> int:
        """Give what can be promised now."""
        units = self._offer.there(self._place)
        if self.pot is None:
            return units
        free = self._in_all(self._now, units)
        return min(units, left_of(self._rule(self.pot), free, self._draft.drawn(self.pot)))

    def timeline(self) -> Timeline:
        """Give what the place alone can promise from now on."""
        return self._later().timeline(self._place)

    def by(self, timeline: Timeline, moment: datetime) -> int:
        """Give what can be promised for a later moment, by what the place can promise alone."""
        units = timeline.by(moment)
        if self.pot is None:
            return units
        free = self._in_all(quantity_by(self._ahead, moment), units)
        drawn = self._draft.drawn_later(self.pot)
        return min(units, left_of(self._rule(self.pot), free, drawn))

    def _rule(self, pot: ShareKey) -> StockRule:
        return self._draft.supply.policy.by_code[pot.rule]

    def _in_all(self, elsewhere: int, here: int) -> int:
        return elsewhere + here if self._is_in_scope else elsewhere

    @cached_property
    def _scope(self) -> tuple[str, ...]:
        """The locations that draw on the same share."""
        offer, policy = self._offer, self._draft.supply.policy
        share = offer.terms(self._place).share
        rule = None if self.pot is None else self._rule(self.pot)
        scope = policy.whole_scope(offer.sale(self._place.condition))
        return tuple(each.location.code for each in scope if share.at(each.location) is rule)

    @cached_property
    def _is_in_scope(self) -> bool:
        return self._place.location in self._scope

    @cached_property
    def _others(self) -> tuple[PositionKey, ...]:
        here = self._place
        return tuple(here._replace(location=at) for at in self._scope if at != here.location)

    @cached_property
    def _now(self) -> int:
        return sum(map(self._offer.there, self._others))

    @cached_property
    def _ahead(self) -> Phases:
        later = self._later()
        return added_up(later.timeline(place).phases() for place in self._others)

    def _later(self) -> OfferLater:
        return OfferLater(self._buyer, self._offer, self._draft, self._off_sale)

    def _off_sale(self, place: PositionKey) -> list[InboundSupply]:
        return [
            replace(each, announced=replace(each.announced, window=None))
            for each in self._draft.inbound_to(place)
        ]
