"""ASGI apps served over real HTTP on free loopback ports, by one event loop in a thread."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Final, TypeVar

import uvicorn
import uvloop
from starlette.types import ASGIApp

from service_kit.runtime.process import server_for

T = TypeVar("T")

HOST: Final = "127.0.0.1"
START_SECONDS: Final = 30
_LOOK_AGAIN: Final = 0.01


class NotServing(Exception):
    """An app ended while it was starting, or did not start in time."""


class LoopThread:
    """An event loop in a thread of its own, which tests with loops of their own can ask."""

    def __init__(self, name: str) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there and wait for its result."""
        return self._submit(work).result()

    async def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there; the asking loop goes on meanwhile."""
        return await asyncio.wrap_future(self._submit(work))

    def close(self) -> None:
        """Stop the loop and forget it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


class Served:
    """An app at an address that stays the same when it is stopped and started again.

    `make_app` makes the app anew for each start, as a process would.
    """

    def __init__(self, name: str, make_app: Callable[[], ASGIApp]) -> None:
        self.name = name
        self._make_app = make_app
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
            free.bind((HOST, 0))
            self.port: int = free.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address of the app's root, without a slash at its end."""
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        """Serve, and return when requests are answered."""
        self._server = server_for(self._make_app(), host=HOST, port=self.port, grace=5)
        self._serving = asyncio.create_task(self._server.serve(), name=self.name)
        async with asyncio.timeout(START_SECONDS):
            while not self._server.started:
                if self._serving.done():
                    self._serving.result()
                    raise NotServing(self.name)
                await asyncio.sleep(_LOOK_AGAIN)

    async def stop(self) -> None:
        """Let the requests under way end, close the app and free the port; harmless twice."""
        server, serving = self._server, self._serving
        self._server = self._serving = None
        if server is not None and serving is not None:
            server.should_exit = True
            await serving
