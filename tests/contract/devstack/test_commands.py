"""What cannot work is said in one line, without a traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.ports import free_port
from devstack.servers import EmbeddedMongo

FREE = ("GATEWAY", "INVENTORY", "ORDER", "RETURNS", "ISSUER", "MONGODB", "REDIS")


def devstack(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    ports = {f"{name}_PORT": str(free_port()) for name in FREE}
    fixed = {"PATH": os.defpath, "TUTTI_FOLDER": str(folder), "FETCH_GRAPHIQL": "no"}
    return subprocess.Popen(
        [sys.executable, "-m", "devstack", *arguments],
        env=ports | fixed | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"GATEWAY_PORT": "four"}, "GATEWAY_PORT: a whole number is expected\n"),
        ({"SAMPLE_SIZE": "huge"}, "SAMPLE_SIZE: one of small, full is expected\n"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "The server of REDIS_URL does not answer: "),
    ],
)
def test_a_wrong_environment_is_explained(
    tmp_path: Path, environment: dict[str, str], message: str
) -> None:
    with devstack(tmp_path, "up", **environment) as process:
        output, _ = process.communicate()
    assert process.returncode == 1
    assert message in output
    assert "Traceback" not in output


def test_a_standalone_mongod_is_refused_because_it_has_no_transactions(tmp_path: Path) -> None:
    with (
        StandaloneMongod(tmp_path / "data") as standalone,
        devstack(tmp_path, "up", MONGODB_URL=standalone.url) as process,
    ):
        output, _ = process.communicate()
    assert process.returncode == 1
    assert "The MongoDB of MONGODB_URL is no replica set" in output


class StandaloneMongod(EmbeddedMongo):
    """A mongod without a replica set."""

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        words = super().command()
        at = words.index("--replSet")
        return words[:at] + words[at + 2 :]

    def answers(self) -> bool:
        with MongoClient[Any](self.url, serverSelectionTimeoutMS=300) as client:
            try:
                return bool(client.admin.command("ping"))
            except PyMongoError:
                return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_python_loads_ends_it_without_a_traceback(
    tmp_path: Path, number: signal.Signals
) -> None:
    with devstack(tmp_path, "up", PYTHONVERBOSE="1") as process:
        assert process.stdout is not None
        while "devstack.commands" not in process.stdout.readline():
            pass
        process.send_signal(number)
        output, _ = process.communicate()
    assert "Stopped; nothing had been started." in output
    assert "Traceback" not in output
    assert process.returncode == 128 + number


def test_a_service_runs_alone_in_the_environment_that_the_servers_write_down(
    tmp_path: Path,
) -> None:
    with devstack(tmp_path, "servers") as process:
        assert process.stdout is not None
        while "Ctrl-C ends it" not in (line := process.stdout.readline()):
            assert line, "it ended"
        script = f". {tmp_path}/environment && exec {sys.executable} -m appointments_svc migrate"
        migrated = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=False)
        process.send_signal(signal.SIGINT)
        process.communicate()

    assert (migrated.returncode, migrated.stderr) == (0, b"")
    assert (tmp_path / "environment").stat().st_mode & 0o777 == 0o600
