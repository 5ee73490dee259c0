"""Reads for queries: without a transaction, in batches, never more than the caller may see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from appointments_svc.domain.agenda.diary import Diary
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.capacity import Advisor, Capacity
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.rights.visibility import Visibility
from appointments_svc.mongo import indexes
from appointments_svc.mongo.appointment_documents import appointment_of, diary_key, diary_of
from appointments_svc.mongo.records import MongoAdvisors, capacities_in, types_in
from appointments_svc.ports import AppointmentFilter, Page
from service_kit.storage.database import Database

_Conditions = list[dict[str, Any]]


class MongoAppointmentReader:
    """The appointments as they are now."""

    def __init__(self, database: Database) -> None:
        self._appointments = database.collection(indexes.APPOINTMENTS.name)
        self._diaries = database.collection(indexes.DIARIES.name)
        self._types = types_in(database)
        self._advisors = MongoAdvisors(database)
        self._capacities = capacities_in(database)

    async def appointments(self, ids: Collection[str]) -> Mapping[str, Appointment]:
        """The appointments that exist, by id."""
        documents = await self._appointments.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: appointment_of(document) for document in documents}

    async def appointments_of_orders(
        self, order_ids: Collection[str]
    ) -> Mapping[str, Sequence[Appointment]]:
        """The appointments of orders, by order id, the latest first."""
        documents = await self._appointments.find(
            {"orderId": {"$in": sorted(set(order_ids))}}, sort=[("start", -1), ("_id", -1)]
        )
        found: dict[str, list[Appointment]] = {}
        for document in documents:
            found.setdefault(document["orderId"], []).append(appointment_of(document))
        return found

    async def list_appointments(
        self, visibility: Visibility, wanted: AppointmentFilter, page: Page
    ) -> Sequence[Appointment]:
        """A page of them."""
        conditions = _conditions(visibility, wanted)
        way, beyond = (1, "$gt") if page.soonest_first else (-1, "$lt")
        if page.after is not None:
            start, identifier = page.after
            conditions.append(
                {
                    "$or": [
                        {"start": {beyond: start}},
                        {"start": start, "_id": {beyond: identifier}},
                    ]
                }
            )
        documents = await self._appointments.find(
            _all_of(conditions), sort=[("start", way), ("_id", way)], limit=page.limit
        )
        return [appointment_of(document) for document in documents]

    async def count_appointments(
        self, visibility: Visibility, wanted: AppointmentFilter, most: int
    ) -> int:
        """How many there are, counted up to `most`."""
        return await self._appointments.count(_all_of(_conditions(visibility, wanted)), limit=most)

    async def states_at(
        self, location_code: str, starts_from: datetime, starts_before: datetime
    ) -> Mapping[AppointmentState, int]:
        """How many visits of a location that begin in a time are in each state."""
        found = await self._appointments.aggregate(
            [
                {
                    "$match": {
                        "locationCode": location_code,
                        "start": {"$gte": starts_from, "$lt": starts_before},
                    }
                },
                {"$group": {"_id": "$state", "count": {"$sum": 1}}},
            ]
        )
        return {AppointmentState(each["_id"]): each["count"] for each in found}

    async def types(self) -> Sequence[AppointmentType]:
        """Every type, by code."""
        return await self._types.find({})

    async def advisors_at(self, codes: Collection[str]) -> Mapping[str, Sequence[Advisor]]:
        """The advisors of locations, by location code."""
        found: dict[str, list[Advisor]] = {code: [] for code in codes}
        for advisor in await self._advisors.find({"locationCode": {"$in": sorted(set(codes))}}):
            found[advisor.location_code].append(advisor)
        return found

    async def advisors(self, codes: Collection[str]) -> Mapping[str, Advisor]:
        """The advisors that exist, by code."""
        return await self._advisors.get_many(codes)

    async def capacities(self, codes: Collection[str]) -> Mapping[str, Capacity]:
        """The capacities of locations, by location code."""
        return await self._capacities.get_many(codes)

    async def diaries(self, keys: Collection[tuple[str, date]]) -> Mapping[tuple[str, date], Diary]:
        """The diaries that exist, by location code and day."""
        wanted = [diary_key(location_code, day) for location_code, day in keys]
        documents = await self._diaries.find({"_id": {"$in": wanted}})
        found = map(diary_of, documents)
        return {(diary.location_code, diary.day): diary for diary in found}


def _all_of(conditions: _Conditions) -> dict[str, Any]:
    return {"$and": conditions} if conditions else {}


def _conditions(visibility: Visibility, wanted: AppointmentFilter) -> _Conditions:
    conditions = _visible(visibility)
    given = {
        "customerId": wanted.customer_id,
        "locationCode": wanted.location_code,
    }
    conditions += [{name: value} for name, value in given.items() if value is not None]
    if wanted.states:
        conditions.append({"state": {"$in": sorted(wanted.states)}})
    if wanted.starts_from is not None:
        conditions.append({"start": {"$gte": wanted.starts_from}})
    if wanted.starts_before is not None:
        conditions.append({"start": {"$lt": wanted.starts_before}})
    return conditions


def _visible(visibility: Visibility) -> _Conditions:
    if visibility.everything:
        return []
    customers = {"$in": sorted(visibility.customers)}
    return [
        {
            "$or": [
                {"customerId": customers},
                {"customerRef": customers},
                {"locationCode": {"$in": sorted(visibility.locations)}},
            ]
        }
    ]
