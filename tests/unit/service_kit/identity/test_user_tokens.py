import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from service_kit.identity.caller import SERVICE_ROLE, CallerKind
from service_kit.identity.tokens import InvalidToken
from service_kit.identity.user_tokens import (
    REFRESH_AFTER,
    RETRY_AFTER,
    KeysUnavailable,
    RefreshedKeys,
    UserTokenVerifier,
    jwks_file,
)
from service_kit.runtime.clock import SettableClock

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ED = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
PRIVATE: dict[str, tuple[str, Any]] = {
    "ed": ("EdDSA", ED),
    "rsa": ("RS256", RSA),
    "ec": ("ES256", EC),
}
TO_JWK: dict[str, Any] = {
    "EdDSA": OKPAlgorithm.to_jwk,
    "RS256": RSAAlgorithm.to_jwk,
    "ES256": ECAlgorithm.to_jwk,
}


def public_jwk(kid: str) -> dict[str, Any]:
    algorithm, private = PRIVATE[kid]
    jwk = TO_JWK[algorithm](private.public_key(), as_dict=True)
    return {**jwk, "kid": kid, "alg": algorithm}


class Provider:
    """An identity provider whose key set can be read, and can fail."""

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.reads = 0
        self.broken = False

    async def fetch(self) -> Mapping[str, Any]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.broken:
            raise ConnectionError("nobody there")
        return {"keys": [public_jwk(kid) for kid in self.kids]}


def token(kid: str = "ed", algorithm: str | None = None, **claims: Any) -> str:
    good: dict[str, Any] = {
        "iss": "https://id.example",
        "aud": "tutti",
        "sub": "ada",
        "exp": int((START + timedelta(hours=1)).timestamp()),
        "roles": ["customer"],
        "grants": ["customer:7"],
    }
    known, private = PRIVATE.get(kid, PRIVATE["ed"])
    kept = {name: value for name, value in (good | claims).items() if value is not ...}
    return jwt.encode(kept, private, algorithm or known, headers={"kid": kid})


def verifier_of(provider: Provider, clock: SettableClock) -> UserTokenVerifier:
    keys = RefreshedKeys(provider.fetch, clock)
    return UserTokenVerifier(keys, "https://id.example", "tutti", clock)


@pytest.mark.parametrize("kid", list(PRIVATE))
async def test_a_user_is_read_from_a_token_of_any_usual_algorithm(kid: str) -> None:
    verifier = verifier_of(Provider(*PRIVATE), SettableClock(START))
    caller = await verifier.verify(token(kid, locale="fr_CH"))

    assert caller.subject == "ada"
    assert caller.kind is CallerKind.USER
    assert caller.roles == {"customer"}
    assert caller.granted("customer") == {"7"}
    assert caller.expires_at == START + timedelta(hours=1)
    assert caller.language == "fr"


async def test_no_user_is_given_the_role_of_a_service() -> None:
    verifier = verifier_of(Provider("ed"), SettableClock(START))
    caller = await verifier.verify(token(roles=["operator", SERVICE_ROLE]))

    assert caller.roles == {"operator"}


async def test_a_user_without_roles_grants_or_locale_has_none_and_speaks_english() -> None:
    verifier = verifier_of(Provider("ed"), SettableClock(START))
    caller = await verifier.verify(token(roles=..., grants=...))

    assert (caller.roles, caller.grants, caller.language) == (frozenset(), frozenset(), "en")


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({}, set()),
        ({"scope": "read:orders  write:orders"}, {"read:orders", "write:orders"}),
        ({"scopes": ["read:orders", "a scope"]}, {"read:orders", "a scope"}),
        ({"scp": "read"}, {"read"}),
        ({"scp": ["read"], "scope": "write", "scopes": None}, {"read", "write"}),
    ],
)
async def test_scopes_are_read_under_every_usual_name(
    claims: dict[str, Any], scopes: set[str]
) -> None:
    verifier = verifier_of(Provider("ed"), SettableClock(START))

    assert (await verifier.verify(token(**claims))).scopes == scopes


async def test_policies_that_the_provider_has_decided_are_read() -> None:
    verifier = verifier_of(Provider("ed"), SettableClock(START))

    assert (await verifier.verify(token(policies=["pay"]))).policies == {"pay"}
    assert (await verifier.verify(token())).policies == frozenset()


async def test_a_token_ends_even_when_it_was_verified_before() -> None:
    clock = SettableClock(START)
    verifier = verifier_of(Provider("ed"), clock)
    good = token()
    await verifier.verify(good)
    clock.advance(timedelta(hours=1))

    with pytest.raises(InvalidToken, match="expired"):
        await verifier.verify(good)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a.b.c",
        token(iss="https://evil.example"),
        token(aud="another"),
        token(sub=...),
        token(exp=...),
        token(exp="soon"),
        token(exp=1e300),
        token(roles="operator"),
        token(grants=[7]),
        token(scope=7),
        token(scopes=[7]),
        token(policies={"pay": True}),
        token(nbf=int((START + timedelta(minutes=1)).timestamp())),
        token("unknown"),
        token(pad="x" * 10_000),
        jwt.encode({"sub": "ada"}, "", "none", headers={"kid": "ed"}),
        jwt.encode({"sub": "ada"}, "x" * 32, "HS256", headers={"kid": "rsa"}),
        jwt.encode({"sub": "ada"}, ED, "EdDSA"),
    ],
)
async def test_a_malformed_or_forged_token_is_refused(bad: str) -> None:
    verifier = verifier_of(Provider(*PRIVATE), SettableClock(START))

    with pytest.raises(InvalidToken):
        await verifier.verify(bad)


