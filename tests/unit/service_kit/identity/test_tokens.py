from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.identity.caller import SERVICE_ROLE, Caller, CallerKind
from service_kit.identity.keys import (
    SigningKey,
    TrustedKeys,
    generate_signing_key,
    public_jwks,
)
from service_kit.identity.tokens import (
    CallerSigner,
    CallerVerifier,
    InvalidToken,
    service_caller,
    token_in,
)
from service_kit.runtime.clock import SettableClock

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIFETIME = timedelta(minutes=2)
GATEWAY = generate_signing_key("gateway")
ORDERS = generate_signing_key("order_svc")
TRUSTED = TrustedKeys.from_jwks(public_jwks([GATEWAY, ORDERS]))
ADA = Caller(
    subject="ada",
    kind=CallerKind.USER,
    roles=frozenset({"customer"}),
    grants=frozenset({"customer:7"}),
    expires_at=START + timedelta(hours=1),
    language="fr",
)


def signer_of(key: SigningKey, clock: SettableClock) -> CallerSigner:
    return CallerSigner(key, key.kid, clock, LIFETIME)


def verifier_at(clock: SettableClock, audience: str = "inventory_svc") -> CallerVerifier:
    return CallerVerifier(TRUSTED, audience, clock)


def signed(claims: dict[str, Any], key: SigningKey = GATEWAY, **header: str) -> str:
    """Sign any claims, over those of a good token."""
    good: dict[str, Any] = {
        "iss": key.kid,
        "aud": "inventory_svc",
        "sub": "ada",
        "exp": (START + LIFETIME).timestamp(),
        "kind": "user",
        "roles": [],
        "grants": [],
    }
    kept = {name: value for name, value in (good | claims).items() if value is not ...}
    return jwt.encode(kept, key.private, "EdDSA", headers={"kid": key.kid, **header})


names = st.frozensets(st.text(max_size=10), max_size=4)


@given(
    st.builds(
        Caller,
        subject=st.text(max_size=20),
        kind=st.sampled_from([CallerKind.USER, CallerKind.ANONYMOUS]),
        roles=names.map(lambda roles: roles - {SERVICE_ROLE}),
        grants=names,
        expires_at=st.integers(1, 10**6).map(lambda s: START + timedelta(milliseconds=s)),
        on_behalf_of=st.none() | st.text(max_size=20),
        language=st.sampled_from(["fr", "en"]),
        scopes=names,
        policies=names,
    )
)
def test_a_verified_caller_is_the_signed_one_for_no_longer_than_its_token(caller: Caller) -> None:
    clock = SettableClock(START)
    verified = verifier_at(clock).verify(signer_of(GATEWAY, clock).sign(caller, "inventory_svc"))

    assert verified == replace(caller, expires_at=min(caller.expires_at, START + LIFETIME))


def test_a_signed_token_serves_for_half_of_its_life() -> None:
    clock = SettableClock(START)
    signer = signer_of(GATEWAY, clock)
    first = signer.sign(ADA, "inventory_svc")
    clock.advance(LIFETIME / 2 - timedelta(milliseconds=1))
    assert signer.sign(ADA, "inventory_svc") == first

    clock.advance(timedelta(milliseconds=1))
    renewed = signer.sign(ADA, "inventory_svc")

    assert renewed != first
    clock.set(START + LIFETIME)
    assert verifier_at(clock).verify(renewed).subject == "ada"


@pytest.mark.parametrize(
    ("right", "lasts"),
    [(timedelta(hours=3), timedelta(hours=3)), (timedelta(days=9), timedelta(days=1))],
)
def test_a_stream_is_opened_for_as_long_as_the_callers_own_right_lasts(
    right: timedelta, lasts: timedelta
) -> None:
    clock = SettableClock(START)
    ada = replace(ADA, expires_at=START + right)
    token = signer_of(GATEWAY, clock).sign_for_stream(ada, "inventory_svc")

    assert verifier_at(clock).verify(token).expires_at == START + lasts


def test_another_audience_gets_another_token() -> None:
    clock = SettableClock(START)
    token = signer_of(GATEWAY, clock).sign(ADA, "order_svc")

    with pytest.raises(InvalidToken):
        verifier_at(clock, "inventory_svc").verify(token)
    assert verifier_at(clock, "order_svc").verify(token).subject == "ada"


