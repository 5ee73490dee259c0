from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp import web

from service_kit.identity.keys import SigningKey, generate_signing_key, public_jwks
from service_kit.identity.tokens import InvalidToken
from service_kit.identity.user_tokens import (
    RETRY_AFTER,
    KeysUnavailable,
    RefreshedKeys,
    UserTokenVerifier,
)
from service_kit.runtime.clock import SettableClock


class Issuer:
    """An identity provider that publishes its keys over HTTP, unless it is broken."""

    def __init__(self) -> None:
        self.keys = [generate_signing_key("2026-01")]
        self.broken = False
        self.url = ""

    async def publish(self, _: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=500, text="broken")
        return web.json_response(public_jwks(self.keys))

    def token(self, key: SigningKey, clock: SettableClock, subject: str) -> str:
        claims = {
            "iss": "issuer",
            "aud": "tutti",
            "sub": subject,
            "exp": int(clock.now().timestamp()) + 3600,
        }
        return jwt.encode(claims, key.private, "EdDSA", headers={"kid": key.kid})


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    app = web.Application()
    app.router.add_get("/.well-known/jwks.json", made.publish)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}/.well-known/jwks.json"
    yield made
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def verifier_of(
    issuer: Issuer, session: aiohttp.ClientSession, clock: SettableClock
) -> UserTokenVerifier:
    async def fetch() -> Mapping[str, Any]:
        async with session.get(issuer.url) as response:
            response.raise_for_status()
            jwks: Mapping[str, Any] = await response.json()
            return jwks

    return UserTokenVerifier(RefreshedKeys(fetch, clock), "issuer", "tutti", clock)


async def test_a_rotated_key_is_learnt_from_the_issuer(
    issuer: Issuer, session: aiohttp.ClientSession, clock: SettableClock
) -> None:
    verifier = verifier_of(issuer, session, clock)
    old = issuer.keys[0]
    assert (await verifier.verify(issuer.token(old, clock, "ada"))).subject == "ada"

    new = generate_signing_key("2026-02")
    issuer.keys = [new]
    clock.advance(RETRY_AFTER)
    assert (await verifier.verify(issuer.token(new, clock, "bob"))).subject == "bob"
    with pytest.raises(InvalidToken):
        await verifier.verify(issuer.token(old, clock, "eve"))


async def test_a_broken_issuer_takes_nothing_away(
    issuer: Issuer, session: aiohttp.ClientSession, clock: SettableClock
) -> None:
    verifier = verifier_of(issuer, session, clock)
    await verifier.verify(issuer.token(issuer.keys[0], clock, "ada"))
    issuer.broken = True
    clock.advance(RETRY_AFTER)

    with pytest.raises(KeysUnavailable):
        await verifier.verify(issuer.token(generate_signing_key("2026-02"), clock, "eve"))
    assert (await verifier.verify(issuer.token(issuer.keys[0], clock, "bob"))).subject == "bob"
