"""The development issuer answers as text for a shell and as JSON for a program."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import jwt
import pytest

from devstack.leash import leashed
from devstack.ports import free_port
from devstack.stack import asks


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    environment = {
        "TUTTI_FOLDER": str(tmp_path_factory.mktemp("issuer")),
        "ISSUER_PORT": str(port),
        "TOKEN_HOURS": "2",
    }
    command = leashed([sys.executable, "-m", "devstack", "issuer"])
    with subprocess.Popen(command, env=environment) as process:
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
async def session(issuer: str) -> AsyncIterator[aiohttp.ClientSession]:
    ready = asks(int(issuer.rsplit(":", 1)[1]))
    while not await ready():
        pass
    async with aiohttp.ClientSession(issuer) as session:
        yield session


def claims_in(token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def test_a_shell_gets_the_bare_token(session: aiohttp.ClientSession) -> None:
    async with session.get("/token?role=customer&customer=C7") as answer:
        assert answer.content_type == "text/plain"
        assert claims_in(await answer.text())["grants"] == ["customer:C7"]


async def test_a_program_gets_json(session: aiohttp.ClientSession) -> None:
    accept = {"accept": "application/json"}
    async with session.get("/token?role=operator", headers=accept) as answer:
        body = await answer.json()
    assert claims_in(body["access_token"])["roles"] == ["operator"]
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 7200)


async def test_an_unknown_role_is_a_bad_request(session: aiohttp.ClientSession) -> None:
    async with session.get("/token?role=king") as answer:
        assert answer.status == 400
        assert (await answer.text()).startswith("There is no role 'king'")


async def test_the_published_key_verifies_the_tokens(
    session: aiohttp.ClientSession, issuer: str
) -> None:
    async with session.get("/token?role=visitor") as answer:
        token = await answer.text()
    async with session.get("/.well-known/jwks.json") as answer:
        keys = jwt.PyJWKSet.from_dict(await answer.json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    verified = jwt.decode(token, key, algorithms=["EdDSA"], audience="tutti")
    assert verified["iss"] == issuer


def test_a_token_from_the_command_line_is_the_same_kind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "devstack", "token", "--role", "assistant", "--location", "S4"]
    environment = {"TUTTI_FOLDER": str(tmp_path)}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert claims_in(printed.stdout.strip())["grants"] == ["location:S4", "channel:store-fr"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_issuer_told_to_stop_after_serving_says_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    environment = {"TUTTI_FOLDER": str(tmp_path), "ISSUER_PORT": str(port)}
    command = leashed([sys.executable, "-m", "devstack", "issuer"])
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=asyncio.subprocess.PIPE
    )
    ready = asks(port)
    while not await ready():
        pass
    process.send_signal(number)
    _, printed = await process.communicate()
    assert (process.returncode, printed) == (0, b"")
