import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from service_kit.identity.tokens import service_caller
from tests.support.library import LIBRARIAN, SECRET, VISITOR
from tests.support.library_app import MOST, Library

JSON = {"content-type": "application/json"}
ENTITIES = "{ _entities(representations: []) { __typename } }"
UNSIGNED = {
    "errors": [{"message": "A signed caller is needed.", "extensions": {"code": "UNAUTHENTICATED"}}]
}
BAD_BODIES = (
    b"",
    b"null",
    b"[]",
    b"[1]",
    b'[{"query": "{ whoami }"}]',
    b'"text"',
    b"\xff\xfe",
    b"\x1f\x8b\x08",
    b"[" * 10_000,
    b"{}",
    b'{"query": null}',
    b'{"query": ""}',
    b'{"query": 5}',
    b'{"query": "{ whoami }", "variables": []}',
    b'{"query": "{ whoami }", "operationName": 5}',
    b'{"query": "{ whoami }", "extensions": "x"}',
    b'{"query": "{ whoami }", "variables": {"n": ' + b"9" * 6000 + b"}}",
    b'{"query": "query A { whoami }", "operationName": "B"}',
)


async def post(
    session: aiohttp.ClientSession, library: Library, body: bytes, **headers: str
) -> tuple[int, Any]:
    sent = JSON | library.signed(LIBRARIAN) | headers
    async with session.post(f"{library.url}/graphql", data=body, headers=sent) as response:
        assert "server" not in response.headers
        return response.status, json.loads(await response.read())


async def test_a_signed_caller_is_answered(
    session: aiohttp.ClientSession, library: Library
) -> None:
    status, answer = await post(session, library, b'{"query": "{ whoami }"}')

    assert (status, answer) == (200, {"data": {"whoami": "user ada for None"}})


@pytest.mark.parametrize("kind", ["none", "basic", "forged", "another audience", "expired"])
async def test_nobody_unsigned_gets_as_far_as_graphql(
    session: aiohttp.ClientSession, library: Library, kind: str
) -> None:
    headers = {
        "none": {},
        "basic": {"authorization": "Basic YTpi"},
        "forged": {"authorization": library.signed(VISITOR)["authorization"][:-8] + "AAAAAAAA"},
        "another audience": library.signed(VISITOR, "order_svc"),
        "expired": library.signed(VISITOR),
    }[kind]
    library.clock.advance(timedelta(minutes=5 if kind == "expired" else 0))
    address = f"{library.url}/graphql"
    for document in ("{ whoami }", "{ _service { sdl } }", ENTITIES, "{"):
        for send in (
            session.post(address, json={"query": document}, headers=headers),
            session.get(address, params={"query": document}, headers=headers),
        ):
            async with send as response:
                assert response.status == 401
                assert response.headers["www-authenticate"] == "Bearer"
                assert await response.json() == UNSIGNED


async def test_the_gateway_itself_reads_the_schema(
    session: aiohttp.ClientSession, library: Library
) -> None:
    headers = library.signed(service_caller("gateway"))
    asked = {"query": "{ _service { sdl } }"}
    async with session.post(f"{library.url}/graphql", json=asked, headers=headers) as response:
        answer = await response.json()

    assert "type Book @key" in answer["data"]["_service"]["sdl"]


async def test_a_bad_request_is_told_so_and_never_breaks(
    session: aiohttp.ClientSession, library: Library
) -> None:
    answers = {body: await post(session, library, body) for body in BAD_BODIES}

    assert {status for status, _ in answers.values()} == {400}, answers
    for _, answer in answers.values():
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]


