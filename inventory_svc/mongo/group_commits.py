"""Gathering the stock commands that wait in this process into groups, one commit after the other.

While a group is being committed the next one gathers, so groups grow with the load by themselves.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import structlog
from prometheus_client import CollectorRegistry
from pymongo.errors import OperationFailure

from inventory_svc.domain.stock.commands import (
    AnnounceInbound,
    CorrectFeedLines,
    FeedStock,
    RecordReads,
    RegisterUnits,
    ReserveStock,
    RestockReturn,
    StockCommand,
)
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.mongo.commit_metrics import CommitMetrics
from inventory_svc.mongo.guarded_writes import ReadTooEarly
from inventory_svc.mongo.retries import AlwaysDuplicate
from service_kit.commands.denials import unavailable
from service_kit.commands.refusal import Refusal
from service_kit.storage.database import Contended, StorageError

MOST_COMMANDS = 64
MOST_LINES = 500
ATTEMPTS = 4
PAUSE_SECONDS = 0.05
MOST_DUPLICATES = 2
"""Commands of one group that may meet twins without end, each by itself, before it is given up."""
PASSING_LABELS = (
    "TransientTransactionError",
    "UnknownTransactionCommitResult",
    "RetryableWriteError",
)

_WITH_LINES = (
    FeedStock,
    CorrectFeedLines,
    ReserveStock,
    RestockReturn,
    AnnounceInbound,
    RegisterUnits,
    RecordReads,
)

_log = structlog.get_logger(__name__)


class Transactions(Protocol):
    """Commits one group."""

    def commit(
        self, commands: Sequence[StockCommand], wide: frozenset[int] = frozenset()
    ) -> Coroutine[Any, Any, Sequence[Decided | None]]:
        """Decide and write the group; None where wide supply is needed."""


class _Waiting:
    """A command and the caller that waits for what becomes of it."""

    __slots__ = ("answer", "command", "context", "wide")

    def __init__(self, command: StockCommand, answer: "asyncio.Future[Decided]") -> None:
        self.command = command
        self.answer = answer
        self.context = contextvars.copy_context()
        self.wide = False

    @property
    def lines(self) -> int:
        if isinstance(self.command, _WITH_LINES):
            return len(self.command.lines)
        return 1


class GroupCommits:
    """The stock commits of one process; needs no start, `close` waits for what is under way."""

    def __init__(self, transactions: Transactions, metrics: CommitMetrics | None = None) -> None:
        self._transactions = transactions
        self._metrics = metrics or CommitMetrics(CollectorRegistry())
        self._queue: deque[_Waiting] = deque()
        self._draining: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many commands wait for a group."""
        return len(self._queue)

    async def submit(self, command: StockCommand) -> Decided:
        """Give what became of the command once it is durable.

        Refuses UNAVAILABLE when that cannot be said; the same key then finds out.
        """
        answer: asyncio.Future[Decided] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(command, answer))
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await answer

    async def close(self) -> None:
        """Wait until nothing waits."""
        while self._draining is not None:
            await asyncio.wait([self._draining])

    async def _drain(self) -> None:
        try:
            while self._queue:
                await asyncio.sleep(0)  # those whom the last commit woke may join
                await self._commit(self._next_group())
        finally:
            self._draining = None

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        lines = 0
        while self._queue and len(group) < MOST_COMMANDS:
            lines += self._queue[0].lines
            if group and lines > MOST_LINES:
                break
            group.append(self._queue.popleft())
        return [waiting for waiting in group if not waiting.answer.done()]

    async def _commit(self, group: list[_Waiting]) -> Exception | None:
        """Commit and tell the callers; give what went wrong."""
        if not group:
            return None
        try:
            with self._metrics.group(len(group)):
                decided = await self._decided(group)
        except Exception as error:  # noqa: BLE001  # it goes to the callers whose commands these are
            await self._failed(group, error)
            return error
        except BaseException:
            _fail([*group, *self._queue], _unavailable)
            self._queue.clear()
            raise
        else:
            self._answer(group, decided)
            return None

    async def _failed(self, group: list[_Waiting], error: Exception) -> None:
        """Tell the callers; when one command breaks the commit, the others shall not suffer."""
        if len(group) > 1 and (isinstance(error, AlwaysDuplicate) or not is_passing(error)):
            await self._one_by_one(group)
        elif is_passing(error):
            self._give_up(group, error)
        else:
            self._metrics.failed(1)
            _log.error("stock_commit.broke", exc_info=error)
            _fail(group, lambda: error)

    async def _one_by_one(self, group: list[_Waiting]) -> None:
        """Commit each command for itself; where several meet twins, it is none of them's fault."""
        duplicates = 0
        for place, waiting in enumerate(group):
            error = await self._commit([waiting])
            duplicates += isinstance(error, AlwaysDuplicate)
            if error is not None and duplicates == MOST_DUPLICATES:
                self._give_up(group[place + 1 :], error)
                return

    def _give_up(self, group: list[_Waiting], error: Exception) -> None:
        if not group:
            return
        self._metrics.failed(len(group))
        _log.warning("stock_commit.failed", commands=len(group), error=repr(error))
        _fail(group, _unavailable)

    async def _decided(self, group: list[_Waiting]) -> Sequence[Decided | None]:
        """Commit, and again after a failure whose effect is unknown: recorded outcomes tell."""
        for attempt in range(1, ATTEMPTS):
            try:
                return await self._transact(group)
            except (StorageError, ReadTooEarly) as error:
                if not is_passing(error):
                    raise
                _log.info("stock_commit.again", attempt=attempt, error=repr(error))
                await asyncio.sleep(PAUSE_SECONDS * attempt)
        return await self._transact(group)

    async def _transact(self, group: list[_Waiting]) -> Sequence[Decided | None]:
        """Commit once; the trace of the group is that of its first command."""
        commands = [waiting.command for waiting in group]
        wide = frozenset(place for place, waiting in enumerate(group) if waiting.wide)
        commit = self._transactions.commit(commands, wide)
        return await asyncio.create_task(commit, context=group[0].context)

    def _answer(self, group: list[_Waiting], decided: Sequence[Decided | None]) -> None:
        again: list[_Waiting] = []
        for waiting, each in zip(group, decided, strict=True):
            if each is None:
                waiting.wide = True
                again.append(waiting)
            elif not waiting.answer.done():
                waiting.answer.set_result(each)
        self._queue.extendleft(reversed(again))


def is_passing(error: Exception) -> bool:
    """Whether the same commit may succeed later: others were first, or the server was away."""
    if isinstance(error, OperationFailure):
        return any(error.has_error_label(label) for label in PASSING_LABELS)
    return isinstance(error, StorageError | Contended | ReadTooEarly)


def _fail(group: Sequence[_Waiting], reason: Callable[[], Exception]) -> None:
    for waiting in group:
        if not waiting.answer.done():
            waiting.answer.set_exception(reason())


def _unavailable() -> Refusal:
    return unavailable("The stock did not answer in time. Ask again with the same key.")
