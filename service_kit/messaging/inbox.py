"""What a consumer has already done, kept in the transaction of its effect."""

from collections.abc import Sequence
from datetime import timedelta

from service_kit.storage.database import Database, Session, UpdateOne
from service_kit.storage.indexes import CollectionDeclaration, Index

INBOX = CollectionDeclaration(
    "inbox",
    (Index((("at", 1),), name="age", kept=timedelta(days=30)),),
    retention="Thirty days after the effect; longer than any stream or outbox is kept.",
)


class Inbox:
    """The events whose effect is in this database."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection(INBOX.name)

    async def first_time(self, session: Session, consumer: str, event_id: str) -> bool:
        """Note the event; False if this consumer has noted it before."""
        return event_id in await self.first_times(session, consumer, [event_id])

    async def first_times(
        self, session: Session, consumer: str, event_ids: Sequence[str]
    ) -> frozenset[str]:
        """Note the events, and give those that this consumer had not noted before."""
        result = await self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": f"{consumer}/{event_id}"},
                    [{"$set": {"at": {"$ifNull": ["$at", "$$NOW"]}, "schemaVersion": 1}}],
                    upsert=True,
                )
                for event_id in event_ids
            ],
            session=session,
        )
        new = (result.upserted_ids or {}) if result else {}
        return frozenset(event_ids[place] for place in new)