async def test_a_body_that_is_too_large_is_refused(
    session: aiohttp.ClientSession, library: Library
) -> None:
    largest = b'{"query": "{ whoami }"}'.ljust(MOST)
    assert (await post(session, library, largest))[0] == 200

    status, answer = await post(session, library, largest + b" ")
    assert status == 413
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_body_without_an_announced_length_is_bounded_too(
    session: aiohttp.ClientSession, library: Library
) -> None:
    async def endless() -> Any:
        for _ in range(MOST // 1000 + 2):
            yield b" " * 1000

    headers = JSON | library.signed(LIBRARIAN)
    async with session.post(f"{library.url}/graphql", data=endless(), headers=headers) as response:
        assert response.status == 413


async def test_only_json_is_read(session: aiohttp.ClientSession, library: Library) -> None:
    async def status_of(kind: str) -> int:
        body = b'{"query": "{ whoami }"}'
        return (await post(session, library, body, **{"content-type": kind}))[0]

    assert await status_of("application/json; charset=utf-8") == 200
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert await status_of(kind) == 415


async def test_a_query_may_come_by_get_and_a_mutation_may_not(
    session: aiohttp.ClientSession, library: Library
) -> None:
    async def get(**params: str) -> tuple[int, Any]:
        headers = library.signed(LIBRARIAN)
        address = f"{library.url}/graphql"
        async with session.get(address, params=params, headers=headers) as response:
            return response.status, await response.json()

    book = "query($i: ID!) { book(isbn: $i) { title } }"
    lend = 'mutation { bookLend(input: {idempotencyKey: "k", isbn: "isbn-1"}) { book { title } } }'

    assert await get(query=book, variables='{"i": "isbn-1"}') == (
        200,
        {"data": {"book": {"title": "Book 1"}}},
    )
    assert (await get(query=lend))[0] == 400
    assert (await get(query=book, variables="{"))[0] == 400
    assert (await get(query=book, variables="[1]"))[0] == 400
    assert (await get())[0] in {400, 404}


async def test_an_unexpected_error_tells_nothing_of_itself(
    session: aiohttp.ClientSession, library: Library
) -> None:
    status, answer = await post(session, library, b'{"query": "{ boom whoami }"}')

    assert status == 200
    assert answer["data"] == {"boom": None, "whoami": "user ada for None"}
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert answer["errors"][0]["path"] == ["boom"]
    assert SECRET not in json.dumps(answer)


async def test_a_subscription_comes_as_server_sent_events(
    session: aiohttp.ClientSession, library: Library
) -> None:
    headers = library.signed(VISITOR) | {"accept": "text/event-stream"}
    asked = {"query": "subscription { count(to: 2) }"}
    async with session.post(f"{library.url}/graphql", json=asked, headers=headers) as response:
        text = await response.text()

    assert response.status == 200
    assert response.content_type == "text/event-stream"
    assert '"data":{"count":0}' in text
    assert '"data":{"count":1}' in text
    assert '"code":"INTERNAL"' in text
    assert SECRET not in text


async def test_requests_are_counted_under_the_name_of_their_operation(
    session: aiohttp.ClientSession, library: Library
) -> None:
    await post(session, library, b'{"query": "query WhoAmI { whoami }"}')
    await post(session, library, b'{"query": "query Wrong { nothing }"}')

    def counted(operation: str) -> float | None:
        labels = {"process": "library", "operation": operation, "status": "200"}
        return library.registry.get_sample_value("tutti_request_seconds_count", labels)

    assert counted("WhoAmI") == 1
    assert counted("Wrong") is None
    assert counted("unnamed") == 1


async def test_health_and_metrics_need_no_caller(
    session: aiohttp.ClientSession, library: Library
) -> None:
    async def get(path: str) -> tuple[int, str]:
        async with session.get(f"{library.url}{path}") as response:
            return response.status, await response.text()

    assert await get("/health/live") == (200, '{"status":"live"}')
    assert await get("/health/ready") == (200, '{"status":"ready"}')
    library.failing.append("gone")
    assert await get("/health/ready") == (503, '{"status":"not ready","failing":["shelves"]}')
    assert (await get("/health/live"))[0] == 200
    assert "tutti_requests_in_flight" in (await get("/metrics"))[1]
    assert (await get("/nothing"))[0] == 404
