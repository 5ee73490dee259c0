"""The rules that count at one moment in one network, ready to be asked about sales."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.directory import NOWHERE, Candidate, NetworkDirectory
from inventory_svc.domain.rules.precedence import NO_CHOICE, choices
from inventory_svc.domain.rules.rule import RuleKind, RuleScope, StockRule
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.domain.rules.sale import Sale, Service
from inventory_svc.domain.stock.availability.reach import Reach, reach_of
from inventory_svc.domain.stock.availability.terms import Terms, weeks_to_last
from inventory_svc.domain.stock.shelves import Places

REMEMBERED_TERMS = 256
REMEMBERED_REACHES = 256


@dataclass(frozen=True)
class Policy:
    """A network and the rules of one version that are valid."""

    directory: NetworkDirectory = field(default_factory=NetworkDirectory)
    version: int = 0
    rules: tuple[StockRule, ...] = ()

    @staticmethod
    def at(directory: NetworkDirectory, rules: RuleSet, moment: datetime) -> "Policy":
        """Give the policy of a moment."""
        return Policy(directory, rules.version, rules.valid_at(moment))

    @cached_property
    def needs_categories(self) -> bool:
        """Whether any rule asks of which category an item is."""
        return bool(self._of_category)

    @cached_property
    def shares(self) -> bool:
        """Whether any rule gives a share."""
        return any(rule.kind is RuleKind.SHARE for rule in self.rules)

    @cached_property
    def by_code(self) -> Mapping[str, StockRule]:
        """The rules by their code."""
        return {rule.code: rule for rule in self.rules}

    def sale(self, channel: str | None, service: Service, condition: Condition) -> Sale:
        """Give a kind of sale on a channel, which makes its market known."""
        found = None if channel is None else self.directory.channels.get(channel)
        return Sale(channel, None if found is None else found.country, service, condition)

    def terms(self, sku: str, category: str | None, sale: Sale) -> Terms:
        """Give the terms of an item; items that no rule tells apart share them."""
        return self._terms(*self._told_apart(sku, category), sale)

    def reach(self, sku: str, category: str | None, sale: Sale, places: Places) -> Reach:
        """Give what a sale of an item, wherever it is wanted, may draw on of packed shelves."""
        return self._reaches(*self._told_apart(sku, category), sale, places)

    def whole_scope(self, sale: Sale) -> tuple[Candidate, ...]:
        """Give all locations that a sale may draw on, wherever the goods are wanted."""
        method = sale.service.method
        channel = None if sale.channel is None else self.directory.channels.get(sale.channel)
        if channel is not None:
            return self.directory.ranked(channel, NOWHERE, method)
        return tuple(
            Candidate(location, None)
            for _, location in sorted(self.directory.locations.items())
            if location.active
        )

    def _told_apart(self, sku: str, category: str | None) -> tuple[str, str | None]:
        """Give as much of an item's names as rules speak of."""
        known_category = category if category in self._of_category else None
        return sku if sku in self._of_sku else "", known_category

    @cached_property
    def _of_sku(self) -> Mapping[str, list[StockRule]]:
        return _by_name(self.rules, lambda scope: scope.sku)

    @cached_property
    def _of_category(self) -> Mapping[str, list[StockRule]]:
        return _by_name(self.rules, lambda scope: scope.category)

    @cached_property
    def _of_anything(self) -> list[StockRule]:
        scopes = ((rule, rule.scope) for rule in self.rules)
        return [rule for rule, scope in scopes if scope.sku is None and scope.category is None]

    @cached_property
    def _terms(self) -> Callable[[str, str | None, Sale], Terms]:
        return lru_cache(REMEMBERED_TERMS)(self._chosen)

    @cached_property
    def _reaches(self) -> Callable[[str, str | None, Sale, Places], Reach]:
        return lru_cache(REMEMBERED_REACHES)(self._reach)

    def _reach(self, sku: str, category: str | None, sale: Sale, places: Places) -> Reach:
        return reach_of(places, self._terms(sku, category, sale), self.whole_scope(sale))

    def _chosen(self, sku: str, category: str | None, sale: Sale) -> Terms:
        named = (*self._of_sku.get(sku, ()), *self._of_category.get(category or "", ()))
        spoken = (*named, *self._of_anything)
        found = choices(spoken, sku, category, sale, self.directory.members)
        return Terms(
            exposure=found.get(RuleKind.EXPOSURE, NO_CHOICE),
            protection=found.get(RuleKind.PROTECTION, NO_CHOICE),
            share=found.get(RuleKind.SHARE, NO_CHOICE),
            deferral=found.get(RuleKind.DEFERRAL, NO_CHOICE),
            paced=any(weeks_to_last(rule) is not None for rule in spoken),
        )


def _by_name(
    rules: Iterable[StockRule], name_of: Callable[[RuleScope], str | None]
) -> dict[str, list[StockRule]]:
    """Sort rules by what their scopes name; those that name nothing are left out."""
    named: dict[str, list[StockRule]] = {}
    for rule in rules:
        name = name_of(rule.scope)
        if name is not None:
            named.setdefault(name, []).append(rule)
    return named


class Policies:
    """Remembers the policies made last, so that their terms are found once."""

    def __init__(self) -> None:
        self._last: list[tuple[NetworkDirectory, RuleSet, Policy]] = []

    def of(self, directory: NetworkDirectory, rules: RuleSet, moment: datetime) -> Policy:
        """Give the policy of a moment; the same object while nothing of it differs."""
        valid = rules.valid_at(moment)
        for known_directory, known_rules, policy in self._last:
            if known_directory is directory and known_rules is rules and policy.rules is valid:
                return policy
        made = Policy(directory, rules.version, valid)
        self._last = [(directory, rules, made), *self._last[:3]]
        return made


NO_POLICY = Policy()
