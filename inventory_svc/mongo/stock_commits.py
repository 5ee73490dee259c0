"""One group of stock commands in one transaction: read, decide, write.

Positions are guarded by their version and every new document has a derived identifier, so that of
two writers one must start over; correctness never depends on there being one.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from inventory_svc.domain.alerts.alert import ALERT_WORK
from inventory_svc.domain.back_in_stock.registration import TELL_WORK
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.stock.availability.policy import Policies
from inventory_svc.domain.stock.commands import ReserveStock, SettleInbound, StockCommand
from inventory_svc.domain.stock.crossings import has_moved
from inventory_svc.domain.stock.decisions import Decided, GroupDecision, decide
from inventory_svc.domain.stock.draft import (
    PositionChange,
    ReservationChange,
)
from inventory_svc.domain.stock.events import events_of
from inventory_svc.domain.stock.inbound.supply import SETTLE_AFTER, SETTLE_WORK
from inventory_svc.domain.stock.movement import PICKS
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import EXPIRY_WORK
from inventory_svc.domain.stock.sourcing import SourcingStrategy
from inventory_svc.mongo.bounded_owners import BoundedOwners
from inventory_svc.mongo.collections import (
    FEED_REJECTIONS,
    INBOUND_SUPPLIES,
    MOVEMENTS,
    POSITIONS,
    RESERVATIONS,
    SHARE_DRAWS,
    WAITING_LISTS,
)
from inventory_svc.mongo.feed_documents import rejection_to_document
from inventory_svc.mongo.file_steps import FileSteps
from inventory_svc.mongo.guarded_writes import ReadTooEarly, write_changes
from inventory_svc.mongo.inbound_documents import inbound_to_document
from inventory_svc.mongo.picks import PickCounts
from inventory_svc.mongo.retries import until_no_duplicate
from inventory_svc.mongo.rules import MongoRules
from inventory_svc.mongo.stock_documents import (
    draw_to_document,
    movement_to_document,
    position_to_document,
    reservation_to_document,
)
from inventory_svc.mongo.supply_reads import SupplyPlan, SupplyReads, keys_named
from inventory_svc.mongo.turns import Turns
from inventory_svc.mongo.unit_writes import UnitWrites
from inventory_svc.ports.network import Network
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import Clock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.identifiers import derived_identifier
from service_kit.runtime.tracing import current_traceparent
from service_kit.storage.database import Database, Session
from service_kit.storage.idempotency import MongoOutcomes

NOBODY = NetworkDirectory()
"""A network without locations: no channel sells, and nobody watches."""

ROWS_DECIDED_AT_ONCE = 2_500
"""A decision over more positions and supplies is made beside the loop, which others need."""

CRASH_POINTS = (
    "stock_commit.read",
    "stock_commit.positions_written",
    "stock_commit.all_written",
    "stock_commit.committed",
)


Saw: TypeAlias = Callable[[PositionKey, int], None]
"""Hears of each position that a commit of this process has changed, and of its new version."""


def unheard(_position: PositionKey, _version: int) -> None:
    """Be of no interest to anybody in this process."""


class CommittedNetwork(Network, Protocol):
    """The network, which a transaction can look at."""

    async def as_seen(self, known: NetworkDirectory, session: Session) -> NetworkDirectory:
        """Give it as the transaction sees it: `known`, if nothing has changed since."""


class MetOthers(Exception):
    """Another process was first at what this group wants; `position` is what it wants most."""

    def __init__(self, position: str) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True, slots=True)
class CommitTools:
    """What a commit reads and writes with; without a network, events name no channels.

    Without rules everything may be sold. `saw` hears of what is committed, before its callers do.
    """

    database: Database
    outcomes: MongoOutcomes
    outbox: Outbox
    due_work: DueWork
    clock: Clock
    sourcing: SourcingStrategy
    network: CommittedNetwork | None = None
    rules: MongoRules | None = None
    policies: Policies = field(default_factory=Policies)
    saw: Saw = unheard


class StockTransactions:
    """Commits groups; the caller decides who is in a group."""

    def __init__(self, tools: CommitTools, *, reached: Reached = pass_by) -> None:
        self._tools = tools
        self._supply = SupplyReads(tools.database, tools.outcomes)
        self._positions = tools.database.collection(POSITIONS.name)
        self._movements = tools.database.collection(MOVEMENTS.name)
        self._reservations = tools.database.collection(RESERVATIONS.name)
        self._owners = BoundedOwners(tools.database)
        self._draws = tools.database.collection(SHARE_DRAWS.name)
        self._inbound = tools.database.collection(INBOUND_SUPPLIES.name)
        self._waiting_lists = tools.database.collection(WAITING_LISTS.name)
        self._units = UnitWrites(tools.database)
        self._steps = FileSteps(tools.database)
        self._rejections = tools.database.collection(FEED_REJECTIONS.name)
        self._turns = Turns(tools.database)
        self._pick_counts = PickCounts(tools.database, tools.due_work)
        self._reached = reached

    async def commit(
        self, commands: Sequence[StockCommand], wide: frozenset[int] = frozenset()
    ) -> Sequence[Decided | None]:
        """Decide and write the group; None where a command must be asked again with wide supply.

        `wide` are the places of the commands for which every candidate with stock is read.
        """
        plan = await self._plan(commands, wide)
        keys = (
            *(key.identifier for key in keys_named(plan.commands, plan.shortlists)),
            *(share.identifier for share in plan.shares),
        )
        decision = await self._commit(plan, self._turns.crowded(keys))
        self._reached("stock_commit.committed")
        return decision.decided

    async def _plan(self, commands: Sequence[StockCommand], wide: frozenset[int]) -> SupplyPlan:
        """Look up what to read; only who is promised anything asks for the network and rules."""
        tools = self._tools
        promises = any(isinstance(each, ReserveStock | SettleInbound) for each in commands)
        if tools.rules is None or tools.network is None or not promises:
            return await self._supply.plan(commands, wide)
        now = tools.clock.now()
        rules = await tools.rules.in_force(now)
        latest = tools.rules.known_version
        policy = tools.policies.of(await tools.network.directory(), rules, now)
        return await self._supply.plan(commands, wide, policy, latest)

    async def _commit(self, plan: SupplyPlan, crowded: str | None) -> GroupDecision:
        """Commit at once, or in turn at a crowded position; who meets others takes a turn."""
        hottest = crowded
        attempts = 0
        directory = await self._directory()

        async def attempt(session: Session) -> GroupDecision:
            nonlocal attempts, hottest
            attempts += 1
            if attempts > 1 and crowded is None and hottest is not None:
                raise MetOthers(hottest)
            current = await self._current(plan, session)
            decision = await self._decide(current, session)
            hottest = _hottest(decision)
            await self._owners.guard(current.commands, decision.reservations, session)
            await self._write(decision, directory, session)
            return decision

        try:
            async with self._turns.turn(crowded):
                return await until_no_duplicate(lambda: self._tools.database.transaction(attempt))
        except MetOthers as met:
            self._turns.met_others(met.position)
            return await self._commit(plan, met.position)

    async def _decide(self, plan: SupplyPlan, session: Session) -> GroupDecision:
        """Decide over what was read; again, with what the decision has come to look at besides."""
        now, sourcing = self._tools.clock.now(), self._tools.sourcing
        also: frozenset[PositionKey] = frozenset()
        while True:
            supply = await self._supply.read(plan, now, session, also)
            self._reached("stock_commit.read")
            if len(supply.positions) + len(supply.inbound) > ROWS_DECIDED_AT_ONCE:
                decision = await asyncio.to_thread(decide, plan.commands, supply, sourcing, now)
            else:
                decision = decide(plan.commands, supply, sourcing, now)
            if not decision.unread:
                return decision
            also |= decision.unread

    async def _current(self, plan: SupplyPlan, session: Session) -> SupplyPlan:
        """Give the plan for the network as it is; raise ReadTooEarly when the rules are others.

        It is made anew in the transaction, so that nobody waits until the network stands still.
        """
        rules, network = self._tools.rules, self._tools.network
        if rules is None or network is None or plan.rules_version is None:
            return plan
        if not await rules.is_latest(plan.rules_version, session):
            raise ReadTooEarly
        known = plan.policy.directory
        directory = await network.as_seen(known, session)
        return plan if directory is known else await self._supply.anew(plan, directory, session)

    async def _directory(self) -> NetworkDirectory:
        network = self._tools.network
        return NOBODY if network is None else await network.directory()

    async def _write(
        self, decision: GroupDecision, directory: NetworkDirectory, session: Session
    ) -> None:
        await write_changes(self._positions, decision.positions, position_to_document, session)
        self._reached("stock_commit.positions_written")
        await write_changes(
            self._reservations, decision.reservations, reservation_to_document, session
        )
        await write_changes(self._draws, decision.draws, draw_to_document, session)
        await write_changes(self._inbound, decision.inbound, inbound_to_document, session)
        await self._units.write(decision.units, decision.unit_steps, session)
        await write_changes(self._rejections, decision.rejections, rejection_to_document, session)
        await self._steps.write(decision.steps, session)
        await self._movements.insert_many(
            [movement_to_document(movement) for movement in decision.movements], session=session
        )
        if decision.records:
            records = dict(decision.records)
            await self._tools.outcomes.record_many(records, session, looked_up=True)
        events = events_of(decision, current_traceparent(), directory.channels_of)
        await self._tools.outbox.append(session, list(events))
        await self._schedule_expiries(decision.reservations, session)
        await self._schedule_settling(decision, session)
        await self._schedule_alerts(decision, directory, session)
        await self._schedule_telling(decision, session)
        if any(movement.kind in PICKS for movement in decision.movements):
            await self._pick_counts.schedule(decision.now.date(), session)
        self._tools.database.after_commit(session, lambda: self._tell(decision.positions))
        self._reached("stock_commit.all_written")

    def _tell(self, changes: Sequence[PositionChange]) -> None:
        for change in changes:
            self._tools.saw(change.after.key, change.after.version)

    async def _schedule_settling(self, decision: GroupDecision, session: Session) -> None:
        """Schedule what must be settled, should whoever changed it not come to it.

        Promises whose goods do not come before their date are settled then.
        """
        for change in decision.inbound:
            supply, version = change.after.key.identifier, str(change.after.version)
            if change.is_unsettled:
                await self._settle_at(decision.now + SETTLE_AFTER, supply, session, version)
            if change.ends_at is not None and change.ends_at > decision.now:
                await self._settle_at(change.ends_at, supply, session)

    async def _settle_at(
        self, due_at: datetime, supply: str, session: Session, *occasion: str
    ) -> None:
        identifier = derived_identifier(SETTLE_WORK, supply, *occasion)
        item = DueItem(identifier, SETTLE_WORK, due_at, {"supply": supply})
        await self._tools.due_work.schedule(session, item)

    async def _schedule_expiries(
        self, changes: Sequence[ReservationChange], session: Session
    ) -> None:
        """Schedule one piece of work for all new reservations that end at the same second."""
        ending: dict[datetime, list[str]] = {}
        for change in changes:
            due_at = change.after.expires_at
            if change.before is None and due_at is not None:
                ending.setdefault(due_at, []).append(change.after.identifier)
        for due_at, identifiers in ending.items():
            identifier = derived_identifier(EXPIRY_WORK, *identifiers)
            payload = {"reservations": identifiers}
            item = DueItem(identifier, EXPIRY_WORK, due_at, payload)
            await self._tools.due_work.schedule(session, item)

    async def _schedule_alerts(
        self, decision: GroupDecision, directory: NetworkDirectory, session: Session
    ) -> None:
        """Have somebody look at the items that are watched; each commit asks for itself."""
        touched = {move.position.sku: move.identifier for move in decision.movements}
        watched = sorted(sku for sku in touched if directory.may_alert(sku))
        if watched:
            identifier = derived_identifier(ALERT_WORK, touched[watched[0]])
            item = DueItem(identifier, ALERT_WORK, decision.now, {"skus": list(watched)})
            await self._tools.due_work.schedule(session, item)

    async def _schedule_telling(self, decision: GroupDecision, session: Session) -> None:
        """Have the lists looked at of those who wait for what can be sold in another number."""
        moved = [each.after for each in decision.positions if has_moved(each, decision.now)]
        if not moved:
            return
        kinds = {(each.key.sku, each.key.condition.value) for each in moved}
        found = await self._waiting_lists.find(
            {"open": True, "sku": {"$in": sorted({sku for sku, _ in kinds})}},
            projection=["sku", "condition"],
            session=session,
        )
        lists = [each["_id"] for each in found if (each["sku"], each["condition"]) in kinds]
        if lists:
            names = (moved[0].key.identifier, str(moved[0].version))
            identifier = derived_identifier(TELL_WORK, *names)
            item = DueItem(identifier, TELL_WORK, decision.now, {"lists": lists})
            await self._tools.due_work.schedule(session, item)


def _hottest(decision: GroupDecision) -> str | None:
    """Give the position that most of the group's movements are about, ties by name.

    A share that is drawn on is hotter: it is one for many positions.
    """
    if decision.draws:
        return min(change.after.key.identifier for change in decision.draws)
    times = Counter(movement.position.identifier for movement in decision.movements)
    return min(times, key=lambda position: (-times[position], position), default=None)
