"""What a reservation may take of goods that come later: the same rules, over the same draft."""

from datetime import datetime

from inventory_svc.domain.stock.availability.pots import left_of, protection_of
from inventory_svc.domain.stock.availability.schedule import NOTHING_THERE, timeline_of
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.deciding.offer import Offer
from inventory_svc.domain.stock.draft import StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Timeline
from inventory_svc.domain.stock.position import PositionKey

_NOTHING = Timeline(())


class OfferLater:
    """The stock of a draft, and what comes, as the rules offer it to one command."""

    def __init__(self, command: ReserveStock, offer: Offer, draft: StockDraft) -> None:
        self._command = command
        self._offer = offer
        self._draft = draft
        self._policy = draft.supply.policy
        self._timelines: dict[PositionKey, Timeline] = {}
        self._inbound: dict[PositionKey, list[InboundSupply]] = {}
        for supply in draft.all_inbound():
            self._inbound.setdefault(supply.key.position, []).append(supply)

    def timeline(self, key: PositionKey) -> Timeline:
        """Give what a position can promise from now on."""
        if key not in self._timelines:
            self._timelines[key] = self._made(key)
        return self._timelines[key]

    def pot(self, key: PositionKey) -> ShareKey | None:
        """Give the share that a position draws on, if there is one."""
        return self._offer.pot(key)

    def left_by(self, key: PositionKey, moment: datetime) -> int:
        """Give what will be left by a moment of the share that a position draws on."""
        share = self.pot(key)
        if share is None:
            return self.timeline(key).by(moment)
        terms = self._offer.terms(key)
        units = sum(
            self.timeline(key._replace(location=each.location.code)).by(moment)
            for each in self._policy.whole_scope(self._offer.sale(key.condition))
            if (rule := terms.share.at(each.location)) is not None and rule.code == share.rule
        )
        later = moment > self._draft.now
        drawn = self._draft.drawn_later(share) if later else self._draft.drawn(share)
        return left_of(self._policy.by_code[share.rule], units, drawn)

    def _made(self, key: PositionKey) -> Timeline:
        counted = self._offer.counted(key) or NOTHING_THERE
        supplies = self._inbound.get(key, ())
        now, channel = self._draft.now, self._command.channel
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
