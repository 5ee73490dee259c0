"""A fair gate before the connection pool: whoever came first goes first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType


class FairGate:
    """So many permits, handed over strictly in the order of arrival.

    PyMongo's own pool lets late callers overtake early ones when it is exhausted; with as many
    permits as the pool has connections, it never is.
    """

    def __init__(self, permits: int) -> None:
        if permits < 1:
            raise ValueError("A gate needs a permit.")
        self._free = permits
        self._turns: deque[asyncio.Future[None]] = deque()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many callers are waiting for a permit."""
        return self._waiting

    async def __aenter__(self) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append(turn)
        self._waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiting -= 1
            else:
                self._pass_on()  # the permit had come before the cancellation did
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        while self._turns:
            turn = self._turns.popleft()
            if not turn.cancelled():
                self._waiting -= 1
                turn.set_result(None)
                return
        self._free += 1


@dataclass(slots=True)
class _Permit:
    """What a task holds while it is inside the gate."""

    gate: FairGate
    held: bool = True


_permit: ContextVar[_Permit | None] = ContextVar("_permit", default=None)


@asynccontextmanager
async def through(gate: FairGate) -> AsyncIterator[None]:
    """Pass the gate; a task already inside it goes on under the permit it holds.

    Otherwise a call without session inside a transaction could wait for ever: all permits may
    be held by transactions that wait likewise.
    """
    outer = _permit.get()
    if outer is not None and outer.held and outer.gate is gate:
        yield
        return
    async with gate:
        permit = _Permit(gate)
        token = _permit.set(permit)
        try:
            yield
        finally:
            permit.held = False
            _permit.reset(token)
