"""On which terms an item may be sold in one way."""

from dataclasses import dataclass

from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.precedence import NO_CHOICE, Choice
from inventory_svc.domain.rules.rule import Exposure, StockRule


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms an item may be sold in one way, from each location."""

    exposure: Choice = NO_CHOICE
    protection: Choice = NO_CHOICE
    share: Choice = NO_CHOICE
    deferral: Choice = NO_CHOICE

    def hidden_by(self, location: Location) -> StockRule | None:
        """Give the rule that keeps the goods of a location from being sold, if one does."""
        rule = self.exposure.at(location)
        if rule is None or not isinstance(rule.effect, Exposure) or rule.effect.exposed:
            return None
        return rule
