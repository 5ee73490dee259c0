"""On which terms an item may be sold in one way."""

from dataclasses import dataclass

from inventory_svc.domain.network.location import Location
from inventory_svc.domain.rules.precedence import NO_CHOICE, Choice
from inventory_svc.domain.rules.rule import Exposure, SlowExposure, StockRule
from inventory_svc.domain.stock.availability.formula import Counted
from inventory_svc.domain.stock.pace import lasts


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms an item may be sold in one way, from each location.

    `paced` says that it matters somewhere how fast it sells.
    """

    exposure: Choice = NO_CHOICE
    protection: Choice = NO_CHOICE
    share: Choice = NO_CHOICE
    deferral: Choice = NO_CHOICE
    paced: bool = False

    def hidden_by(self, location: Location) -> StockRule | None:
        """Give the rule that keeps any goods of a location from being sold, if one does."""
        rule = self.exposure.at(location)
        if rule is None or not isinstance(rule.effect, Exposure) or rule.effect.exposed:
            return None
        return rule

    def hides(self, location: Location, counted: Counted) -> StockRule | None:
        """Give the rule that keeps what a location has from being sold, if one does."""
        weeks = weeks_to_last(rule := self.exposure.at(location))
        if weeks is None:
            return self.hidden_by(location)
        return None if lasts(counted.sellable, counted.pace, weeks) else rule


def weeks_to_last(rule: StockRule | None) -> int | None:
    """Give for how many weeks goods must last by a rule to be sold; None if that is no matter."""
    if rule is None or not isinstance(rule.effect, SlowExposure):
        return None
    return rule.effect.from_weeks
