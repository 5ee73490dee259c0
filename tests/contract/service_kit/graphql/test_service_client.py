import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from service_kit.graphql.service_client import (
    ServiceClient,
    ServiceRejected,
    ServiceUnavailable,
)
from service_kit.identity.caller import Caller
from service_kit.identity.keys import TrustedKeys, public_jwks
from service_kit.identity.tokens import CallerVerifier
from service_kit.runtime.tracing import following
from tests.support.library import LIBRARIAN, SECRET
from tests.support.library_app import ORDER_KEY, Library

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MakeClient = Callable[..., ServiceClient]


@pytest.fixture
def client_of(library: Library, session: aiohttp.ClientSession) -> MakeClient:
    def make(url: str = "", **options: Any) -> ServiceClient:
        given: dict[str, Any] = {
            "signer": library.order_signer(),
            "audience": "library",
            "session": session,
        }
        return ServiceClient("library", url or f"{library.url}/graphql", **given | options)

    return make


class Scripted:
    """A server that answers each request by the next line of a script."""

    def __init__(self) -> None:
        self.script: list[Callable[[], web.Response]] = []
        self.headers: list[dict[str, str]] = []
        self.released = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        await request.read()
        if not self.script:
            await self.released.wait()
            return web.Response()
        line = self.script.pop(0)
        if line is hang_up:
            assert request.transport is not None
            request.transport.close()
        return line()


def hang_up() -> web.Response:
    return web.Response()


def says(body: str, status: int = 200) -> Callable[[], web.Response]:
    return lambda: web.Response(text=body, status=status, content_type="application/json")


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    server = Scripted()
    app = web.Application()
    app.router.add_post("/", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/"
    yield server
    server.released.set()
    await runner.cleanup()


async def test_a_service_asks_as_itself(client_of: MakeClient) -> None:
    data = await client_of().execute(
        "query($i: ID!) { book(isbn: $i) { title } internal }", {"i": "isbn-1"}
    )

    assert data == {"book": {"title": "Book 1"}, "internal": "between us"}


@pytest.mark.parametrize(("caller", "behalf"), [(None, None), (LIBRARIAN, "ada")])
async def test_whom_a_service_speaks_for_is_signed_along(
    library: Library,
    client_of: MakeClient,
    scripted: Scripted,
    caller: Caller | None,
    behalf: str | None,
) -> None:
    scripted.script = [says('{"data": {}}')]
    await client_of(scripted.url).execute("{ internal }", {}, on_behalf_of=caller)

    trusted = TrustedKeys.from_jwks(public_jwks([ORDER_KEY]))
    token = scripted.headers[0]["authorization"].removeprefix("Bearer ")
    verified = CallerVerifier(trusted, "library", library.clock).verify(token)
    assert (verified.subject, verified.on_behalf_of) == ("order_svc", behalf)


async def test_the_trace_goes_along(client_of: MakeClient, scripted: Scripted) -> None:
    scripted.script = [says('{"data": {}}')]
    with following(PARENT):
        await client_of(scripted.url).execute("{ internal }", {})

    assert scripted.headers[0]["traceparent"] == PARENT


async def test_a_refusal_is_an_answer(client_of: MakeClient) -> None:
    with pytest.raises(ServiceRejected) as caught:
        await client_of().execute("{ whoami }", {})

    (error,) = caught.value.errors
    assert (error.code, error.path) == ("FORBIDDEN", ("whoami",))


async def test_a_document_that_cannot_run_is_rejected(client_of: MakeClient) -> None:
    with pytest.raises(ServiceRejected, match="Cannot query field"):
        await client_of().execute("{ nothing }", {})


async def test_a_caller_that_is_not_trusted_is_rejected(
    client_of: MakeClient,
) -> None:
    with pytest.raises(ServiceRejected) as caught:
        await client_of(audience="another").execute("{ internal }", {})

    assert caught.value.errors[0].code == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "line",
    [
        says("busy", 503),
        says("slow down", 429),
        says("<html>"),
        says("[]"),
        says("{}"),
        says('{"errors": ["m"]}'),
        says('{"data": null, "errors": [{"message": "m", "extensions": {"code": "INTERNAL"}}]}'),
        says('{"data": null, "errors": [{"message": "m", "extensions": {"code": "UNAVAILABLE"}}]}'),
    ],
    ids=["503", "429", "html", "list", "no data", "no error", "internal", "unavailable"],
)
async def test_an_answer_that_does_not_say_what_was_done_is_no_answer(
    client_of: MakeClient, scripted: Scripted, line: Callable[[], web.Response]
) -> None:
    scripted.script = [line]

    with pytest.raises(ServiceUnavailable):
        await client_of(scripted.url).execute("{ internal }", {})


async def test_a_connection_that_breaks_is_tried_once_more(
    client_of: MakeClient, scripted: Scripted
) -> None:
    scripted.script = [hang_up, says('{"data": {"internal": "yes"}}')]
    assert await client_of(scripted.url).execute("{ internal }", {}) == {"internal": "yes"}

    scripted.script = [hang_up, hang_up, says('{"data": {"internal": "no"}}')]
    with pytest.raises(ServiceUnavailable):
        await client_of(scripted.url).execute("{ internal }", {})


async def test_a_service_that_does_not_answer_in_time_is_unavailable(
    client_of: MakeClient, scripted: Scripted
) -> None:
    client = client_of(scripted.url, deadline=timedelta(hours=1))

    with pytest.raises(ServiceUnavailable, match="in time"):
        await client.execute("{ internal }", {}, deadline=timedelta(milliseconds=50))


async def test_a_service_that_is_not_there_is_unavailable(client_of: MakeClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = client_of(f"http://127.0.0.1:{taken.getsockname()[1]}/graphql")
        with pytest.raises(ServiceUnavailable):
            await client.execute("{ internal }", {})


async def test_a_service_that_breaks_tells_nothing_of_why(
    client_of: MakeClient, scripted: Scripted
) -> None:
    scripted.script = [says(SECRET, 500)]

    with pytest.raises(ServiceUnavailable) as caught:
        await client_of(scripted.url).execute("{ internal }", {})
    assert SECRET not in str(caught.value)
