"""Reading what a group of stock commands may draw on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.availability.policy import NO_POLICY, Policy
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.commands import (
    AdjustStock,
    ConsumeReservation,
    CorrectFeedLines,
    CountPosition,
    DeclareUnavailable,
    ExpireReservation,
    FeedStock,
    ReceiveInbound,
    RegisterUnits,
    ReleaseReservation,
    ReportShort,
    ReserveStock,
    RestockReturn,
    SettleInbound,
    StockCommand,
)
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.rental_commands import RentUnit
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.shortlist import Shortlist, is_short, shortlist, with_later
from inventory_svc.domain.stock.supply import Supply
from inventory_svc.domain.stock.supply_by_rules import (
    exposed_only,
    named_in,
    shared_supply,
    wanted_in,
    wanted_instead,
)
from inventory_svc.mongo.bounded_owners import BoundedOwners
from inventory_svc.mongo.collections import (
    FEED_REJECTIONS,
    ITEMS,
    MOVEMENTS,
    POSITIONS,
    RESERVATIONS,
    SHARE_DRAWS,
)
from inventory_svc.mongo.feed_documents import rejection_from_document
from inventory_svc.mongo.file_steps import FileSteps
from inventory_svc.mongo.inbound_reads import InboundReads, Queues
from inventory_svc.mongo.slices import made_of
from inventory_svc.mongo.stock_documents import (
    draw_from_document,
    position_from_document,
    reservation_from_document,
)
from inventory_svc.mongo.unit_reads import MongoUnitReads
from inventory_svc.mongo.unit_supply import UnitSupply
from service_kit.storage.database import Database, Document, Session
from service_kit.storage.idempotency import MongoOutcomes

Shortlists = Mapping[int, Shortlist]
"""The candidates to read, by the place of a command in its group."""


@dataclass(frozen=True, slots=True)
class SupplyPlan:
    """What was looked up before the transaction, so that it reads only what it needs.

    `rules_version` is the latest version of the rules at that time: if the transaction sees
    another one, or another network than the policy's, everything is looked up again. `commands` are
    what was `asked`, as it is in that network. `shared` are the positions that count for shares.
    """

    asked: Sequence[StockCommand]
    wide: frozenset[int]
    commands: Sequence[StockCommand]
    shortlists: Shortlists
    policy: Policy = NO_POLICY
    rules_version: int | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    shared: frozenset[PositionKey] = frozenset()
    shares: frozenset[ShareKey] = frozenset()


class SupplyReads:
    """The reads of one commit; all but the shortlists happen inside its transaction."""

    def __init__(self, database: Database, outcomes: MongoOutcomes) -> None:
        self._inbound = InboundReads(database)
        self._positions = database.collection(POSITIONS.name)
        self._movements = database.collection(MOVEMENTS.name)
        self._reservations = database.collection(RESERVATIONS.name)
        self._rejections = database.collection(FEED_REJECTIONS.name)
        self._owners = BoundedOwners(database)
        self._draws = database.collection(SHARE_DRAWS.name)
        self._items = database.collection(ITEMS.name)
        self._units = UnitSupply(MongoUnitReads(database))
        self._steps = FileSteps(database)
        self._outcomes = outcomes

    async def plan(
        self,
        asked: Sequence[StockCommand],
        wide: frozenset[int],
        policy: Policy = NO_POLICY,
        rules_version: int | None = None,
        session: Session | None = None,
    ) -> SupplyPlan:
        """Look up what the transaction has to read for commands under a policy."""
        commands = asked
        if rules_version is not None:
            commands = [named_in(policy.directory, command) for command in asked]
        reserving = {
            place: command
            for place, command in enumerate(commands)
            if isinstance(command, ReserveStock)
        }
        settling = [each for each in commands if isinstance(each, SettleInbound)]
        if not reserving and not settling:
            return SupplyPlan(asked, wide, commands, {}, policy, rules_version)
        skus = {line.sku for command in reserving.values() for line in command.lines}
        skus.update(command.supply.position.sku for command in settling)
        categories = await self._categories(skus, session) if policy.needs_categories else {}
        exposed = {
            place: exposed_only(command, policy, categories) for place, command in reserving.items()
        }
        shortlists = await self._shortlists(exposed, wide, session)
        wanted = (each for command in reserving.values() for each in wanted_in(command, policy))
        shared = list(shared_supply(wanted, policy, categories))
        return SupplyPlan(
            asked,
            wide,
            commands,
            shortlists,
            policy,
            rules_version,
            categories,
            frozenset(key for key, _ in shared),
            frozenset(share for _, share in shared),
        )

    async def anew(
        self, plan: SupplyPlan, directory: NetworkDirectory, session: Session
    ) -> SupplyPlan:
        """Look everything up again, in the transaction, for the network that it sees."""
        policy = replace(plan.policy, directory=directory)
        return await self.plan(plan.asked, plan.wide, policy, plan.rules_version, session)

    async def _shortlists(
        self,
        reserving: Mapping[int, ReserveStock],
        wide: frozenset[int],
        session: Session | None,
    ) -> Shortlists:
        """Ask once, before the transaction as a rule, who has stock; it reads those again."""
        far = (command for command in reserving.values() if not is_short(command))
        wanted = {(line.sku, line.condition) for command in far for line in command.lines}
        stocked = await self._stocked(wanted, session) if wanted else {}
        later = {place for place, command in reserving.items() if command.until is not None}
        coming = await self._inbound.destinations(wanted, session) if wanted and later else {}
        holders = {
            each: stocked.get(each, frozenset()) | coming.get(each, frozenset()) for each in wanted
        }
        return {
            place: with_later(shortlist(command, stocked, wide=False), command, holders)
            if place in later and place not in wide
            else shortlist(command, holders if place in later else stocked, wide=place in wide)
            for place, command in reserving.items()
        }

    async def read(
        self,
        plan: SupplyPlan,
        now: datetime,
        session: Session,
        also: frozenset[PositionKey] = frozenset(),
    ) -> Supply:
        """Read everything the commands of a plan may need now, and some positions more."""
        commands, shortlists = plan.commands, plan.shortlists
        requests = [command.request for command in commands if command.request is not None]
        outcomes = await self._outcomes.find_many(requests, session) if requests else {}
        reservations = await self._reservations_named_in(commands, session)
        partial = frozenset(place for place, each in shortlists.items() if each.partial)
        looking = [command for place, command in enumerate(commands) if place not in partial]
        inbound = await self._inbound.read(looking, reservations.values(), session)
        queues = await self._inbound.queues(commands, inbound, now, session)
        reservations |= queues.reservations
        keys = {*keys_named(commands, shortlists), *plan.shared, *also}
        shares = set(plan.shares)
        for position, share in _shared_instead(queues, plan):
            keys.add(position)
            shares.add(share)
        for reservation in reservations.values():
            keys.update(peg.position for peg in reservation.pegs)
            shares.update(
                ShareKey(peg.share, peg.position.sku, peg.position.condition)
                for peg in reservation.everything
                if peg.share is not None
            )
        draws = await self._draws_of(shares, session) if shares else {}
        keys.update(key for draw in draws.values() for key in draw.left_from)
        named = await self._units.named(commands, reservations.values(), session)
        keys.update(named.positions(commands))
        positions = await self._positions_at(keys, session)
        free = await self._units.free(commands, reservations, positions, now, session)
        kept = await self._owners.kept(commands, now, session)
        return Supply(
            positions=positions,
            units={**free, **named.units},
            tags=named.tags,
            reservations=reservations,
            outcomes=outcomes,
            moved_since=await self._moved_since(commands, positions, session),
            candidates={place: each.candidates for place, each in shortlists.items()},
            partial=partial,
            policy=plan.policy,
            categories=plan.categories,
            rejections=await self._rejections_named_in(commands, session),
            draws=draws,
            inbound=inbound,
            queues=queues.by_place,
            kept=kept,
            item_units=await self._owners.item_units(commands, kept, session),
            steps=await self._steps.read(commands, session),
            asked=frozenset(keys),
        )

    async def _stocked(
        self, wanted: set[tuple[str, Condition]], session: Session | None
    ) -> dict[tuple[str, Condition], frozenset[str]]:
        conditions = {condition for _, condition in wanted}
        found = await self._positions.find(
            {
                "sku": {"$in": sorted({sku for sku, _ in wanted})},
                "condition": {"$in": sorted(condition.value for condition in conditions)},
                "unallocated": {"$gt": 0},
            },
            projection={"_id": 0, "sku": 1, "condition": 1, "location": 1},
            session=session,
        )
        stocked: dict[tuple[str, Condition], set[str]] = {}
        for document in found:
            place = (document["sku"], Condition(document["condition"]))
            stocked.setdefault(place, set()).add(document["location"])
        return {place: frozenset(locations) for place, locations in stocked.items()}

    async def _categories(self, skus: Iterable[str], session: Session | None) -> dict[str, str]:
        wanted: Document = {"_id": {"$in": sorted(skus)}, "category": {"$ne": None}}
        found = await self._items.find(wanted, projection={"category": 1}, session=session)
        return {document["_id"]: document["category"] for document in found}

    async def _draws_of(
        self, shares: Iterable[ShareKey], session: Session
    ) -> dict[ShareKey, ShareDraw]:
        wanted = {"_id": {"$in": sorted(share.identifier for share in shares)}}
        found = map(draw_from_document, await self._draws.find(wanted, session=session))
        return {draw.key: draw for draw in found}

    async def _reservations_named_in(
        self, commands: Sequence[StockCommand], session: Session
    ) -> dict[str, Reservation]:
        identifiers = {each for command in commands for each in reservations_named(command)}
        if not identifiers:
            return {}
        wanted = {"_id": {"$in": list(identifiers)}}
        found = await self._reservations.find(wanted, session=session)
        return {document["_id"]: reservation_from_document(document) for document in found}

    async def _rejections_named_in(
        self, commands: Sequence[StockCommand], session: Session
    ) -> dict[RejectionKey, FeedRejection]:
        keys = [
            RejectionKey(command.feed, number).identifier
            for command in commands
            if isinstance(command, CorrectFeedLines)
            for number in command.numbers
        ]
        if not keys:
            return {}
        found = await self._rejections.find({"_id": {"$in": keys}}, session=session)
        return {each.key: each for each in map(rejection_from_document, found)}

    async def _positions_at(
        self, keys: Iterable[PositionKey], session: Session
    ) -> dict[PositionKey, Position]:
        wanted = {"_id": {"$in": [key.identifier for key in keys]}}
        found = await self._positions.find(wanted, session=session)
        return {each.key: each for each in await made_of(found, position_from_document)}

    async def _moved_since(
        self,
        commands: Sequence[StockCommand],
        positions: Mapping[PositionKey, Position],
        session: Session,
    ) -> dict[tuple[PositionKey, datetime], int]:
        """Add up, for each snapshot that came late, the goods that moved after it was counted."""
        late = {
            (line.position, line.counted_at)
            for command in commands
            if isinstance(command, FeedStock | CorrectFeedLines)
            for line in command.lines
            if line.counted_at is not None
            and _moved_after(positions, line.position, line.counted_at)
        }
        return {
            (key, counted_at): await self._moved(key, counted_at, session)
            for key, counted_at in sorted(late)
        }

    async def _moved(self, key: PositionKey, moment: datetime, session: Session) -> int:
        after: Document = {
            "position": key.identifier,
            "physical": True,
            "effectiveAt": {"$gt": moment},
        }
        found = await self._movements.find(after, projection={"onHand": 1}, session=session)
        return sum(document["onHand"] for document in found)


def reservations_named(command: StockCommand) -> tuple[str, ...]:
    """Give the reservations that a command makes, changes or looks at."""
    match command:
        case ReserveStock():
            others = () if command.takeover is None else command.takeover.reservations
            return (command.reservation_id, *others)
        case AdjustStock() | RentUnit():
            return () if command.reservation_id is None else (command.reservation_id,)
        case ConsumeReservation() | ReleaseReservation() | ReportShort() | ExpireReservation():
            return (command.reservation_id,)
        case _:
            return ()


def _shared_instead(queues: Queues, plan: SupplyPlan) -> Iterator[tuple[PositionKey, ShareKey]]:
    """Give what counts for the shares that promises may go over to."""
    for place, queue in queues.by_place.items():
        command = plan.commands[place]
        if isinstance(command, SettleInbound):
            waiting = [queues.reservations[each] for each in queue.reservations]
            wanted = wanted_instead(command.supply, waiting, plan.policy)
            yield from shared_supply(wanted, plan.policy, plan.categories)


def _moved_after(
    positions: Mapping[PositionKey, Position], key: PositionKey, moment: datetime
) -> bool:
    position = positions.get(key)
    return position is not None and position.moved_at is not None and position.moved_at > moment


def keys_named(commands: Sequence[StockCommand], shortlists: Shortlists) -> Iterator[PositionKey]:
    """Give the positions that the commands name themselves; some reservations name more."""
    for place, command in enumerate(commands):
        match command:
            case ReserveStock():
                for code in shortlists[place].candidates:
                    for line in command.lines:
                        yield PositionKey(line.sku, code, line.condition)
            case FeedStock() | CorrectFeedLines():
                yield from (line.position for line in command.lines)
            case AdjustStock() | DeclareUnavailable() | CountPosition():
                yield command.position
            case RestockReturn() | RegisterUnits():
                yield from (line.position for line in command.lines)
            case ReceiveInbound() | SettleInbound():
                yield command.supply.position
            case _:
                pass
