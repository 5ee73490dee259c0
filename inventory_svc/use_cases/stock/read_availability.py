"""Answer what can be promised of many SKUs on one channel, in one read."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.directory import (
    NOWHERE,
    Candidate,
    Destination,
    NetworkDirectory,
)
from inventory_svc.domain.rules.sale import USUAL_SERVICE, Sale, Service
from inventory_svc.domain.stock.availability.answer import Availability, Stock, availability_of
from inventory_svc.domain.stock.availability.policy import Policies, Policy
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.history import draws_at, positions_at
from inventory_svc.domain.stock.position import Position
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.rules import Rules
from inventory_svc.ports.stock import FreshItems, PackedStock, StockReads
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.runtime.clock import Clock

FEW_ITEMS: Final = 4
"""More of them are read from their positions by one answer at a time. Each takes as much as a
hundred that are at hand; all of them at once would keep the process from hearing of the stock, so
that it would never be at hand again."""

MOST_MOVEMENTS: Final = 50_000
"""Of the ledger that a question about the past goes back through; they are in memory at once."""


@dataclass(frozen=True, slots=True)
class AvailabilityQuestion:
    """What a channel wants to know; the scope is narrowed by `locations`, `group`, `destination`.

    `as_of` is a moment of the past; None is now.
    """

    channel: str
    destination: Destination = NOWHERE
    locations: frozenset[str] | None = None
    condition: Condition = Condition.NEW
    service: Service = USUAL_SERVICE
    group: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class AvailabilitySources:
    """What an answer is made from; without `packed`, from the positions alone.

    Answers about many items take the `turn` to read those; whoever looks `ahead` takes that turn
    for each item.
    """

    network: Network
    rules: Rules
    stock: StockReads
    catalogue: Catalogue
    clock: Clock
    policies: Policies = field(default_factory=Policies)
    packed: PackedStock | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    ahead: asyncio.Lock = field(default_factory=asyncio.Lock)

    def reading(
        self, stock: StockReads, packed: PackedStock | None = None
    ) -> "AvailabilitySources":
        """Give the same sources with other reads of the stock."""
        return replace(self, stock=stock, packed=packed)


Draws: TypeAlias = Mapping[str, Mapping[ShareKey, ShareDraw]]
"""What was drawn of shares, by SKU."""


class Whole(NamedTuple):
    """Everything that is known of the stock of some SKUs."""

    positions: Mapping[str, Sequence[Position]]
    draws: Draws
    categories: Mapping[str, str]

    def stock_of(self, sku: str, condition: Condition) -> Stock:
        """Give the stock of a SKU in one condition."""
        held = (each for each in self.positions.get(sku, ()) if each.key.condition is condition)
        return Stock(
            sku,
            self.categories.get(sku),
            {position.key.location: position for position in held},
            self.draws.get(sku, {}),
        )


async def read_availability(
    skus: Sequence[str], question: AvailabilityQuestion, sources: AvailabilitySources
) -> Mapping[str, Availability]:
    """Give an answer for every SKU; refuse a channel, location or group that nobody knows."""
    now = sources.clock.now()
    moment = _moment(question, now)
    directory = await sources.network.directory(
        channels=[question.channel],
        locations=question.locations or (),
        groups=() if question.group is None else [question.group],
    )
    scope = scope_of(question, directory)
    policy = await policy_of(question, directory, moment, sources)
    sale = policy.sale(question.channel, question.service, question.condition)
    categories = await _categories(skus, [policy], sources.catalogue)
    near, whole = await _read(skus, policy, question, sources)
    # After the shelves: what is drawn lacks no commit, and no count, that came before `as_of`.
    draws = await _drawn(_shared(near.items, categories, sale, policy), sources.stock)
    answers: dict[str, Availability] = {}
    for sku, item in near.items.items():
        stock = Stock(sku, categories.get(sku), item.shelves, draws.get(sku, {}))
        answer = item.availability(stock, sale, scope, policy, moment)
        answers[sku] = replace(answer, as_of=near.as_of)
    for sku in _missing(skus, near):
        stock = whole.stock_of(sku, question.condition)
        answers[sku] = availability_of(stock, sale, scope, policy, moment)
    return answers


async def _read(
    skus: Sequence[str],
    policy: Policy,
    question: AvailabilityQuestion,
    sources: AvailabilitySources,
) -> tuple[FreshItems, Whole]:
    """Give what is at hand, and everything that is known of the other items."""
    near = await _at_hand(skus, question, sources)
    far = _missing(skus, near)
    if len(far) <= FEW_ITEMS:
        return near, await _read_far(far, policy, question, sources)
    async with sources.turn:
        near = await _at_hand(skus, question, sources, waits=False)
        return near, await _read_far(_missing(skus, near), policy, question, sources)


def _missing(skus: Sequence[str], near: FreshItems) -> list[str]:
    return [sku for sku in dict.fromkeys(skus) if sku not in near.items]


async def _read_far(
    skus: Sequence[str],
    policy: Policy,
    question: AvailabilityQuestion,
    sources: AvailabilitySources,
) -> Whole:
    if not skus:
        return Whole({}, {}, {})
    return await read_whole(skus, [policy], sources, question.condition, question.as_of)


def _shared(
    skus: Iterable[str], categories: Mapping[str, str], sale: Sale, policy: Policy
) -> Sequence[str]:
    """Give the SKUs that a share is about."""
    if not policy.shares:
        return ()
    return [sku for sku in skus if policy.terms(sku, categories.get(sku), sale).share]


async def _drawn(skus: Sequence[str], stock: StockReads) -> Draws:
    """Give what was drawn of SKUs of which the shelves are at hand; those tell of no counts."""
    return _by_sku(await stock.uncounted_draws_of(skus)) if skus else {}


def _by_sku(draws: Iterable[ShareDraw]) -> Draws:
    by_sku: dict[str, dict[ShareKey, ShareDraw]] = {}
    for draw in draws:
        by_sku.setdefault(draw.key.sku, {})[draw.key] = draw
    return by_sku


async def _at_hand(
    skus: Sequence[str],
    question: AvailabilityQuestion,
    sources: AvailabilitySources,
    *,
    waits: bool = True,
) -> FreshItems:
    """Give the items that are at hand and fresh; none of them when the past is asked for."""
    if sources.packed is not None and question.as_of is None and skus:
        found = await sources.packed.items(skus, question.condition, waits=waits)
        if found is not None:
            return found
    return FreshItems({}, sources.clock.now())


async def read_whole(
    skus: Sequence[str],
    policies: Iterable[Policy],
    sources: AvailabilitySources,
    condition: Condition | None = None,
    as_of: datetime | None = None,
) -> Whole:
    """Read what the policies look at, at once: positions, and draws and categories if need be."""
    policies = tuple(policies)
    shares = any(each.shares for each in policies)
    read, categories = await asyncio.gather(
        _stock(skus, condition, as_of, sources.stock, shares=shares),
        _categories(skus, policies, sources.catalogue),
    )
    by_sku: dict[str, list[Position]] = {sku: [] for sku in skus}
    for position in read.positions:
        by_sku[position.key.sku].append(position)
    return Whole(by_sku, _by_sku(read.draws), categories)


class _Read(NamedTuple):
    positions: Sequence[Position]
    draws: Sequence[ShareDraw]


async def _stock(
    skus: Sequence[str],
    condition: Condition | None,
    as_of: datetime | None,
    stock: StockReads,
    *,
    shares: bool,
) -> _Read:
    positions, draws = await asyncio.gather(
        stock.positions_of(skus, condition), stock.draws_of(skus) if shares else _nothing()
    )
    if as_of is None:
        return _Read(positions, draws)
    # What is written between the two reads was written after the moment: it is left out.
    latest = {position.key: position.movements for position in positions}
    since = await stock.movements_after(skus, as_of, MOST_MOVEMENTS + 1)
    if len(since) > MOST_MOVEMENTS:
        raise _too_much_since()
    known = [each for each in since if each.number <= latest.get(each.position, 0)]
    return _Read(positions_at(positions, known, as_of), draws_at(draws, known))


def _too_much_since() -> Refusal:
    return Refusal(
        INVALID_INPUT,
        "Too much has been written of these items since then: ask for fewer, or for a later time.",
        path=("for", "asOf"),
        params={"maximum": str(MOST_MOVEMENTS)},
    )


async def _nothing() -> Sequence[ShareDraw]:
    return ()


async def _categories(
    skus: Sequence[str], policies: Sequence[Policy], catalogue: Catalogue
) -> Mapping[str, str]:
    """Give the categories of items, if any policy asks for them."""
    if not any(policy.needs_categories for policy in policies):
        return {}
    return await catalogue.categories(skus)


def _moment(question: AvailabilityQuestion, now: datetime) -> datetime:
    if question.as_of is None:
        return now
    if question.as_of > now:
        raise invalid("Only what was and what is can be asked.", "for", "asOf")
    return question.as_of


async def policy_of(
    question: AvailabilityQuestion,
    directory: NetworkDirectory,
    moment: datetime,
    sources: AvailabilitySources,
) -> Policy:
    """Give the rules that a question is answered by."""
    rules = sources.rules
    if question.as_of is None:
        return sources.policies.of(directory, await rules.in_force(moment), moment)
    return Policy.at(directory, await rules.in_force_at(moment), moment)


def scope_of(question: AvailabilityQuestion, directory: NetworkDirectory) -> Sequence[Candidate]:
    """Give the locations that a question asks about; refuse what nobody knows."""
    channel = directory.channel(question.channel, "channel")
    for code in sorted(question.locations or ()):
        directory.location(code, "for", "locations")
    ranked = directory.ranked(channel, question.destination, question.service.method)
    if question.locations is not None:
        ranked = tuple(each for each in ranked if each.location.code in question.locations)
    if question.group is not None:
        members = directory.members(directory.group(question.group, "for", "group").code)
        ranked = tuple(each for each in ranked if each.location.code in members)
    return ranked
