"""The refused lines of feeds in MongoDB, as last committed."""

from collections.abc import Mapping, Sequence

from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey
from inventory_svc.mongo.collections import FEED_REJECTIONS
from inventory_svc.mongo.feed_documents import rejection_from_document
from inventory_svc.ports.feeds import RejectionsWanted
from service_kit.storage.database import Database, Document


class MongoFeedRejections:
    """Reads of the refused lines; commits write them."""

    def __init__(self, database: Database) -> None:
        self._rejections = database.collection(FEED_REJECTIONS.name)

    async def named(self, feed: str, numbers: Sequence[int]) -> Mapping[int, FeedRejection]:
        """Give refused lines of a feed by their number."""
        keys = [RejectionKey(feed, number).identifier for number in numbers]
        found = await self._rejections.find({"_id": {"$in": keys}})
        return {document["number"]: rejection_from_document(document) for document in found}

    async def page(self, wanted: RejectionsWanted) -> Sequence[FeedRejection]:
        """Give refused lines, feed by feed in the order of their numbers."""
        query: Document = {"state": wanted.state.value}
        if wanted.feed is not None:
            query["feed"] = wanted.feed
        if wanted.source is not None:
            query["source"] = wanted.source
        if wanted.after is not None:
            query["_id"] = {"$gt": wanted.after.identifier}
        found = await self._rejections.find(query, sort=(("_id", 1),), limit=wanted.limit)
        return [rejection_from_document(document) for document in found]
