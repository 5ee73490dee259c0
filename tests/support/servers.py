"""One mongod and one Valkey for a whole test run, started when a test first asks for one.

A thread of the pytest controller owns them (the kernel ends them with it, so nothing is left
behind even after a kill); the xdist workers ask that thread for an address over a local socket.
"""

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Mapping
from multiprocessing.connection import Client, Listener
from pathlib import Path

from devstack.servers import EmbeddedMongo, EmbeddedServer, EmbeddedValkey, ServerError

REDIS_DATABASES = 512
"""Logical databases of the embedded Valkey: a test takes one of its own."""

STOP = "stop"


class ServersOfTheRun:
    """Listens for the names "mongodb" and "redis" and answers with an address.

    `given` holds addresses of servers that run already, which are used as they are.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._urls = dict(given)
        self._folder = Path(tempfile.mkdtemp(prefix="tutti-tests-"))
        self._started: list[EmbeddedServer] = []
        self.address = str(self._folder / "ask")
        self._listener = Listener(self.address, family="AF_UNIX")
        self._thread = threading.Thread(target=self._answer, name="servers of the run", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop what was started and forget its data."""
        with contextlib.suppress(ServerError):
            url_of(STOP, self.address)
        self._thread.join()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answer(self) -> None:
        asked = ""
        while asked != STOP:
            with self._listener.accept() as connection, contextlib.suppress(EOFError, OSError):
                asked = connection.recv()
                try:
                    connection.send((True, self._url(asked)))
                except ServerError as error:
                    connection.send((False, str(error)))

    def _url(self, asked: str) -> str:
        if asked == STOP:
            for server in self._started:
                server.stop(gently=False)
            return ""
        if asked not in self._urls:
            server = self._embedded(asked)
            self._started.append(server)
            self._urls[asked] = server.start().ready().url
        return self._urls[asked]

    def _embedded(self, asked: str) -> EmbeddedServer:
        if asked == "mongodb":
            return EmbeddedMongo(self._folder / "mongodb", for_tests=True)
        return EmbeddedValkey(self._folder / "redis", databases=REDIS_DATABASES)


def url_of(server: str, address: str) -> str:
    """Return the address of "mongodb" or "redis", starting the server if need be."""
    with Client(address, family="AF_UNIX") as connection:
        connection.send(server)
        succeeded, answer = connection.recv()
    if not succeeded:
        raise ServerError(answer)
    return str(answer)
