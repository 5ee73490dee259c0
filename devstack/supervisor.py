"""Start children stage by stage, watch them, and leave none behind whatever happens."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from devstack.children import POLL_SECONDS, Child, ChildPlan, start_child
from devstack.ports import holder_of, is_free

PORT_SECONDS = 2.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StackFailed(Exception):
    """The stack cannot run; the message is for the person who started it."""


class ChildFailed(StackFailed):
    """A child ended or never came up: `cause` in a line, the message with its last lines."""

    def __init__(self, cause: str, last_lines: Sequence[str]) -> None:
        lines = "\n".join(f"  {line}" for line in last_lines) or "  (it printed nothing)"
        super().__init__(f"{cause} The last that it printed:\n{lines}")
        self.cause = cause


class Report(Protocol):
    """Where the supervisor tells what it does."""

    def starting(self, name: str) -> None: ...
    def ready(self, name: str, seconds: float) -> None: ...
    def printed(self, name: str, line: str) -> None: ...
    def failed(self, reason: str) -> None: ...
    def stopping(self, names: Sequence[str]) -> None: ...
    def stopped(self, cause: str) -> None: ...


Stage = tuple[ChildPlan, ...]


async def require_free_ports(stages: Sequence[Stage]) -> None:
    """Raise StackFailed when a port that a child wants is taken, and say by whom.

    A port has a moment to become free: the children of a killed stack may still be ending.
    """
    deadline = time.monotonic() + PORT_SECONDS
    wanted = [(plan.name, plan.port) for stage in stages for plan in stage if plan.port]
    for name, port in wanted:
        while not is_free(port):
            if time.monotonic() > deadline:
                holder = holder_of(port) or "another program"
                raise StackFailed(f"Port {port}, wanted for {name}, is in use by {holder}.")
            await asyncio.sleep(POLL_SECONDS)


class Supervisor:
    """Runs the stages of a stack, each after the one before it is ready, until told to stop.

    `prepare` gives the stages, `then` runs once when all are ready. The children of a stage start
    together; all are stopped in the opposite order. A signal to stop is obeyed at any moment; a
    second Ctrl-C ends the children by force.
    """

    def __init__(
        self,
        prepare: Callable[[], Awaitable[Sequence[Stage]]],
        *,
        logs: Path,
        report: Report,
        then: Callable[[], Awaitable[None]],
    ) -> None:
        self._prepare = prepare
        self._logs = logs
        self._report = report
        self._then = then
        self._children: list[list[Child]] = []
        self._hurry = asyncio.Event()
        self._end: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

    async def run(self) -> int:
        """Run until a signal, a dead child or a failure; return the exit code of the program."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            if number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # started with nohup: the end of the terminal is not to end it
            loop.add_signal_handler(number, self._on_signal, number)
        work = asyncio.create_task(self._work())
        work.add_done_callback(self._on_work_done)
        reason = await self._end
        if reason is not None:
            self._report.failed(str(reason) or repr(reason))
        work.cancel()
        await asyncio.wait({work})
        await self._stop_all()
        self._report.stopped(reason.cause if isinstance(reason, ChildFailed) else "")
        if reason is not None and not isinstance(reason, StackFailed):
            raise reason
        return 0 if reason is None else 1

    async def _work(self) -> None:
        stages = await self._prepare()
        await require_free_ports(stages)
        self._logs.mkdir(parents=True, exist_ok=True)
        for stage in stages:
            self._children.append([])
            async with asyncio.TaskGroup() as together:
                for plan in stage:
                    together.create_task(self._bring_up(plan))
        await self._then()

    async def _bring_up(self, plan: ChildPlan) -> None:
        self._report.starting(plan.name)
        began = time.monotonic()
        child = await start_child(
            plan,
            self._logs / f"{plan.name}.log",
            lambda line: self._report.printed(plan.name, line),
        )
        self._children[-1].append(child)
        child.ended.add_done_callback(lambda _: self._on_child_ended(child))
        while not await plan.answers():
            if time.monotonic() - began > plan.patience:
                raise _failed(child, f"was not ready in {plan.patience:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
        self._report.ready(plan.name, time.monotonic() - began)

    def _on_signal(self, number: signal.Signals) -> None:
        if self._end.done() and number is signal.SIGINT:
            self._hurry.set()
        self._finish(None)

    def _on_work_done(self, work: asyncio.Task[None]) -> None:
        if not work.cancelled() and (error := work.exception()) is not None:
            self._finish(_first_of(error))

    def _on_child_ended(self, child: Child) -> None:
        if child.ended.cancelled():
            return
        error = child.ended.exception()
        how = f"ended by itself with {_ending(child.ended.result())}" if error is None else ""
        self._finish(error or _failed(child, how))

    def _finish(self, reason: BaseException | None) -> None:
        if not self._end.done():
            self._end.set_result(reason)

    async def _stop_all(self) -> None:
        running = [[child for child in stage if not child.ended.done()] for stage in self._children]
        self._report.stopping([child.plan.name for stage in running for child in stage])
        for stage in reversed(self._children):
            with suppress(OSError):
                await asyncio.gather(*(child.stop(self._hurry) for child in stage))


def _failed(child: Child, what: str) -> ChildFailed:
    return ChildFailed(f"{child.plan.name} {what}.", tuple(child.last_lines))


def _first_of(error: BaseException) -> BaseException:
    """Return the first failure of a group of tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
