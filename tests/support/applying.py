"""Sending files of stock, and applying them by processes that die."""

import base64
from typing import Protocol

from inventory_svc.domain.feeds.feed_file import FeedFile
from inventory_svc.domain.feeds.file_lines import FileFormat
from inventory_svc.domain.stock.commands import FeedMode, StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.due_work import file_handlers
from inventory_svc.ports.feeds import FeedFiles
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.feeds.receive_file import WantedFile, add_part, close_file, open_file
from service_kit.messaging.due_worker import DueWorker, DueWorkSettings
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database
from tests.support import stock as build
from tests.support.file_process import NoTopSellers, OneShop, tools_of

HEADING = "sku,locationCode,quantity"


class Killed(Exception):
    """What a process hears when it is killed: nothing, so nobody may handle it."""


class Applying(Protocol):
    """A process that applies files."""

    @property
    def database(self) -> Database:
        """Where it writes."""

    @property
    def clock(self) -> Clock:
        """Its time."""

    @property
    def commits(self) -> StockCommits:
        """Its queue."""


class DyingCommits:
    """Commits that die with their process after so many, before or after the next is written."""

    def __init__(self, process: Applying, after: int, *, written: bool) -> None:
        self._commits = process.commits
        self._after = after
        self._written = written

    async def submit(self, command: StockCommand) -> Decided:
        """Commit, or die."""
        self._after -= 1
        if self._after < 0 and not self._written:
            raise Killed
        decided = await self._commits.submit(command)
        if self._after < 0:
            raise Killed
        return decided


def a_worker(
    process: Applying, commits: StockCommits | None = None, attempts: int = 8
) -> DueWorker:
    """Give whoever does what files have to be done, on commits of its own if they are given."""
    tools = tools_of(process.database, process.clock, commits or process.commits)
    urgent, others = file_handlers(tools)
    settings = DueWorkSettings(attempts=attempts)
    work = {**urgent, **others}
    return DueWorker(process.database, process.clock, work, "reader", settings=settings)


async def send_parts(file: FeedFile, content: bytes, files: FeedFiles, parts: int) -> None:
    """Send a file in so many parts, the last one first."""
    size = -(-len(content) // parts)
    for number in reversed(range(parts)):
        part = base64.b64encode(content[number * size : (number + 1) * size]).decode()
        await add_part(build.a_request(), file.identifier, number, part, files)


async def sent(process: Applying, content: str, *best: str, parts: int = 3) -> FeedFile:
    """Send a file of deltas in parts, the last one first, and close it twice."""
    files = tools_of(process.database, process.clock).files
    wanted = WantedFile("night", FeedMode.DELTA, FileFormat.CSV, source="tills")
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)
    await send_parts(file, content.encode(), files, parts)
    request = build.a_request()
    top = NoTopSellers(*best)
    closed = await close_file(request, file.identifier, parts, files, top, process.clock)
    again = await close_file(request, file.identifier, parts, files, top, process.clock)
    assert again == closed
    return closed


def rows(count: int) -> str:
    """Give a file of so many lines, of shirts and hats in turn."""
    return "\n".join((HEADING, *(f"{('shirt', 'hat')[at % 2]},S1,1" for at in range(count))))
