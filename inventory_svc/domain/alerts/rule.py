"""When somebody wants to hear that stock runs low."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from inventory_svc.domain.naming import required_code
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll


@dataclass(frozen=True, slots=True)
class StockAlertRule:
    """An item (or each of a category, or any) at a location, in a group, or in the network.

    With a channel its availability counts, by all rules; without one what the locations can
    promise. The alert is raised at `threshold` units or fewer and armed again at `rearm_at`.
    """

    code: str
    threshold: int
    rearm_at: int
    sku: str | None = None
    category: str | None = None
    location: str | None = None
    group: str | None = None
    channel: str | None = None
    active: bool = True
    version: int = 0

    def watches(self, sku: str, category: str | None) -> bool:
        """Whether it is about an item."""
        if not self.active or self.sku not in (None, sku):
            return False
        return self.category is None or self.category == category


def checked_alert_rule(rule: StockAlertRule) -> StockAlertRule:
    """Give the rule in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(rule))
    if problems:
        raise RefusedAll(problems)
    return replace(rule, code=required_code(rule.code, "code"))


def _problems(rule: StockAlertRule) -> Iterator[Refusal]:
    try:
        required_code(rule.code, "code")
    except Refusal as refusal:
        yield refusal
    if not 0 <= rule.threshold < LARGEST:
        yield invalid(f"A threshold is between 0 and {LARGEST - 1}.", "threshold")
    elif not rule.threshold < rule.rearm_at <= LARGEST:
        yield invalid("It is armed again at more units than it is raised at.", "rearmAt")
    if rule.sku is not None and rule.category is not None:
        yield invalid("Name an item or a category, not both.", "category")
    if rule.location is not None and rule.group is not None:
        yield invalid("Name a location or a group, not both.", "group")
