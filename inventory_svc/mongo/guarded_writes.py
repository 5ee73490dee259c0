"""Writes that are only good if nobody else wrote since what they replace was read."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from service_kit.storage.database import Collection, Document, InsertOne, ReplaceOne, Session


class ReadTooEarly(Exception):
    """A position, a reservation or the rules have changed since they were read: read again."""


class Versioned(Protocol):
    """Whatever counts its commits."""

    @property
    def version(self) -> int:
        """How many there were."""


V = TypeVar("V", bound=Versioned)


async def write_changes(
    collection: Collection,
    changes: Sequence[tuple[V | None, V]],
    to_document: Callable[[V], Document],
    session: Session,
) -> None:
    """Write what things are after a commit; before it (None: not at all) they were so.

    Raise ReadTooEarly when something has another version by now.
    """
    if not changes:
        return
    writes = [_guarded(to_document(after), before) for before, after in changes]
    result = await collection.bulk_write(writes, session=session)
    if result is not None and result.matched_count + result.inserted_count != len(writes):
        raise ReadTooEarly


def _guarded(
    document: Document, before: Versioned | None
) -> InsertOne[Document] | ReplaceOne[Document]:
    if before is None:
        return InsertOne(document)
    return ReplaceOne({"_id": document["_id"], "version": before.version}, document)
