"""Why rules cannot be published: what they name, what they say, and each other."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.refusals import (
    StockRefusal,
    unknown_channel,
    unknown_group,
    unknown_location,
    unknown_sku,
)
from inventory_svc.domain.rules.rule import (
    Deferral,
    Protection,
    RuleKind,
    RuleScope,
    Share,
    SlowExposure,
    StockRule,
)
from inventory_svc.domain.rules.rule_set import MOST_RULES, Publication, RuleChanges, RuleSet
from retail_kit.iso_codes import COUNTRIES
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll

MOST_CHANGES: Final = 1_000
LONGEST_NOTE: Final = 500
LONGEST_DEFERRAL_DAYS: Final = 3_650
LONGEST_COVERAGE_WEEKS: Final = 520
WHOLE: Final = 100
"""The largest percentage."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What a scope may name."""

    directory: NetworkDirectory
    skus: Collection[str] = ()
    categories: Collection[str] = ()


def require_publishable(
    current: RuleSet, changes: RuleChanges, known: KnownNames, publication: Publication
) -> None:
    """Raise RefusedAll unless the changes make a sound version after the current one."""
    problems = (
        *_change_problems(current, changes, known),
        *_moment_problems(current, publication),
        *note_problems(publication.note),
    )
    if problems:
        raise RefusedAll(problems)


def require_note(note: str) -> None:
    """Refuse INVALID_INPUT for a note that is too long."""
    for problem in note_problems(note):
        raise problem


def note_problems(note: str) -> Iterator[Refusal]:
    """Say what is wrong with a note."""
    if len(note) > LONGEST_NOTE:
        yield invalid(f"A note has at most {LONGEST_NOTE} characters.", "input", "note")


def _change_problems(
    current: RuleSet, changes: RuleChanges, known: KnownNames
) -> Iterator[Refusal]:
    count = len(changes.save) + len(changes.remove)
    if not 1 <= count <= MOST_CHANGES:
        yield invalid(f"Give between 1 and {MOST_CHANGES} changes.", "input", "save")
        return
    yield from _removal_problems(current, changes)
    seen: set[str] = set()
    for index, rule in enumerate(changes.save):
        path = ("input", "save", str(index))
        if rule.code in seen:
            yield invalid("The code stands in an earlier line.", *path, "code")
        seen.add(rule.code)
        yield from (problem.under(*path) for problem in rule_problems(rule, known))
    yield from _overlaps(current, changes)
    kept = current.by_code.keys() - set(changes.remove)
    if len(kept | seen) > MOST_RULES:
        yield invalid(f"There are at most {MOST_RULES} rules.", "input", "save")


def _removal_problems(current: RuleSet, changes: RuleChanges) -> Iterator[Refusal]:
    saved = {rule.code for rule in changes.save}
    for index, code in enumerate(changes.remove):
        path = ("input", "remove", str(index))
        if code in saved:
            yield invalid("The rule is also to be saved.", *path)
        elif code not in current.by_code:
            yield Refusal(
                StockRefusal.UNKNOWN_RULE.value,
                f"No rule has the code {code}.",
                path=path,
                params={"code": code},
            )


def _moment_problems(current: RuleSet, publication: Publication) -> Iterator[Refusal]:
    path = ("input", "effectiveFrom")
    effective = publication.effective_from or publication.at
    if effective < publication.at:
        yield invalid("Rules take effect now or later.", *path)
    elif not current.counts_at(effective):
        problem = f"Version {current.version} takes effect later; undo it first."
        yield invalid(problem, *path)


def rule_problems(rule: StockRule, known: KnownNames) -> Iterator[Refusal]:
    """Say what is wrong with a rule by itself, with paths inside it."""
    try:
        if required_code(rule.code, "code") != rule.code:
            yield invalid("A code has no blanks around it.", "code")
    except Refusal as refusal:
        yield refusal
    yield from _ambiguities(rule.scope)
    yield from (problem.under("scope") for problem in _unknown_names(rule.scope, known))
    yield from (problem.under("effect") for problem in _effect_problems(rule))
    if rule.valid_from and rule.valid_until and rule.valid_until <= rule.valid_from:
        yield invalid("A rule ends after it begins.", "validUntil")


def _ambiguities(scope: RuleScope) -> Iterator[Refusal]:
    if scope.sku is not None and scope.category is not None:
        yield invalid("Name a SKU or a category.", "scope", "category")
    places = (scope.location, scope.group, scope.location_type)
    if sum(place is not None for place in places) > 1:
        yield invalid("Name a location, a group or a type.", "scope", "locationCode")
    if scope.channel is not None and scope.market is not None:
        yield invalid("Name a channel or a market.", "scope", "market")


