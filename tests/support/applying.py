"""Sending files of stock, and applying them by processes that die."""

import base64
from typing import Protocol

from inventory_svc.domain.feeds.feed_file import FeedFile
from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.due_work import file_handlers
from inventory_svc.ports.feeds import FeedFiles
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.feeds.receive_file import add_part
from service_kit.messaging.due_worker import DueWorker, DueWorkSettings
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database
from tests.support import stock as build
from tests.support.file_process import tools_of


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
