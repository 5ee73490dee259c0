"""What becomes of a file of stock whose work an operator has discarded."""

from collections.abc import Mapping

from inventory_svc.domain.feeds.feed_file import KEPT_FOR, TIDY_WORK, FileState
from inventory_svc.mongo.collections import FEED_FILES
from inventory_svc.mongo.feed_file_documents import file_from_document
from inventory_svc.mongo.feed_files import WORK, file_item, write_file
from service_kit.messaging.due_work import DueItem, DueWork, GivenUp
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database, Session

DISCARDED = "Its work was discarded. It can be resumed for a week."


def discarded_files(database: Database, clock: Clock) -> Mapping[str, GivenUp]:
    """Give, by the kind of work, who ends a file without it; it can be resumed for a while."""
    files, due_work = database.collection(FEED_FILES.name), DueWork(database, clock)

    async def end(session: Session, item: DueItem) -> None:
        found = await files.find_one({"_id": item.payload["file"]}, session=session)
        if found is None or found["state"] != FileState.APPLYING.value:
            return
        file, now = file_from_document(found), clock.now()
        await write_file(files, file, file.failed(DISCARDED, now), session)
        await due_work.schedule(session, file_item(TIDY_WORK, file, now + KEPT_FOR))

    return dict.fromkeys(WORK.values(), end)