def _unknown_names(scope: RuleScope, known: KnownNames) -> Iterator[Refusal]:
    directory = known.directory
    if scope.sku is not None and scope.sku not in known.skus:
        yield unknown_sku(scope.sku, "sku")
    if scope.category is not None and scope.category not in known.categories:
        yield Refusal(
            StockRefusal.UNKNOWN_CATEGORY.value,
            f"No item is of the category {scope.category}.",
            path=("category",),
            params={"category": scope.category},
        )
    if scope.location is not None and scope.location not in directory.locations:
        yield unknown_location(scope.location, "locationCode")
    if scope.group is not None and scope.group not in directory.groups:
        yield unknown_group(scope.group, "group")
    if scope.channel is not None and scope.channel not in directory.channels:
        yield unknown_channel(scope.channel, "channel")
    if scope.market is not None and scope.market not in COUNTRIES:
        yield invalid("There is no such country (ISO 3166 alpha-2).", "market")


def _effect_problems(rule: StockRule) -> Iterator[Refusal]:
    match rule.effect:
        case SlowExposure(weeks) if not 1 <= weeks <= LONGEST_COVERAGE_WEEKS:
            problem = f"Goods are to last for between 1 and {LONGEST_COVERAGE_WEEKS} weeks."
            yield invalid(problem, "exposedFromWeeks")
        case Protection():
            yield from _protection_problems(rule.effect)
        case Share(percent, cap):
            if percent is None and cap is None:
                yield invalid("Give a percentage, a cap or both.", "share")
            if percent is not None and not 0 <= percent <= WHOLE:
                yield _not_a_percentage("share", "percent")
            if cap is not None and not 0 <= cap <= LARGEST:
                yield invalid(f"A cap is between 0 and {LARGEST}.", "share", "cap")
        case Deferral(days) if not 0 <= days <= LONGEST_DEFERRAL_DAYS:
            problem = f"A deferral lasts between 0 and {LONGEST_DEFERRAL_DAYS} days."
            yield invalid(problem, "longestDeferralDays")


def _protection_problems(protection: Protection) -> Iterator[Refusal]:
    units, percent = protection.units, protection.percent
    most = protection.on_hand_at_most
    path = ("protectUnits",) if most is None else ("protectScarce", "units")
    if percent is not None and not 0 <= percent <= WHOLE:
        yield _not_a_percentage("protectPercent")
    if units is not None and not 0 <= units <= LARGEST:
        yield invalid(f"Between 0 and {LARGEST} units are protected.", *path)
    if most is not None and not 0 <= most <= LARGEST:
        problem = f"Stock is scarce from between 0 and {LARGEST} units down."
        yield invalid(problem, "protectScarce", "onHandAtMost")


def _not_a_percentage(*path: str) -> Refusal:
    return invalid(f"A percentage is between 0 and {WHOLE}.", *path)


def _overlaps(current: RuleSet, changes: RuleChanges) -> Iterator[Refusal]:
    """Find rules of one kind that speak of the same at the same time."""
    gone = {*changes.remove, *(rule.code for rule in changes.save)}
    standing = [rule for rule in current.rules if rule.code not in gone]
    by_scope: dict[tuple[RuleKind, RuleScope], list[StockRule]] = {}
    for rule in standing:
        by_scope.setdefault((rule.kind, rule.scope), []).append(rule)
    for index, rule in enumerate(changes.save):
        twins = by_scope.setdefault((rule.kind, rule.scope), [])
        for twin in twins:
            if twin.code != rule.code and twin.meets(rule):
                yield _overlap(rule, twin, _first_common_moment(rule, twin), index)
                break
        twins.append(rule)


def _first_common_moment(one: StockRule, other: StockRule) -> datetime | None:
    starts = [start for start in (one.valid_from, other.valid_from) if start is not None]
    return max(starts, default=None)


def _overlap(rule: StockRule, twin: StockRule, since: datetime | None, index: int) -> Refusal:
    when = "at any time" if since is None else f"from {since.isoformat()}"
    return Refusal(
        StockRefusal.RULES_OVERLAP.value,
        f"{rule.code} and {twin.code} say something of the same {when}.",
        path=("input", "save", str(index), "scope"),
        params={"code": twin.code},
    )
