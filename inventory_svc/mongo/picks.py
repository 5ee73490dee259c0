"""What the picks of each location found, day by day: a fold of the ledger.

A day is counted once it is over, all of it, however often: so it is never counted twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.reliability import PICKS_WORK, Picks, bounds_of, counted_from
from inventory_svc.mongo.collections import MOVEMENTS, PICKS
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.storage.database import Database, DeleteMany, Document, ReplaceOne, Session


class MongoPicks:
    """Counts the days, and adds them up."""

    def __init__(self, database: Database) -> None:
        self._movements = database.collection(MOVEMENTS.name)
        self._picks = database.collection(PICKS.name)

    async def count(self, day: date) -> None:
        """Write what the picks of a day found, in place of what was written of it before."""
        begin, end = bounds_of(day)
        found = await self._movements.aggregate(
            [
                {
                    "$match": {
                        "pickedFrom": {"$exists": True},
                        "occurredAt": {"$gte": begin, "$lt": end},
                    }
                },
                {
                    "$group": {
                        "_id": {"location": "$pickedFrom", "kind": "$kind"},
                        "kept": {"$sum": {"$add": ["$allocated", "$held"]}},
                    }
                },
            ]
        )
        units: dict[str, dict[str, int]] = defaultdict(dict)
        for row in found:
            units[row["_id"]["location"]][row["_id"]["kind"]] = -row["kept"]
        others: Document = {"day": begin, "location": {"$nin": sorted(units)}}
        replaced = [_replaced(day, location, kinds) for location, kinds in sorted(units.items())]
        await self._picks.bulk_write([DeleteMany(others), *replaced])

    async def count_anew(self, now: datetime) -> None:
        """Count every day again that is over."""
        first = await self._movements.find(
            {"pickedFrom": {"$exists": True}}, sort=(("occurredAt", 1),), limit=1
        )
        known = await self._picks.find({}, sort=(("day", 1),), limit=1)
        begun = [each["occurredAt"] for each in first] + [each["day"] for each in known]
        day = min(begun, default=now).date()
        while counted_from(day) <= now:
            await self.count(day)
            day += timedelta(days=1)

    async def picks(self, since: date, after: str | None, limit: int) -> Sequence[Picks]:
        """Give the picks of all days from one on, by location in the order of codes, after one."""
        wanted: Document = {"day": {"$gte": bounds_of(since)[0]}}
        if after is not None:
            wanted["location"] = {"$gt": after}
        found = await self._picks.aggregate(
            [
                {"$match": wanted},
                {
                    "$group": {
                        "_id": "$location",
                        "found": {"$sum": "$found"},
                        "missing": {"$sum": "$missing"},
                    }
                },
                {"$sort": {"_id": 1}},
                {"$limit": limit},
            ]
        )
        return [Picks(each["_id"], each["found"], each["missing"]) for each in found]


class PickCounts:
    """Sees to it that each day with picks is counted when it is over."""

    def __init__(self, database: Database, due_work: DueWork) -> None:
        self._database = database
        self._due_work = due_work
        self._asked_for: date | None = None

    async def schedule(self, day: date, session: Session) -> None:
        """Have a day counted; each process asks once, lest all its commits write one document."""
        if day == self._asked_for:
            return
        identifier = f"{PICKS_WORK}:{day.isoformat()}"
        item = DueItem(identifier, PICKS_WORK, counted_from(day), {"day": day.isoformat()})
        await self._due_work.schedule(session, item)
        self._database.after_commit(session, lambda: self._remember(day))

    def _remember(self, day: date) -> None:
        self._asked_for = day


def _replaced(day: date, location: str, units: dict[str, int]) -> ReplaceOne[Document]:
    document: Document = {
        "_id": SEPARATOR.join((location, day.isoformat())),
        "location": location,
        "day": bounds_of(day)[0],
        "found": units.get(MovementKind.CONSUMED.value, 0),
        "missing": units.get(MovementKind.SHORT.value, 0),
        "schemaVersion": 1,
    }
    return ReplaceOne({"_id": document["_id"]}, document, upsert=True)
