"""Which of many rules counts: exactly one of each kind, found fast.

The item decides first (SKU, category, any), then the place (location, group, type, network), then
the sale (channel, market, any), then the newest version; then the rule that names more of the
service, then the code. Rules never add up.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.rules.rule import RuleKind, RuleScope, StockRule
from inventory_svc.domain.rules.sale import Sale

GroupsOf: TypeAlias = Callable[[str], frozenset[str]]
"""Gives the members of a group of locations, by codes."""


class _Rank(NamedTuple):
    """The smaller, the more specific; equal ranks are ordered by the code."""

    item: int
    place: int
    sale: int
    age: int
    unnamed: int
    code: str


def rank(rule: StockRule) -> _Rank:
    """Give the place of a rule in the order of precedence, the strongest first."""
    scope = rule.scope
    named = (scope.methods, scope.levels, scope.order_types, scope.conditions)
    return _Rank(
        _first_named(scope.sku, scope.category),
        _first_named(scope.location, scope.group, scope.location_type),
        _first_named(scope.channel, scope.market),
        -rule.since,
        sum(not each for each in named),
        rule.code,
    )


class _Tier:
    """Rules of one rank of items, by place; of several for one place the strongest stays."""

    def __init__(self) -> None:
        self._locations: dict[str, StockRule] = {}
        self._groups: list[tuple[frozenset[str], StockRule]] = []
        self._types: dict[LocationType, StockRule] = {}
        self._network: StockRule | None = None

    def add(self, rule: StockRule, members: GroupsOf) -> None:
        """Add a rule; the strongest come first."""
        scope = rule.scope
        if scope.location is not None:
            self._locations.setdefault(scope.location, rule)
        elif scope.group is not None:
            self._groups.append((members(scope.group), rule))
        elif scope.location_type is not None:
            self._types.setdefault(scope.location_type, rule)
        elif self._network is None:
            self._network = rule

    def at(self, location: Location) -> StockRule | None:
        """Give the rule that counts at a location."""
        found = self._locations.get(location.code)
        if found is not None:
            return found
        for members, rule in self._groups:
            if location.code in members:
                return rule
        return self._types.get(location.type, self._network)


class Choice:
    """The rules of one kind for one item and sale, from which each location has at most one.

    It is asked about the locations of one network and remembers what it has found.
    """

    def __init__(self, rules: Iterable[StockRule], members: GroupsOf) -> None:
        tiers: dict[int, _Tier] = {}
        for rule in sorted(rules, key=rank):
            tiers.setdefault(rank(rule).item, _Tier()).add(rule, members)
        self._tiers = tuple(tiers[item] for item in sorted(tiers))
        self._found: dict[str, StockRule | None] = {}

    def __bool__(self) -> bool:
        return bool(self._tiers)

    def at(self, location: Location) -> StockRule | None:
        """Give the one rule that counts at a location; None if there is none."""
        code = location.code
        if code not in self._found:
            found = (rule for tier in self._tiers if (rule := tier.at(location)) is not None)
            self._found[code] = next(found, None)
        return self._found[code]


NO_CHOICE: Final = Choice((), lambda _: frozenset())


def choices(
    rules: Iterable[StockRule], sku: str, category: str | None, sale: Sale, members: GroupsOf
) -> Mapping[RuleKind, Choice]:
    """Give, for each kind, the rules that speak of an item and a sale."""
    spoken: dict[RuleKind, list[StockRule]] = {}
    for rule in rules:
        if rule.scope.covers_item(sku, category) and rule.scope.covers_sale(sale):
            spoken.setdefault(rule.kind, []).append(rule)
    return {kind: Choice(found, members) for kind, found in spoken.items()}


def covers_place(scope: RuleScope, location: Location, members: GroupsOf) -> bool:
    """Whether a rule's scope holds a location."""
    return (
        scope.location in (None, location.code)
        and scope.location_type in (None, location.type)
        and (scope.group is None or location.code in members(scope.group))
    )


def _first_named(*names: object) -> int:
    for place, name in enumerate(names):
        if name is not None:
            return place
    return len(names)
