"""The rules of the stock: kept in the process, confirmed against MongoDB twice a second.

A process that cannot confirm them reads them; so nobody sells by rules that are older.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.rules.changeover import changeovers
from inventory_svc.domain.rules.rule_set import NO_RULES, RuleSet, difference, in_force
from inventory_svc.mongo.collections import RULE_SETS, RULES_VERSION
from inventory_svc.mongo.retries import until_no_duplicate
from inventory_svc.mongo.rule_documents import rule_set_from_document, rule_set_to_document
from inventory_svc.mongo.rule_news import schedule_changeover
from inventory_svc.ports.rules import DecideRules, RuleOutcome
from service_kit.commands.denials import unavailable
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.entity_events import Cause, Fields, entity_event
from service_kit.messaging.envelope import EntityRef, Event
from service_kit.messaging.outbox import Outbox
from service_kit.storage.database import (
    Contended,
    Database,
    Document,
    Session,
    StorageUnavailable,
)
from service_kit.storage.idempotency import MongoOutcomes

CONFIRMED_FOR_SECONDS = 0.5
VERSION_DOCUMENT = "stock"
EVENT = "stockRulesPublished"
_NOT_WRITTEN = "The rules could not be written. Ask again with the same key."


@dataclass(frozen=True, slots=True)
class RuleTools:
    """What a publication writes with."""

    outcomes: MongoOutcomes
    outbox: Outbox
    due_work: DueWork


class MongoRules:
    """The versions that count and will count, and all earlier ones on demand."""

    def __init__(self, database: Database, tools: RuleTools | None = None) -> None:
        self._database = database
        self._tools = tools
        self._sets = database.collection(RULE_SETS.name)
        self._version = database.collection(RULES_VERSION.name)
        self._known: tuple[RuleSet, ...] = (NO_RULES,)
        self._confirmed_at = float("-inf")
        self._forgotten = 0
        self._reading = asyncio.Lock()

    async def in_force(self, now: datetime) -> RuleSet:
        """Give the version that counts now, as it was half a second ago at most."""
        moment = asyncio.get_running_loop().time() - CONFIRMED_FOR_SECONDS
        if self._confirmed_at < moment:
            async with self._reading:
                if self._confirmed_at < moment:
                    await self._confirm(now)
        return in_force(self._known, now)

    async def is_latest(self, version: int, session: Session) -> bool:
        """Whether nothing was published since, as a transaction sees it; else look next time."""
        latest = await self._latest_version(session)
        if latest != version:
            self.forget()
        return latest == version

    @property
    def known_version(self) -> int:
        """The latest version that this process knows."""
        return self._known[-1].version

    def forget(self) -> None:
        """Confirm at the next use, since the rules have changed."""
        self._forgotten += 1
        self._confirmed_at = float("-inf")

    async def in_force_at(self, moment: datetime) -> RuleSet:
        """Give the version that counted at a moment of the past."""
        found = await self._sets.find(
            {"effectiveFrom": {"$lte": moment}}, sort=(("_id", -1),), limit=1
        )
        return rule_set_from_document(found[0]) if found else NO_RULES

    async def latest(self) -> RuleSet:
        """Give the version published last, whether it counts yet or not."""
        found = await self.versions(None, 1)
        return found[0] if found else NO_RULES

    async def version(self, number: int) -> RuleSet | None:
        """Give one version; None if there never was one."""
        if number == NO_RULES.version:
            return NO_RULES
        found = await self._sets.find_one({"_id": number})
        return None if found is None else rule_set_from_document(found)

    async def versions(self, before: int | None, limit: int) -> Sequence[RuleSet]:
        """Give versions, newest first, before one of them."""
        wanted: Document = {} if before is None else {"_id": {"$lt": before}}
        found = await self._sets.find(wanted, sort=(("_id", -1),), limit=limit)
        return [rule_set_from_document(document) for document in found]

    async def publish(
        self, request: IdempotentRequest, actor: str, decide: DecideRules
    ) -> RuleOutcome:
        """Write the version that is decided on, or why none is; the same for the same key."""
        tools = self._tools
        if tools is None:
            raise RuntimeError("These rules are only read.")

        async def write(session: Session) -> RuleOutcome:
            bound = tools.outcomes.bind(session)
            earlier = await bound.find(request)
            if earlier is not None:
                return await self._replayed(earlier, session)
            current = await self._current(session)
            try:
                rules = decide(current)
            except (Refusal, RefusedAll) as refused:
                refusals = tuple(refusals_in(refused))
                await bound.record(request, Outcome(refusals=refusals))
                return RuleOutcome(refusals=refusals)
            await self._write(rules, session)
            for at in changeovers(current, rules):
                await schedule_changeover(session, tools.due_work, at)
            await tools.outbox.append(session, [_event(rules, current, actor, request)])
            await bound.record(request, Outcome({"version": rules.version}))
            self._database.after_commit(session, self.forget)
            return RuleOutcome(rules)

        try:
            return await until_no_duplicate(lambda: self._database.transaction(write))
        except (Contended, StorageUnavailable) as error:
            raise unavailable(_NOT_WRITTEN) from error

    async def _confirm(self, now: datetime) -> None:
        asked_at, forgotten = asyncio.get_running_loop().time(), self._forgotten
        latest = await self._latest_version()
        if latest != self._known[-1].version:
            self._known = await self._counting(now, latest)
        # What was read before a change of this process must not pass for confirmed after it.
        if self._forgotten == forgotten:
            self._confirmed_at = asked_at

    async def _counting(self, now: datetime, latest: int) -> tuple[RuleSet, ...]:
        """Read versions backward until one that counts already."""
        found: list[RuleSet] = []
        for number in range(latest, 0, -1):
            rules = await self.version(number)
            if rules is not None:
                found.append(rules)
            if rules is not None and rules.counts_at(now):
                break
        return tuple(reversed(found)) or (NO_RULES,)

    async def _latest_version(self, session: Session | None = None) -> int:
        found = await self._version.find_one({"_id": VERSION_DOCUMENT}, session=session)
        return 0 if found is None else int(found["version"])

    async def _current(self, session: Session) -> RuleSet:
        latest = await self._latest_version(session)
        found = await self._sets.find_one({"_id": latest}, session=session)
        return NO_RULES if found is None else rule_set_from_document(found)

    async def _write(self, rules: RuleSet, session: Session) -> None:
        await self._sets.insert_one(rule_set_to_document(rules), session=session)
        change = {"$set": {"version": rules.version, "schemaVersion": 1}}
        await self._version.update_one(
            {"_id": VERSION_DOCUMENT}, change, upsert=True, session=session
        )

    async def _replayed(self, outcome: Outcome, session: Session) -> RuleOutcome:
        if outcome.refusals:
            return RuleOutcome(refusals=outcome.refusals)
        found = await self._sets.find_one({"_id": outcome.values["version"]}, session=session)
        return RuleOutcome(None if found is None else rule_set_from_document(found))


def _event(rules: RuleSet, before: RuleSet, actor: str, request: IdempotentRequest) -> Event:
    at = rules.published_at
    if at is None:
        raise ValueError("Every version but the first has been published at some time.")
    changed = (each.after or each.before for each in difference(before, rules))
    about: Fields = {"codes": [rule.code for rule in changed if rule is not None]}
    entity = EntityRef("StockRules", VERSION_DOCUMENT)
    cause = Cause(actor, request.identifier, at)
    return entity_event(EVENT, entity, rules.version, cause, (), {}, about)
