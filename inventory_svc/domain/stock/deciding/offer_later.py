"""What a reservation may take of goods that come later: the same rules, over the same draft."""

from collections.abc import Callable, Iterable

from inventory_svc.domain.stock.availability.pots import left_ahead, protection_of
from inventory_svc.domain.stock.availability.schedule import NOTHING_THERE, timeline_of
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.deciding.offer import Offer
from inventory_svc.domain.stock.draft import StockDraft
from inventory_svc.domain.stock.inbound.phase import Phases, added_up
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Timeline
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation

_NOTHING = Timeline(())


class OfferLater:
    """The stock of a draft, and what comes, as the rules offer it to one who reserves, or has.

    `supplies_to` gives what is on its way to a position, which nobody else's has to be looked at
    for.
    """

    def __init__(
        self,
        buyer: ReserveStock | Reservation,
        offer: Offer,
        draft: StockDraft,
        supplies_to: Callable[[PositionKey], Iterable[InboundSupply]],
    ) -> None:
        self._buyer = buyer
        self._offer = offer
        self._draft = draft
        self._policy = draft.supply.policy
        self._supplies_to = supplies_to
        self._timelines: dict[PositionKey, Timeline] = {}
        self._left: dict[ShareKey, Phases] = {}

    def timeline(self, key: PositionKey) -> Timeline:
        """Give what a position can promise from now on."""
        if key not in self._timelines:
            self._timelines[key] = self._made(key)
        return self._timelines[key]

    def pot(self, key: PositionKey) -> ShareKey | None:
        """Give the share that a position draws on, if there is one."""
        return self._offer.pot(key)

    def left(self, key: PositionKey) -> Phases:
        """Give what will be left of the share that a position draws on."""
        share = self.pot(key)
        if share is None:
            return self.timeline(key).phases()
        if share not in self._left:
            self._left[share] = self._left_of(share, key)
        return self._left[share]

    def _left_of(self, share: ShareKey, key: PositionKey) -> Phases:
        rule, terms = self._policy.by_code[share.rule], self._offer.terms(key)
        free = added_up(
            self.timeline(key._replace(location=each.location.code)).phases()
            for each in self._policy.whole_scope(self._offer.sale(key.condition))
            if terms.share.at(each.location) is rule
        )
        draft = self._draft
        return left_ahead(rule, free, draft.now, draft.drawn(share), draft.drawn_later(share))

    def _made(self, key: PositionKey) -> Timeline:
        counted = self._offer.counted(key) or NOTHING_THERE
        supplies = self._supplies_to(key)
        now, channel = self._draft.now, self._buyer.channel
        location = self._policy.directory.locations.get(key.location)
        if location is None or not self._policy.rules:
            return timeline_of(counted, supplies, now, channel=channel)
        terms = self._offer.terms(key)
        if terms.hides(location, counted) is not None:
            return _NOTHING
        return timeline_of(
            counted,
            supplies,
            now,
            channel=channel,
            protection=protection_of(terms.protection.at(location)),
            deferral=terms.deferral.at(location),
        )
