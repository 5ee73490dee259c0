"""A bound on how long blocks of code may take, at the price of no timer for each of them."""

import asyncio
from types import TracebackType


class Deadline:
    """Bounds blocks to so many seconds each, like `asyncio.timeout`; one timer serves them all."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun: dict[_Block, None] = {}
        """The blocks under way: all may take equally long, so the first one ends first."""
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._begun)

    def block(self) -> "_Block":
        """Surround a block by `with`: it is cancelled and raises TimeoutError when it is late."""
        return _Block(self)

    def begin(self, block: "_Block") -> None:
        """Watch a block from now on."""
        loop = asyncio.get_running_loop()
        block.ends = loop.time() + self._seconds
        self._begun[block] = None
        if self._timer is None:
            self._timer = loop.call_at(block.ends, self._look)

    def end(self, block: "_Block") -> None:
        """Watch it no longer."""
        self._begun.pop(block, None)

    def _look(self) -> None:
        """Cancel what is late, and look again when the next one is."""
        loop = asyncio.get_running_loop()
        self._timer = None
        now = loop.time()
        for block in tuple(self._begun):
            if block.ends > now:
                self._timer = loop.call_at(block.ends, self._look)
                return
            del self._begun[block]
            block.cancel()


class _Block:
    """One block: the task it runs in, and whether that has been cancelled for being late."""

    __slots__ = ("_cancelling", "_deadline", "_is_late", "_task", "ends")

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._is_late = False
        self.ends = 0.0

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("Only a task can be late.")
        self._task: asyncio.Task[object] = task
        self._cancelling = task.cancelling()
        self._deadline.begin(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._deadline.end(self)
        if not self._is_late:
            return
        # Whoever else has cancelled the task meanwhile is obeyed.
        others = self._task.uncancel() > self._cancelling
        if kind is asyncio.CancelledError and not others:
            raise TimeoutError from error

    def cancel(self) -> None:
        """Be late."""
        self._is_late = True
        self._task.cancel()
