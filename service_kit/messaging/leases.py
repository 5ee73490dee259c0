"""Who may do a job now: a lease by the database's time, and a fence that only grows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service_kit.storage.database import Database, DuplicateKey
from service_kit.storage.indexes import CollectionDeclaration

LEASES = CollectionDeclaration("leases", (), retention="For ever: one document for each job.")

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_IS_OVER = {"$expr": {"$lte": ["$until", "$$NOW"]}}


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to a job until it runs out; writes made under it are guarded by `fence`."""

    name: str
    owner: str
    fence: int


def after(duration: timedelta) -> dict[str, object]:
    """Give the expression for a moment that long after the database's present."""
    milliseconds = int(duration / timedelta(milliseconds=1))
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": milliseconds}}


class Leases:
    """The leases of one database."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection(LEASES.name)

    async def acquire(
        self, name: str, owner: str, duration: timedelta, *, above: int = 0
    ) -> Lease | None:
        """Take a lease that is free, over, or one's own already; None while another holds it.

        Its fence is higher than each before it, and than `above`.
        """
        lease = await self._take(name, owner, duration, above)
        if lease is None and await self._introduce(name):
            lease = await self._take(name, owner, duration, above)
        return lease

    async def renew(self, lease: Lease, duration: timedelta) -> bool:
        """Prolong; False if another has taken it since."""
        return lease.name in await self.renew_all([lease], duration)

    async def renew_all(self, leases: Iterable[Lease], duration: timedelta) -> frozenset[str]:
        """Prolong several leases of one owner; give the names of those still held."""
        wanted = [
            {"_id": lease.name, "owner": lease.owner, "fence": lease.fence} for lease in leases
        ]
        if not wanted:
            return frozenset()
        result = await self._collection.update_many(
            {"$or": wanted}, [{"$set": {"until": after(duration)}}]
        )
        if result.matched_count == len(wanted):
            return frozenset(str(guard["_id"]) for guard in wanted)
        held = await self._collection.find({"$or": wanted}, projection=["_id"])
        return frozenset(document["_id"] for document in held)

    async def release(self, lease: Lease) -> None:
        """Give a lease back before its end; the fence stays."""
        await self._collection.update_one(
            {"_id": lease.name, "owner": lease.owner, "fence": lease.fence},
            {"$set": {"until": _LONG_AGO}},
        )

    async def holders(self, prefix: str) -> dict[str, str]:
        """Give the owner of each lease that runs now and whose name starts with `prefix`."""
        running = await self._collection.find(
            {
                "_id": {"$gte": prefix, "$lt": prefix + "\uffff"},
                "$expr": {"$gt": ["$until", "$$NOW"]},
            },
            projection=["owner"],
        )
        return {document["_id"]: document["owner"] for document in running}

    async def _take(self, name: str, owner: str, duration: timedelta, above: int) -> Lease | None:
        document = await self._collection.find_one_and_update(
            {"_id": name, "$or": [{"owner": owner}, _IS_OVER]},
            [
                {
                    "$set": {
                        "owner": {"$literal": owner},
                        "fence": {"$add": [{"$max": ["$fence", above]}, 1]},
                        "until": after(duration),
                    }
                }
            ],
        )
        return None if document is None else Lease(name, owner, document["fence"])

    async def _introduce(self, name: str) -> bool:
        """Make the document of a lease that never was; False if there is one."""
        if await self._collection.find_one({"_id": name}, projection=["_id"]):
            return False
        try:
            await self._collection.insert_one(
                {"_id": name, "owner": "", "fence": 0, "until": _LONG_AGO, "schemaVersion": 1}
            )
        except DuplicateKey:
            return False
        return True
