"""The embedded servers start, serve, stop, and say clearly why they cannot."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
from pymongo import MongoClient

from devstack.servers import (
    EmbeddedMongo,
    EmbeddedValkey,
    PortInUse,
    ServerMissing,
    checked_binary,
    missing_libraries,
)


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_transaction_over_two_collections_commits(mongodb_url: str, database_name: str) -> None:
    with MongoClient[dict[str, Any]](mongodb_url) as client, client.start_session() as session:
        database = client[database_name]
        with session.start_transaction():
            database.left.insert_one({"_id": 1}, session=session)
            database.right.insert_one({"_id": 2}, session=session)
        assert database.left.find_one() == {"_id": 1}
        assert database.right.find_one() == {"_id": 2}


def test_a_test_gets_an_empty_logical_database_of_its_own(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.xadd("events", {"e": b"{}"}, id="1-0")
        assert client.xlen("events") == 1


def test_the_next_test_finds_nothing_of_the_one_before(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.exists("events") == 0


def test_mongod_keeps_its_data_when_it_comes_back_on_another_port(tmp_path: Path) -> None:
    with EmbeddedMongo(tmp_path / "data") as server, MongoClient[Any](server.url) as client:
        client.shop.items.insert_one({"_id": "kept"})
        first_port = server.port
    with EmbeddedMongo(tmp_path / "data") as server, MongoClient[Any](server.url) as client:
        assert server.port != first_port
        assert client.shop.items.find_one() == {"_id": "kept"}


def test_a_durable_valkey_keeps_its_data(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path, durable=True) as server, redis.from_url(server.url) as client:
        client.set("word", "kept")
    with EmbeddedValkey(tmp_path, durable=True) as server, redis.from_url(server.url) as client:
        assert client.get("word") == b"kept"


def test_stopping_a_server_ends_its_process(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path).start().ready()
    process_id = server.process_id
    assert process_id is not None
    assert is_running(process_id)
    server.stop()
    assert not is_running(process_id)


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with (
        EmbeddedValkey(tmp_path / "first") as first,
        pytest.raises(PortInUse, match=f"port {first.port}, wanted for mongod"),
        EmbeddedMongo(tmp_path / "second", port=first.port),
    ):
        pass


def test_a_free_port_taken_meanwhile_is_changed_for_another(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "first") as first:
        second = EmbeddedMongo(tmp_path / "second")
        second.port = first.port
        with second:
            assert second.port != first.port


def test_a_missing_server_says_what_to_do() -> None:
    with pytest.raises(ServerMissing, match=r"mongod is not installed: run `make up`.*MONGODB_URL"):
        checked_binary("mongod", None, "MONGODB_URL")


def test_missing_libraries_are_read_from_the_linker() -> None:
    linked = "\tlibcurl.so.4 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n"
    assert missing_libraries(linked) == ("libcurl.so.4",)


@pytest.mark.parametrize("last_signal", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_takes_its_server_along(
    tmp_path: Path, last_signal: signal.Signals
) -> None:
    script = (
        "import pathlib, signal, sys; from devstack.servers import EmbeddedValkey;"
        "server = EmbeddedValkey(pathlib.Path(sys.argv[1]));"
        f"server.last_signal = signal.Signals({int(last_signal)});"
        "print(server.start().ready().process_id, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        process_id = int(parent.stdout.readline())
        watched = os.pidfd_open(process_id)
        parent.kill()
    assert wait_for_end(watched)


def wait_for_end(watched: int) -> bool:
    readable, _, _ = select.select([watched], [], [], 20)
    os.close(watched)
    return bool(readable)
