"""Who waits for an item to be back: each list is written by everybody who joins or is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from inventory_svc.domain.back_in_stock.events import registration_changed
from inventory_svc.domain.back_in_stock.registration import (
    TELL_WORK,
    ListKey,
    Person,
    Registration,
)
from inventory_svc.domain.back_in_stock.waiting_list import WaitingList
from inventory_svc.mongo.back_in_stock_documents import (
    registration_from_document,
    registration_to_document,
    waiting_list_from_document,
    waiting_list_to_document,
)
from inventory_svc.mongo.collections import REGISTRATIONS, WAITING_LISTS
from inventory_svc.mongo.retries import until_no_duplicate
from inventory_svc.mongo.stock_reads import MongoStockReads
from inventory_svc.mongo.turns import Turns
from inventory_svc.ports.back_in_stock import RegistrationsWanted, UnitsOf
from service_kit.commands.denials import not_found, unavailable
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.entity_events import Cause
from service_kit.messaging.envelope import text_of
from service_kit.messaging.leases import Leases
from service_kit.messaging.transactions import Storage
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Contended, Document, Session, StorageUnavailable

WrittenT = TypeVar("WrittenT")

_BY_ITSELF: Final = "inventory"
_TOLD_AT_ONCE: Final = 200


class MongoBackInStock:
    """The registrations and their lists."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lists = storage.database.collection(WAITING_LISTS.name)
        self._registrations = storage.database.collection(REGISTRATIONS.name)
        self._leases = Leases(storage.database)
        self._turns = Turns(storage.database)
        self._one_by_one: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def register(
        self,
        request: IdempotentRequest,
        actor: str,
        wanted: Registration,
        problems: Sequence[Refusal] = (),
    ) -> Registration:
        """Put a person on a list, or give who is on it another end; the same for the same key.

        Refuses what the problems say, unless it was done before, and UNAVAILABLE when what came of
        it cannot be said.
        """
        now = wanted.registered_at
        cause = Cause(actor, request.identifier, now)

        async def effect(session: Session) -> None:
            if problems:
                raise RefusedAll(problems)
            known = await self._find(wanted.identifier, session)
            if known is not None and known.waits(now):
                extended = known.extended(wanted.expires_at)
                if extended != known:
                    await self._save(known, extended, cause, session)
                    await self._raise(wanted.on, {"until": extended.expires_at}, session)
                return
            waiting = (await self._list(wanted.on, session)).joined(wanted.expires_at)
            await self._keep(waiting, session)
            version = waiting.erased if known is None else known.version
            joined = replace(wanted, number=waiting.given, version=version + 1)
            await self._save(known, joined, cause, session)
            await self._look(joined, session)

        async with self._turn(wanted.on):
            return await self._once(request, wanted.identifier, effect)

    async def withdraw(
        self,
        request: IdempotentRequest,
        actor: str,
        identifier: str,
        persons: frozenset[Person] | None,
        now: datetime,
    ) -> Registration:
        """Take somebody off a list, if they are one of the persons (None: anybody).

        Refuses NOT_FOUND, and UNAVAILABLE when what came of it cannot be said.
        """
        cause = Cause(actor, request.identifier, now)

        async def effect(session: Session) -> None:
            known = await self._find(identifier, session)
            if known is None or (persons is not None and known.person not in persons):
                raise not_found("registration", "input", "registrationId")
            if known.waits(now):
                await self._save(known, known.withdrawn(now), cause, session)

        return await self._once(request, identifier, effect)

    async def erase(self, request: IdempotentRequest, person: Person) -> int:
        """Delete all registrations of a person and give their number; the same for the same key.

        Who registers again is told of under the same identifiers: the lists keep the versions that
        were used. Refuses UNAVAILABLE when what came of it cannot be said.
        """

        async def write(session: Session) -> int:
            outcomes = self._storage.outcomes.bind(session)
            earlier = await outcomes.find(request)
            if earlier is not None:
                return int(str(earlier.values["erased"]))
            theirs = {"person": person.identifier}
            for each in await self._registrations.find(theirs, session=session):
                known = registration_from_document(each)
                await self._raise(known.on, {"erased": known.version}, session)
            erased = (await self._registrations.delete_many(theirs, session=session)).deleted_count
            await outcomes.record(request, Outcome({"erased": erased}))
            return erased

        return await self._surely(write)

    async def waited_on(self, after: str, limit: int) -> Sequence[WaitingList]:
        """Give lists on which somebody may wait, by identifier, after one."""
        wanted = {"open": True, "_id": {"$gt": after}}
        found = await self._lists.find(wanted, sort=(("_id", 1),), limit=limit)
        return [waiting_list_from_document(document) for document in found]

    async def pass_over_expired(self, now: datetime, limit: int) -> bool:
        """Take up to so many off the lists whose time is over; False when that was all.

        They had ended by themselves, and nothing of them is told; an end that is put off stays.
        """
        over: Document = {"waiting": True, "expiresAt": {"$lte": now}}
        found = await self._registrations.find(over, projection=["_id"], limit=limit)
        names = [document["_id"] for document in found]
        if names:
            wanted = {"_id": {"$in": names}, **over}
            await self._registrations.update_many(wanted, {"$unset": {"waiting": ""}})
        return len(names) == limit

    async def may_go_round(self, owner: str, duration: timedelta) -> bool:
        """Whether nobody else looks at all lists; for so long nobody else does then."""
        return await self._leases.acquire("back-in-stock/round", owner, duration) is not None

    async def tell(self, on: ListKey, units_of: UnitsOf, now: datetime) -> bool:
        """Tell those whose turn it is, over the stock as one transaction reads it.

        The list is written even if it is nobody's turn, so that of two who look one looks again.
        True when it is the turn of more than one transaction tells.
        """
        cause = Cause(_BY_ITSELF, on.identifier, now)

        async def write(session: Session) -> bool:
            waiting = await self._list(on, session)
            if not waiting.open:
                return False
            units = await units_of(MongoStockReads(self._storage.database, session))
            turns = waiting.turns(units)
            due = min(turns, _TOLD_AT_ONCE)
            first = await self._first(on, due + 1, now, session)
            for each in first[:due]:
                await self._save(each, each.told(now), cause, session)
            others_wait = len(first) > due
            await self._keep(waiting.told(units, due, others_wait=others_wait), session)
            return others_wait and turns > due

        async with self._turn(on):
            return await until_no_duplicate(lambda: self._storage.database.transaction(write))

    async def page(self, wanted: RegistrationsWanted) -> Sequence[Registration]:
        """Give registrations, the latest first."""
        query: Document = {}
        if wanted.sku is not None:
            query["sku"] = wanted.sku
        if wanted.persons is not None:
            query["person"] = {"$in": sorted(each.identifier for each in wanted.persons)}
        if wanted.after is not None:
            at, identifier = wanted.after
            query["$or"] = [
                {"registeredAt": {"$lt": at}},
                {"registeredAt": at, "_id": {"$gt": identifier}},
            ]
        sort = (("registeredAt", -1), ("_id", 1))
        found = await self._registrations.find(query, sort=sort, limit=wanted.limit)
        return [registration_from_document(document) for document in found]

    @asynccontextmanager
    async def _turn(self, on: ListKey) -> AsyncIterator[None]:
        """Wait for one's turn to write a list: of a crowd that does at once, most would fail.

        Refuses UNAVAILABLE when the storage does not answer.
        """
        in_process = self._one_by_one.setdefault(on.identifier, asyncio.Lock())
        try:
            async with in_process, self._turns.turn(f"back-in-stock/{on.identifier}"):
                yield
        except (Contended, StorageUnavailable) as error:
            raise unavailable() from error

    async def _once(
        self,
        request: IdempotentRequest,
        identifier: str,
        effect: Callable[[Session], Awaitable[None]],
    ) -> Registration:
        """Have an effect once for each key, and give the registration as it then stands."""

        async def write(session: Session) -> Registration:
            outcomes = self._storage.outcomes.bind(session)
            if await outcomes.find(request) is None:
                await effect(session)
                await outcomes.record(request, Outcome({"registrationId": identifier}))
            found = await self._find(identifier, session)
            if found is None:
                raise not_found("registration", "input", "registrationId")
            return found

        return await self._surely(write)

    async def _surely(self, write: Callable[[Session], Awaitable[WrittenT]]) -> WrittenT:
        try:
            return await until_no_duplicate(lambda: self._storage.database.transaction(write))
        except (Contended, StorageUnavailable) as error:
            raise unavailable() from error

    async def _find(self, identifier: str, session: Session) -> Registration | None:
        found = await self._registrations.find_one({"_id": identifier}, session=session)
        return None if found is None else registration_from_document(found)

    async def _first(
        self, on: ListKey, many: int, now: datetime, session: Session
    ) -> Sequence[Registration]:
        """Give those who are the next to be told."""
        found = await self._registrations.find(
            {"list": on.identifier, "waiting": True, "expiresAt": {"$gt": now}},
            sort=(("number", 1),),
            limit=many,
            session=session,
        )
        return [registration_from_document(document) for document in found]

    async def _list(self, on: ListKey, session: Session) -> WaitingList:
        found = await self._lists.find_one({"_id": on.identifier}, session=session)
        return WaitingList(on) if found is None else waiting_list_from_document(found)

    async def _keep(self, waiting: WaitingList, session: Session) -> None:
        document = waiting_list_to_document(waiting)
        await self._lists.replace_one(
            {"_id": document["_id"]}, document, upsert=True, session=session
        )

    async def _raise(self, on: ListKey, to: Document, session: Session) -> None:
        """Have what a list knows be no less."""
        await self._lists.update_one({"_id": on.identifier}, {"$max": to}, session=session)

    async def _save(
        self, before: Registration | None, after: Registration, cause: Cause, session: Session
    ) -> None:
        document = registration_to_document(after)
        await self._registrations.replace_one(
            {"_id": document["_id"]}, document, upsert=True, session=session
        )
        await self._storage.outbox.append(session, [registration_changed(before, after, cause)])

    async def _look(self, joined: Registration, session: Session) -> None:
        """Have the list looked at: units may be there that nobody was told of."""
        now, payload = joined.registered_at, {"lists": [joined.on.identifier]}
        identifier = derived_identifier(TELL_WORK, joined.identifier, text_of(now))
        item = DueItem(identifier, TELL_WORK, now, payload)
        await self._storage.due_work.schedule(session, item)
