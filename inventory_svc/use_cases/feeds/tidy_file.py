"""Delete what a file of stock was sent in, once nobody needs it any more."""

from collections.abc import Mapping
from typing import Final

from inventory_svc.domain.feeds.feed_file import KEPT_FOR, FeedFile, FileState
from inventory_svc.use_cases.feeds.file_steps import FileTools

WAITED_FOR_PEOPLE: Final[Mapping[FileState, str]] = {
    FileState.OPEN: f"It was not closed within {KEPT_FOR.days} days.",
    FileState.HELD: f"Nobody decided within {KEPT_FOR.days} days whether it is whole.",
}
"""Why a file ends that waited for people in vain, by where it stood."""
NOT_RESUMED: Final = f"It was given up, and not resumed within {KEPT_FOR.days} days."


async def tidy_file(identifier: str, tools: FileTools) -> None:
    """Delete the parts of a file that has ended; one that waits for people ends by that.

    One that is applied is looked at again: it may be given up, or was a short while ago.
    """
    file = await tools.files.find(identifier)
    while file is not None and file.state in WAITED_FOR_PEOPLE:
        why = WAITED_FOR_PEOPLE[file.state]
        await tools.files.save(file, file.failed(why, tools.clock.now()))
        file = await tools.files.find(identifier)
    if file is not None and file.state is FileState.APPLYING:
        file = await _still_applied(file, tools)
    if file is not None and file.state is not FileState.APPLYING:
        await tools.files.forget_parts(identifier)
        await tools.unnamed.forget(identifier)


async def _still_applied(file: FeedFile, tools: FileTools) -> FeedFile | None:
    """End a file that was given up long ago, or have it looked at again; None if it moved."""
    now, seen = tools.clock.now(), await tools.files.look_up(file.identifier)
    given_up_at = None if seen is None else seen.ended_at
    if given_up_at is not None and given_up_at + KEPT_FOR <= now:
        return await tools.files.save(file, file.failed(NOT_RESUMED, now))
    await tools.files.tidy_later(file, (given_up_at or now) + KEPT_FOR)
    return file
