"""Delete what a file of stock was sent in, once nobody needs it any more."""

from typing import Final

from inventory_svc.domain.feeds.feed_file import CLOSED_WITHIN, FileState
from inventory_svc.ports import FeedFiles
from service_kit.runtime.clock import Clock

NOT_CLOSED: Final = f"It was not closed within {CLOSED_WITHIN.days} days."


async def tidy_file(identifier: str, files: FeedFiles, clock: Clock) -> None:
    """Delete the parts of a file that has ended; one that was never closed ends by that."""
    file = await files.find(identifier)
    while file is not None and file.state is FileState.OPEN:
        await files.save(file, file.failed(NOT_CLOSED, clock.now()))
        file = await files.find(identifier)
    if file is not None and file.state is not FileState.APPLYING:
        await files.forget_parts(identifier)
