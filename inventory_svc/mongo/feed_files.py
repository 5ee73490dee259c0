"""Files of stock in MongoDB: their parts, and how far each has been applied."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from inventory_svc.domain.alerts.alert import AlertKind, StockAlert
from inventory_svc.domain.feeds.feed_file import (
    FILE_WORK,
    KEPT_FOR,
    MOST_PARTS,
    TIDY_WORK,
    TOP_WORK,
    UNNAMED_WORK,
    Closing,
    FeedFile,
    FilePass,
    FileState,
)
from inventory_svc.domain.feeds.file_lines import UnreadableFile
from inventory_svc.mongo.alerts import MongoAlerts
from inventory_svc.mongo.collections import FEED_FILES, FEED_PARTS
from inventory_svc.mongo.feed_file_documents import file_from_document, file_to_document
from inventory_svc.mongo.retries import until_no_duplicate
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import NOT_FOUND, Refusal
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Collection, Database, Document, Session
from service_kit.storage.idempotency import MongoOutcomes

_DELETED_AT_ONCE = 100
WORK: Final[Mapping[FilePass, str]] = {
    FilePass.TOP_SELLERS: TOP_WORK,
    FilePass.OTHERS: FILE_WORK,
    FilePass.UNNAMED: UNNAMED_WORK,
}
"""The kind of due work that does a reading."""


class MongoFeedFiles:
    """The files; each change is written by whoever found the file as it was."""

    def __init__(
        self,
        database: Database,
        outcomes: MongoOutcomes,
        due_work: DueWork,
        alerts: MongoAlerts,
        clock: Clock,
    ) -> None:
        self._database = database
        self._outcomes = outcomes
        self._due_work = due_work
        self._alerts = alerts
        self._clock = clock
        self._files = database.collection(FEED_FILES.name)
        self._parts = database.collection(FEED_PARTS.name)

    async def open(self, request: IdempotentRequest, file: FeedFile) -> FeedFile:
        """Begin a file; the same for the same key."""

        async def begin(session: Session) -> None:
            await self._files.insert_one(file_to_document(file), session=session)
            await self._schedule(TIDY_WORK, file, file.opened_at + KEPT_FOR, session)

        return await self._once(request, file.identifier, begin)

    async def add_part(
        self, request: IdempotentRequest, identifier: str, number: int, content: bytes
    ) -> FeedFile:
        """Keep a part; refuse NOT_FOUND, or INVALID_INPUT when the file is closed."""

        async def keep(session: Session) -> None:
            file = await self._open(identifier, session)
            part: Document = {
                "_id": _part_name(identifier, number),
                "content": content,
                "schemaVersion": 1,
            }
            await self._parts.replace_one({"_id": part["_id"]}, part, upsert=True, session=session)
            # A part meets whoever closes the file at the same time.
            await write_file(self._files, file, file, session)

        return await self._once(request, identifier, keep)

    async def close(
        self, request: IdempotentRequest, identifier: str, closing: Closing
    ) -> FeedFile:
        """Have the file applied; refuse NOT_FOUND, or INVALID_INPUT for other parts than these."""
        parts = closing.parts

        async def end(session: Session) -> None:
            file = await self._open(identifier, session)
            arrived = await self._parts.count(_parts(identifier, parts), session=session)
            if arrived != parts:
                problem = f"{arrived} of its {parts} parts have arrived."
                raise invalid(problem, "input", "parts")
            if await self._parts.count(_parts(identifier), session=session) != parts:
                raise invalid(f"More than {parts} parts have arrived.", "input", "parts")
            await self._move(file, file.closed(closing), session)

        return await self._once(request, identifier, end)

    async def decide(
        self, request: IdempotentRequest, identifier: str, now: datetime, *, is_whole: bool
    ) -> FeedFile:
        """Go on with a file that is held; refuse NOT_FOUND, or INVALID_INPUT for any other."""

        async def go_on(session: Session) -> None:
            file = await self._known(identifier, session)
            await self._move(file, file.decided(now, is_whole=is_whole), session)

        return await self._once(request, identifier, go_on)

    async def resume(self, request: IdempotentRequest, identifier: str) -> FeedFile:
        """Go on with a file that failed; refuse NOT_FOUND, or INVALID_INPUT if that cannot be."""
        seen = await self.look_up(identifier)

        async def go_on(session: Session) -> None:
            file = await self._known(identifier, session)
            if seen is not None and seen.version == file.version:
                file = seen
            if file.state is not FileState.FAILED:
                raise invalid("The file has not failed.", "input", "feedId")
            kept = await self._parts.count(_parts(identifier), session=session)
            if file.closed_at is None or kept != file.parts:
                raise invalid("What was sent of it is deleted.", "input", "feedId")
            await self._move(file, file.resumed(), session)

        return await self._once(request, identifier, go_on)

    async def find(self, identifier: str) -> FeedFile | None:
        """Give a file as it stands."""
        found = await self._files.find_one({"_id": identifier})
        return None if found is None else file_from_document(found)

    async def page(self, before: tuple[datetime, str] | None, limit: int) -> Sequence[FeedFile]:
        """Give files as people see them, the latest first, before one of them."""
        query: Document = {}
        if before is not None:
            at, identifier = before
            query["$or"] = [
                {"openedAt": {"$lt": at}},
                {"openedAt": at, "_id": {"$gt": identifier}},
            ]
        sort = (("openedAt", -1), ("_id", 1))
        found = await self._files.find(query, sort=sort, limit=limit)
        return await self._as_seen([file_from_document(document) for document in found])

    async def look_up(self, identifier: str) -> FeedFile | None:
        """Give a file as people see it: failed, too, from when it was given up."""
        found = await self.find(identifier)
        return None if found is None else (await self._as_seen([found]))[0]

    async def tidy_later(self, file: FeedFile, at: datetime) -> None:
        """Have a file tidied at a later time."""
        await self._database.transaction(
            lambda session: self._schedule(TIDY_WORK, file, at, session)
        )

    async def forget_parts(self, identifier: str) -> None:
        """Delete the parts of a file that has ended, so many at a time."""
        while found := await self._parts.find(
            _parts(identifier), projection=["_id"], limit=_DELETED_AT_ONCE
        ):
            names = [document["_id"] for document in found]
            await self._parts.delete_many({"_id": {"$in": names}})

    async def content(self, file: FeedFile) -> AsyncIterator[bytes]:
        """Give the parts of a file, one after the other; raise UnreadableFile without one."""
        for number in range(file.parts):
            part = await self._parts.find_one({"_id": _part_name(file.identifier, number)})
            if part is None:
                raise UnreadableFile(f"Its part {number} is missing.")
            yield bytes(part["content"])

    async def save(self, before: FeedFile, after: FeedFile) -> FeedFile | None:
        """Write how far a file has come; None when somebody else has moved it meanwhile."""
        return await self._database.transaction(lambda session: self._move(before, after, session))

    async def _move(self, before: FeedFile, after: FeedFile, session: Session) -> FeedFile | None:
        """Write a file and who has to go on with it; None when it was moved meanwhile."""
        written = await write_file(self._files, before, after, session)
        if written is None:
            return None
        await self._settle_alert(before, after, session)
        if after.ended_at is not None:
            await self._due_work.cancel(session, _item_name(WORK[before.reading], before))
            await self._schedule(TIDY_WORK, after, after.ended_at, session)
        elif after.held_at is not None and after.state is FileState.HELD:
            await self._schedule(TIDY_WORK, after, after.held_at + KEPT_FOR, session)
        elif (before.state, before.reading) == (after.state, after.reading):
            await self._due_work.progressed(session, _item_name(WORK[after.reading], after))
        elif after.closed_at is not None:
            await self._schedule(WORK[after.reading], after, after.closed_at, session)
        return written

    async def _settle_alert(self, before: FeedFile, after: FeedFile, session: Session) -> None:
        """Tell people of a file that waits for their decision, until it does no more."""
        was_held, is_held = (file.state is FileState.HELD for file in (before, after))
        if was_held is is_held:
            return
        now, unheard = self._clock.now(), StockAlert(AlertKind.HELD_FILE, after.identifier)
        alert = await self._alerts.find(unheard, session)
        changed = alert.raised(now) if is_held else alert.cleared(now)
        await self._alerts.save(alert, changed, now, session)

    async def _once(
        self,
        request: IdempotentRequest,
        identifier: str,
        effect: Callable[[Session], Awaitable[None]],
    ) -> FeedFile:
        """Have an effect once for each key, and give the file as it stands."""

        async def write(session: Session) -> None:
            outcomes = self._outcomes.bind(session)
            if await outcomes.find(request) is None:
                await effect(session)
                await outcomes.record(request, Outcome({"feedId": identifier}))

        await until_no_duplicate(lambda: self._database.transaction(write))
        file = await self.find(identifier)
        if file is None:
            raise _unknown(identifier)
        return file

    async def _known(self, identifier: str, session: Session) -> FeedFile:
        found = await self._files.find_one({"_id": identifier}, session=session)
        if found is None:
            raise _unknown(identifier)
        return file_from_document(found)

    async def _open(self, identifier: str, session: Session) -> FeedFile:
        file = await self._known(identifier, session)
        if file.state is not FileState.OPEN:
            raise invalid("The file is closed.", "input", "feedId")
        return file

    async def _as_seen(self, files: Sequence[FeedFile]) -> list[FeedFile]:
        names = [_item_name(WORK[file.reading], file) for file in files if _is_applied(file)]
        parked = await self._due_work.parked_among(names) if names else {}
        return [
            file.given_up(parked[name])
            if _is_applied(file) and (name := _item_name(WORK[file.reading], file)) in parked
            else file
            for file in files
        ]

    async def _schedule(
        self, kind: str, file: FeedFile, due_at: datetime, session: Session
    ) -> None:
        await self._due_work.schedule(session, file_item(kind, file, due_at))


async def write_file(
    files: Collection, before: FeedFile, after: FeedFile, session: Session
) -> FeedFile | None:
    """Write what has changed of a file; None when somebody else has moved it meanwhile."""
    known, document = file_to_document(before), file_to_document(after)
    document["version"] = before.version + 1
    changed = {name: value for name, value in document.items() if value != known[name]}
    guard = {"_id": before.identifier, "version": before.version}
    result = await files.update_one(guard, {"$set": changed}, session=session)
    return file_from_document(document) if result.matched_count else None


def file_item(kind: str, file: FeedFile, due_at: datetime) -> DueItem:
    """Give a piece of due work about a file."""
    return DueItem(_item_name(kind, file), kind, due_at, {"file": file.identifier})


def _is_applied(file: FeedFile) -> bool:
    return file.state is FileState.APPLYING


def _item_name(kind: str, file: FeedFile) -> str:
    return derived_identifier(kind, file.identifier)


def _parts(identifier: str, count: int = MOST_PARTS) -> Document:
    """Select the parts of a file, or so many of them."""
    return {"_id": {"$gte": _part_name(identifier, 0), "$lt": _part_name(identifier, count)}}


def _part_name(identifier: str, number: int) -> str:
    return f"{identifier}|{number:06}"


def _unknown(identifier: str) -> Refusal:
    return Refusal(
        NOT_FOUND,
        "There is no such file.",
        path=("input", "feedId"),
        params={"feedId": identifier},
    )