def test_a_token_ends_even_when_it_was_verified_before() -> None:
    clock = SettableClock(START)
    verifier = verifier_at(clock)
    token = signer_of(GATEWAY, clock).sign(ADA, "inventory_svc")
    verifier.verify(token)
    clock.advance(LIFETIME - timedelta(milliseconds=1))
    verifier.verify(token)

    clock.advance(timedelta(milliseconds=1))
    for _ in range(2):
        with pytest.raises(InvalidToken, match="expired"):
            verifier.verify(token)


def test_a_service_speaks_for_itself() -> None:
    clock = SettableClock(START)
    caller = service_caller("order_svc", ADA)
    verified = verifier_at(clock).verify(signer_of(ORDERS, clock).sign(caller, "inventory_svc"))

    assert verified.is_service
    assert verified.has_role(SERVICE_ROLE)
    assert (verified.subject, verified.on_behalf_of, verified.language) == (
        "order_svc",
        "ada",
        "fr",
    )
    assert verified.grants == frozenset()


def test_whom_a_chain_of_services_speaks_for_stays_the_same() -> None:
    assert service_caller("inventory_svc", service_caller("order_svc", ADA)).on_behalf_of == "ada"


@pytest.mark.parametrize(
    ("key", "caller"),
    [
        (ORDERS, ADA),
        (ORDERS, replace(ADA, kind=CallerKind.ANONYMOUS)),
        (ORDERS, service_caller("returns_svc")),
        (GATEWAY, service_caller("order_svc")),
        (GATEWAY, replace(ADA, roles=frozenset({SERVICE_ROLE}))),
    ],
    ids=[
        "a service for a user",
        "a service for nobody",
        "a service for another",
        "the gateway for a service",
        "the gateway for a user who would be a service",
    ],
)
def test_nobody_signs_for_those_they_may_not_speak_for(key: SigningKey, caller: Caller) -> None:
    clock = SettableClock(START)
    token = signer_of(key, clock).sign(caller, "inventory_svc")

    with pytest.raises(InvalidToken):
        verifier_at(clock).verify(token)


def test_the_gateway_itself_is_a_caller_without_any_role() -> None:
    clock = SettableClock(START)
    token = signer_of(GATEWAY, clock).sign(service_caller("gateway"), "inventory_svc")

    assert verifier_at(clock).verify(token).roles == frozenset()


def test_a_process_signs_with_its_own_key_alone() -> None:
    with pytest.raises(ValueError, match="own key"):
        CallerSigner(GATEWAY, "order_svc", SettableClock(START))


def test_a_token_signed_by_a_stranger_is_refused() -> None:
    stranger = generate_signing_key("gateway")
    with pytest.raises(InvalidToken):
        verifier_at(SettableClock(START)).verify(signed({}, stranger))


def test_a_good_token_of_this_test_is_accepted() -> None:
    assert verifier_at(SettableClock(START)).verify(signed({})).subject == "ada"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not a token",
        "a.b.c",
        "é" * 10,
        signed({}, kid="somebody"),
        signed({"iss": "order_svc"}),
        signed({"aud": "order_svc"}),
        signed({"aud": ...}),
        signed({"exp": ...}),
        signed({"exp": "soon"}),
        signed({"exp": 1e300}),
        signed({"kind": "god"}),
        signed({"kind": ...}),
        signed({"roles": "operator"}),
        signed({"roles": [1]}),
        signed({"grants": ...}),
        signed({"lang": 5}),
        signed({"obo": ["ada"]}),
        signed({"pad": "x" * 10_000}),
        jwt.encode({"sub": "ada"}, "", "none", headers={"kid": "gateway"}),
        jwt.encode({"sub": "ada"}, "x" * 32, "HS256", headers={"kid": "gateway"}),
    ],
)
def test_a_malformed_or_forged_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        verifier_at(SettableClock(START)).verify(token)


@pytest.mark.parametrize("header", [b"Bearer abc", b"bearer abc", b"BEARER  abc "])
def test_a_bearer_token_is_found_in_its_header(header: bytes) -> None:
    assert token_in(header) == "abc"


@pytest.mark.parametrize("header", [b"", b"abc", b"Basic abc"])
def test_a_header_without_a_bearer_token_is_refused(header: bytes) -> None:
    with pytest.raises(InvalidToken):
        token_in(header)