async def test_keys_are_read_once_for_many_tokens_at_once() -> None:
    provider = Provider("ed")
    verifier = verifier_of(provider, SettableClock(START))
    await asyncio.gather(*(verifier.verify(token(sub=f"user{n}")) for n in range(20)))

    assert provider.reads == 1


async def test_a_new_key_is_found_but_unknown_ones_are_not_asked_for_all_the_time() -> None:
    clock, provider = SettableClock(START), Provider("ed")
    verifier = verifier_of(provider, clock)
    await verifier.verify(token())
    provider.kids.append("ec")
    for _ in range(5):
        with pytest.raises(InvalidToken):
            await verifier.verify(token("ec"))
    assert provider.reads == 1

    clock.advance(RETRY_AFTER)
    assert (await verifier.verify(token("ec"))).subject == "ada"
    assert provider.reads == 2


async def test_a_withdrawn_key_is_forgotten_when_the_keys_are_old() -> None:
    clock, provider = SettableClock(START), Provider("ed", "ec")
    verifier = verifier_of(provider, clock)
    await verifier.verify(token("ec"))
    provider.kids.remove("ec")
    clock.advance(REFRESH_AFTER)

    with pytest.raises(InvalidToken):
        await verifier.verify(token("ec", sub="bob"))


async def test_known_keys_serve_while_the_provider_is_away() -> None:
    clock, provider = SettableClock(START), Provider("ed")
    verifier = verifier_of(provider, clock)
    await verifier.verify(token())
    provider.broken = True
    clock.advance(REFRESH_AFTER)

    assert (await verifier.verify(token(sub="bob"))).subject == "bob"
    assert (await verifier.verify(token(sub="eve"))).subject == "eve"
    assert provider.reads == 2


async def test_known_keys_serve_while_the_provider_is_slow() -> None:
    clock, provider = SettableClock(START), Provider("ed")
    answering = asyncio.Event()

    async def slowly() -> Mapping[str, Any]:
        await answering.wait()
        return await provider.fetch()

    keys = RefreshedKeys(slowly, clock)
    answering.set()
    await keys.find("ed")
    answering.clear()
    clock.advance(REFRESH_AFTER)
    first = asyncio.create_task(keys.find("ed"))
    await asyncio.sleep(0)

    assert await keys.find("ed") is not None
    assert not first.done()
    answering.set()
    assert await first is not None


async def test_a_provider_that_was_away_at_first_is_asked_again_later() -> None:
    clock, provider = SettableClock(START), Provider("ed")
    provider.broken = True
    verifier = verifier_of(provider, clock)
    with pytest.raises(KeysUnavailable):
        await verifier.verify(token())
    provider.broken = False
    clock.advance(RETRY_AFTER)

    assert (await verifier.verify(token())).subject == "ada"


async def test_keys_that_we_cannot_use_do_not_hide_those_that_we_can() -> None:
    async def fetch() -> Mapping[str, Any]:
        odd = {"kty": "odd", "kid": "odd"}
        encryption = {**public_jwk("rsa"), "use": "enc"}
        return {"keys": [odd, encryption, public_jwk("ed")]}

    keys = RefreshedKeys(fetch, SettableClock(START))

    assert await keys.find("ed") is not None
    assert await keys.find("rsa") is None


async def test_keys_can_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    path.write_bytes(orjson.dumps({"keys": [public_jwk("ed")]}))
    clock = SettableClock(START)
    verifier = UserTokenVerifier(
        RefreshedKeys(jwks_file(path), clock), "https://id.example", "tutti", clock
    )

    assert (await verifier.verify(token())).subject == "ada"


async def test_an_unknown_key_is_nobodys_fault_while_the_provider_is_away() -> None:
    clock, provider = SettableClock(START), Provider("ed")
    verifier = verifier_of(provider, clock)
    await verifier.verify(token())
    provider.kids.append("ec")
    provider.broken = True
    clock.advance(RETRY_AFTER)

    for _ in range(2):
        with pytest.raises(KeysUnavailable):
            await verifier.verify(token("ec"))
    provider.broken = False
    clock.advance(RETRY_AFTER)
    assert (await verifier.verify(token("ec"))).subject == "ada"


async def test_a_token_verified_before_ends_with_its_key() -> None:
    clock, provider = SettableClock(START), Provider("ed", "ec")
    verifier = verifier_of(provider, clock)
    await verifier.verify(token("ec"))
    await verifier.verify(token("ed"))
    provider.kids.remove("ec")
    clock.advance(REFRESH_AFTER)

    with pytest.raises(InvalidToken):
        await verifier.verify(token("ec"))
    assert (await verifier.verify(token("ed"))).subject == "ada"


async def test_a_token_verified_before_ends_when_its_key_is_replaced_under_the_same_name() -> None:
    clock = SettableClock(START)
    published = [public_jwk("ed")]

    async def fetch() -> Mapping[str, Any]:
        return {"keys": published}

    verifier = UserTokenVerifier(RefreshedKeys(fetch, clock), "https://id.example", "tutti", clock)
    good = token()
    await verifier.verify(good)
    clock.advance(REFRESH_AFTER)
    assert (await verifier.verify(good)).subject == "ada"
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    published[0] = {**OKPAlgorithm.to_jwk(other, as_dict=True), "kid": "ed", "alg": "EdDSA"}
    clock.advance(REFRESH_AFTER)

    with pytest.raises(InvalidToken):
        await verifier.verify(good)


async def test_a_verified_token_is_not_verified_again(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = verifier_of(Provider("ed"), SettableClock(START))
    good = token()
    first = await verifier.verify(good)
    monkeypatch.setattr(jwt, "decode", None)

    assert await verifier.verify(good) is first
