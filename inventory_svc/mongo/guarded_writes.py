"""Writes that are only good if nobody else wrote since what they replace was read."""

from collections.abc import Sequence

from service_kit.storage.database import Collection, Document, InsertOne, ReplaceOne, Session


class ReadTooEarly(Exception):
    """A position, a reservation or the rules have changed since they were read: read again."""


def guarded_write(
    document: Document, version: int | None
) -> InsertOne[Document] | ReplaceOne[Document]:
    """Give the write of a document that had this version when it was read; None: it was not."""
    if version is None:
        return InsertOne(document)
    return ReplaceOne({"_id": document["_id"], "version": version}, document)


async def write_all(
    collection: Collection,
    writes: Sequence[InsertOne[Document] | ReplaceOne[Document]],
    session: Session,
) -> None:
    """Write everything; raise ReadTooEarly when something has another version by now."""
    result = await collection.bulk_write(writes, session=session)
    if result is not None and result.matched_count + result.inserted_count != len(writes):
        raise ReadTooEarly
