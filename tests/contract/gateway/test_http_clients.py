"""Both HTTP clients, against servers that say exactly what a test wants said."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gateway.ports import SubgraphRequest, SubgraphUnreachable
from gateway.transport import lean_client
from gateway.transport.aiohttp_client import AiohttpClient
from gateway.transport.client import HEADERS
from gateway.transport.http import HttpTransport
from gateway.transport.lean_client import LeanClient
from tests.support.saying import OK, REQUEST, MakeClient, saying, transport, unreachable, until


async def body_if_any(asking: HttpTransport) -> bytes | None:
    try:
        return (await asking.send(REQUEST)).body
    except SubgraphUnreachable:
        return None


async def test_a_request_is_whole_and_its_connection_is_used_again(client: MakeClient) -> None:
    async with saying(OK) as server, transport(client, server) as asking:
        answers = [await asking.send(REQUEST) for _ in range(3)]

    assert [(one.status, one.body) for one in answers] == [(200, b"{}")] * 3
    assert server.connections == 1
    assert server.bodies == [REQUEST.body] * 3
    lines = server.heads[0].decode().split("\r\n")
    assert lines[0] == "POST /graphql?x=1 HTTP/1.1"
    assert sorted(line.lower() for line in lines[1:] if line) == [
        "accept-encoding: identity",
        "accept: application/graphql-response+json, application/json;q=0.9",
        f"content-length: {len(REQUEST.body)}",
        "content-type: application/json",
        f"host: {server.url.split('/')[2]}",
        "user-agent: tutti-gateway",
    ]


async def test_a_header_of_the_request_takes_the_place_of_ours(client: MakeClient) -> None:
    headers = {"accept": "text/x", "X-Own": "7"}
    async with saying(OK) as server, transport(client, server) as asking:
        await asking.send(SubgraphRequest("shop", b"{}", headers=headers))

    head = server.heads[0].lower()
    assert b"\r\naccept: text/x\r\n" in head
    assert head.count(b"\r\naccept:") == 1
    assert b"\r\nx-own: 7\r\n" in head


CHUNKS = b'3;x=1\r\n{"a\r\n5\r\n": 1}\r\n0\r\nTrailer: x\r\n\r\n'
ANSWERS = {
    "in chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS,
        200,
        b'{"a": 1}',
    ),
    "until the end": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", 200, b"{}"),
    "of HTTP/1.0": (b"HTTP/1.0 500 No\r\nConnection: close\r\n\r\nno", 500, b"no"),
    "after a hint": (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK, 200, b"{}"),
    "without a body": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "elsewhere": (
        b"HTTP/1.1 307 Go\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
        307,
        b"",
    ),
    "with its connection closed": (
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        200,
        b"{}",
    ),
    "of many bytes": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
        200,
        b"x" * 3_000_000,
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_is_read_however_it_is_sent(client: MakeClient, name: str) -> None:
    said, status, body = ANSWERS[name]
    async with saying(said) as server, transport(client, server) as asking:
        for _ in range(2):
            answer = await asking.send(REQUEST)
            assert (answer.status, answer.body) == (status, body)
    assert server.connections == (2 if b"Connection: close" in said else 1)


BROKEN = {
    "nothing": b"",
    "no HTTP": b"hello there\r\n\r\n",
    "a length of two kinds": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "a status below all": b"HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\n{}",
    "a broken chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_no_answer_is_told_and_asking_goes_on(client: MakeClient, name: str) -> None:
    async with saying(BROKEN[name], OK) as server, transport(client, server) as asking:
        told = await unreachable(asking)
        assert told.startswith("shop: ")
        assert "in time" not in told
        assert (await asking.send(REQUEST)).body == b"{}"
    assert server.connections == 2


@pytest.mark.parametrize("head", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
async def test_an_answer_that_is_cut_off_is_none(client: MakeClient, head: bytes) -> None:
    said = b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + head + b"\r\n\r\n3\r\n{}"
    async with saying(said) as server, transport(client, server) as asking:
        await unreachable(asking)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 101,
    ],
    ids=["announced", "in chunks", "until the end"],
)
async def test_an_answer_that_is_too_large_is_given_up(client: MakeClient, said: bytes) -> None:
    async with (
        saying(said, OK) as server,
        transport(client, server, response_bytes=100) as asking,
    ):
        assert await unreachable(asking) == "shop: the answer exceeds 100 bytes"
        assert (await asking.send(REQUEST)).body == b"{}"


async def test_an_answer_that_is_going_to_be_too_large_is_not_waited_for() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"
    async with saying(said) as server, transport(LeanClient, server, response_bytes=100) as asking:
        assert await unreachable(asking) == "shop: the answer exceeds 100 bytes"


async def test_a_late_answer_is_not_waited_for_and_never_taken_for_another(
    client: MakeClient,
) -> None:
    short = timedelta(milliseconds=30)
    async with saying(None, OK) as server, transport(client, server, deadline=short) as asking:
        assert "no answer in time" in await unreachable(asking)
        # What may now be slow is this machine, not the server.
        for _ in range(100):
            try:
                assert (await asking.send(REQUEST)).body == b"{}"
                break
            except SubgraphUnreachable:
                continue
        assert server.connections >= 2


async def test_a_request_that_is_given_up_leaves_no_answer_behind(client: MakeClient) -> None:
    old = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold"
    async with saying(old, OK) as server, transport(client, server) as asking:
        server.may_answer.clear()
        given_up = asyncio.create_task(asking.send(REQUEST))
        await until(lambda: bool(server.bodies))
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        server.may_answer.set()
        assert (await asking.send(REQUEST)).body == b"{}"
    assert server.connections == 2


@pytest.mark.parametrize("size", [0, 1, 1 << 16, 3 << 20])
async def test_a_body_of_any_size_is_sent(client: MakeClient, size: int) -> None:
    async with saying(OK) as server, transport(client, server) as asking:
        for body in (b"x" * size, REQUEST.body, b"y" * size):
            await asking.send(SubgraphRequest("shop", body))
        assert server.bodies == [b"x" * size, REQUEST.body, b"y" * size]
    assert server.connections == 1


async def test_the_default_client_asks_without_a_task_or_a_doubled_header() -> None:
    loop, tasks = asyncio.get_running_loop(), list[Any]()

    def task(of: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> Any:
        tasks.append(coroutine)
        return asyncio.Task(coroutine, loop=of, **more)

    headers = {"User-Agent": "a client's", "X-Own": "7"}
    async with saying(OK) as server, transport(AiohttpClient, server) as asking:
        await asking.send(REQUEST)  # it opens the connection
        loop.set_task_factory(task)
        await asking.send(SubgraphRequest("shop", REQUEST.body, headers=headers))
        loop.set_task_factory(None)
    assert tasks == []
    names = [line.split(":")[0] for line in server.heads[1].decode().split("\r\n")[1:] if line]
    assert names == ["Host", *HEADERS, "X-Own", "Content-Length"]


@pytest.mark.parametrize("rest", [b"\r\nold", b"", b"\r\n", b"\r\no"])
async def test_what_comes_unasked_is_never_an_answer(client: MakeClient, rest: bytes) -> None:
    twice = OK + b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" + rest
    async with saying(twice, OK) as server, transport(client, server) as asking:
        assert {await body_if_any(asking) for _ in range(2)} <= {b"{}", None}


async def test_what_comes_on_idle_connections_costs_no_request(client: MakeClient) -> None:
    old = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 3\r\n\r\nold"
    async with saying(OK) as server, transport(client, server, connections=3) as asking:
        server.may_answer.clear()
        asked = [asyncio.create_task(asking.send(REQUEST)) for _ in range(3)]
        await until(lambda: len(server.bodies) == 3)
        server.may_answer.set()
        await asyncio.gather(*asked)
        for writer in server.writers:
            writer.write(old)
        async with transport(client, server) as other:
            await other.send(REQUEST)  # by now, what was said before has come
        answers = [await asking.send(REQUEST) for _ in range(2)]
    assert [one.body for one in answers] == [b"{}"] * 2
    assert server.connections == 3 + 2


async def test_only_so_many_connections_are_open_and_all_are_answered_in_turn(
    client: MakeClient,
) -> None:
    async with saying(OK) as server, transport(client, server, connections=3) as asking:
        server.may_answer.clear()
        asked = [asyncio.create_task(asking.send(REQUEST)) for _ in range(12)]
        await until(lambda: len(server.bodies) == 3)
        asked[5].cancel()
        server.may_answer.set()
        answers = await asyncio.gather(*asked, return_exceptions=True)

    assert server.connections == 3
    assert [isinstance(one, asyncio.CancelledError) for one in answers].index(True) == 5
    assert len(server.bodies) == 11


async def test_room_comes_back_when_connections_break(client: MakeClient) -> None:
    async with saying(b"") as server, transport(client, server, connections=1) as asking:
        asked = [asyncio.create_task(unreachable(asking)) for _ in range(4)]
        told = await asyncio.gather(*asked)
    assert len(told) == server.connections == 4


async def test_a_server_that_is_not_there_is_told(client: MakeClient) -> None:
    async with saying(OK) as server:
        pass
    async with transport(client, server, connections=1) as asking:
        told = await asyncio.gather(*(unreachable(asking) for _ in range(3)))
    assert all(one.startswith("shop: ") and "in time" not in one for one in told)


@pytest.mark.parametrize("value", ["a\r\nX-Other: 1", "a\nb", "a\rb", "a\0b", "a\x7fb"])
async def test_a_header_cannot_become_two(client: MakeClient, value: str) -> None:
    request = SubgraphRequest("shop", b"{}", headers={"X-Own": value})
    async with saying(OK) as server, transport(client, server) as asking:
        assert "control character" in await unreachable(asking, request)
    assert server.heads == []


@pytest.mark.parametrize("headers", [{"X-Own": "a\ud800"}, {"X-\udfff": "a"}])
async def test_a_header_that_is_no_text_is_told(
    client: MakeClient, headers: dict[str, str]
) -> None:
    async with saying(OK) as server, transport(client, server) as asking:
        told = await unreachable(asking, SubgraphRequest("shop", b"{}", headers=headers))
    assert told == "shop: BrokenExchange: a header has half a character in it"
    assert server.heads == []


@pytest.mark.parametrize("url", ["ftp://x/y", "http:///y", "nonsense"])
async def test_an_address_that_is_none_is_told(client: MakeClient, url: str) -> None:
    async with HttpTransport({"shop": url}, client=client) as asking:
        assert url in await unreachable(asking)


async def test_credentials_in_an_address_are_sent_by_the_default_client_alone() -> None:
    async with saying(OK) as server:
        server.url = server.url.replace("//", "//me:a%20key@")
        async with transport(AiohttpClient, server) as asking:
            await asking.send(REQUEST)
            await asking.send(SubgraphRequest("shop", b"{}", headers={"Authorization": "own"}))
        async with transport(LeanClient, server) as asking:
            assert "credentials" in await unreachable(asking)
    sent = [line for head in server.heads for line in head.split(b"\r\n") if b"Auth" in line]
    assert sent == [b"Authorization: Basic bWU6YSBrZXk=", b"Authorization: own"]
    assert all(b"\r\nHost: 127.0.0.1:" in head for head in server.heads)


async def test_a_connection_that_was_idle_for_too_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with saying(OK) as server, transport(LeanClient, server) as asking:
        await asking.send(REQUEST)
        monkeypatch.setattr(lean_client, "KEEP_ALIVE_SECONDS", -1)
        await asking.send(REQUEST)
    assert server.connections == 2


async def test_idle_connections_are_closed_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_client, "KEEP_ALIVE_SECONDS", 0.001)
    async with saying(OK) as server, transport(LeanClient, server) as asking:
        await asyncio.gather(*(asking.send(REQUEST) for _ in range(3)))
        await until(lambda: server.ended == server.connections)
