"""What a reservation may take: the same formula as the answers, over what the commit has read."""

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.formula import Counted
from inventory_svc.domain.stock.availability.pots import left_in_pot, units_on_terms
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.availability.terms import Terms
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.draft import StockDraft
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation


class Offer:
    """The stock of a draft as the rules offer it to one who reserves, or has reserved."""

    def __init__(self, buyer: ReserveStock | Reservation, draft: StockDraft) -> None:
        self._draft = draft
        self._policy = draft.supply.policy
        self._buyer = buyer
        self._left: dict[ShareKey, int] = {}

    def units(self, key: PositionKey) -> int:
        """Give the units that a position can promise, of a share no more than is left of it."""
        units = self.there(key)
        return units if self.pot(key) is None else min(units, self.left(key))

    def there(self, key: PositionKey) -> int:
        """Give the units that a position can promise, whatever share it draws on."""
        location = self._policy.directory.locations.get(key.location)
        if location is None or not self._policy.rules:
            return self._draft.available(key)
        counted = self.counted(key)
        terms = self.terms(key)
        if counted is None or terms.hides(location, counted) is not None:
            return 0
        return units_on_terms(counted, location, terms)

    def pot(self, key: PositionKey) -> ShareKey | None:
        """Give the share that a position draws on, if there is one."""
        rule = self._share(key)
        return None if rule is None else ShareKey(rule.code, key.sku, key.condition)

    def left(self, key: PositionKey) -> int:
        """Give what is left of the share that a position draws on."""
        rule = self._share(key)
        if rule is None:
            return self.units(key)
        share = ShareKey(rule.code, key.sku, key.condition)
        if share not in self._left:
            self._left[share] = left_in_pot(
                rule,
                self.terms(key),
                self.sale(key.condition),
                self._policy,
                lambda location: self.counted(key._replace(location=location)),
                self._draft.drawn(share),
            )
        return self._left[share]

    def _share(self, key: PositionKey) -> StockRule | None:
        location: Location | None = self._policy.directory.locations.get(key.location)
        return None if location is None else self.terms(key).share.at(location)

    def terms(self, key: PositionKey) -> Terms:
        """Give the terms on which the item of a position may be sold."""
        category = self._draft.supply.categories.get(key.sku)
        return self._policy.terms(key.sku, category, self.sale(key.condition))

    def sale(self, condition: Condition) -> Sale:
        """Give the kind of sale that it is."""
        return self._policy.sale(self._buyer.channel, self._buyer.service, condition)

    def counted(self, key: PositionKey) -> Counted | None:
        """Give what a position holds; None if nothing was ever there."""
        if not self._draft.knows(key):
            return None
        position = self._draft.position(key)
        return Counted(
            position.on_hand,
            position.unavailable,
            position.allocated,
            position.held,
            position.pace.at(self._draft.now),
        )
