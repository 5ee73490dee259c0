"""The network of the rules' tests as a port, and rules that say nothing."""

from collections.abc import Iterable
from datetime import datetime

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.rules.rule_set import NO_RULES, RuleSet
from tests.support.rules import NETWORK


class OneNetwork:
    """A network that never changes."""

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        """Give it."""
        return NETWORK


class NoRules:
    """No rules."""

    async def in_force(self, _now: datetime) -> RuleSet:
        """Give none."""
        return NO_RULES

    async def in_force_at(self, _moment: datetime) -> RuleSet:
        """Give none."""
        return NO_RULES
