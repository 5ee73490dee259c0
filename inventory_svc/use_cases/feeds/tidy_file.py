"""Delete what a file of stock was sent in, once nobody needs it any more."""

from collections.abc import Mapping
from typing import Final

from inventory_svc.domain.feeds.feed_file import KEPT_FOR, FileState
from inventory_svc.use_cases.feeds.file_steps import FileTools

WAITED_FOR_PEOPLE: Final[Mapping[FileState, str]] = {
    FileState.OPEN: f"It was not closed within {KEPT_FOR.days} days.",
    FileState.HELD: f"Nobody decided within {KEPT_FOR.days} days whether it is whole.",
}
"""Why a file ends that waited for people in vain, by where it stood."""


async def tidy_file(identifier: str, tools: FileTools) -> None:
    """Delete the parts of a file that has ended; one that waits for people ends by that."""
    file = await tools.files.find(identifier)
    while file is not None and file.state in WAITED_FOR_PEOPLE:
        why = WAITED_FOR_PEOPLE[file.state]
        await tools.files.save(file, file.failed(why, tools.clock.now()))
        file = await tools.files.find(identifier)
    if file is not None and file.state is not FileState.APPLYING:
        await tools.files.forget_parts(identifier)
        await tools.unnamed.forget(identifier)
