"""The last step of each file of stock, written beside the file in the commit that makes it."""

from collections.abc import Iterable, Sequence

from inventory_svc.domain.stock.commands import FeedStock, StockCommand
from inventory_svc.domain.stock.file_step import CommittedStep, FileStep
from inventory_svc.mongo.collections import FEED_FILES
from service_kit.storage.database import Database, Document, Session


class FileSteps:
    """Knows which lines of a file are committed for as long as the file is known."""

    def __init__(self, database: Database) -> None:
        self._files = database.collection(FEED_FILES.name)

    async def read(
        self, commands: Sequence[StockCommand], session: Session
    ) -> dict[str, CommittedStep]:
        """Give the last steps of the files of which commands are a step."""
        named = {each.step.file for each in commands if isinstance(each, FeedStock) and each.step}
        if not named:
            return {}
        wanted: Document = {"_id": {"$in": sorted(named)}, "step": {"$exists": True}}
        found = await self._files.find(wanted, projection={"step": 1}, session=session)
        return {each["_id"]: _from_document(each["_id"], each["step"]) for each in found}

    async def write(self, steps: Iterable[CommittedStep], session: Session) -> None:
        """Write how far files have come; of two who do that at once one has to look again."""
        for step, counts in steps:
            last = {
                "reading": step.reading,
                "first": step.first,
                "following": step.following,
                "counts": dict(counts),
            }
            await self._files.update_one(
                {"_id": step.file}, {"$set": {"step": last}}, session=session
            )


def _from_document(file: str, step: Document) -> CommittedStep:
    named = FileStep(file, step["reading"], step["first"], step["following"])
    return CommittedStep(named, step["counts"])
