"""Development tokens are what the gateway's verifier accepts, and say who was asked for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devstack.keys import issuer_key
from devstack.tokens import AUDIENCE, TokenIssuer, UnknownRole, User, user_of
from retail_kit.roles import Role
from service_kit.identity.caller import CallerKind
from service_kit.identity.keys import public_jwks
from service_kit.identity.tokens import InvalidToken
from service_kit.identity.user_tokens import RefreshedKeys, UserTokenVerifier
from service_kit.runtime.clock import SettableClock

ISSUER = "http://127.0.0.1:4010"


@pytest.fixture
def issuer(tmp_path: Path) -> TokenIssuer:
    return TokenIssuer(issuer_key(tmp_path), ISSUER, timedelta(hours=1))


def verifier_of(issuer: TokenIssuer, clock: SettableClock) -> UserTokenVerifier:
    async def fetch() -> Mapping[str, Any]:
        return public_jwks([issuer.key])

    return UserTokenVerifier(RefreshedKeys(fetch, clock), ISSUER, AUDIENCE, clock)


async def test_the_gateway_reads_from_a_token_who_was_asked_for(
    issuer: TokenIssuer, clock: SettableClock
) -> None:
    user = user_of("assistant", {"location": ["S2", "S3"]})
    token = issuer.token(user, clock.now(), language="fr")
    caller = await verifier_of(issuer, clock).verify(token)
    assert caller.kind is CallerKind.USER
    assert caller.subject == "assistant-S2"
    assert caller.roles == {"assistant"}
    assert caller.grants == {"location:S2", "location:S3", "channel:store-fr"}
    assert caller.language == "fr"
    assert caller.expires_at == clock.now() + timedelta(hours=1)


async def test_a_token_is_refused_after_its_time(issuer: TokenIssuer, clock: SettableClock) -> None:
    token = issuer.token(User(Role.OPERATOR, ()), clock.now())
    clock.advance(timedelta(hours=1))
    with pytest.raises(InvalidToken):
        await verifier_of(issuer, clock).verify(token)


async def test_a_token_of_another_stack_is_refused(
    issuer: TokenIssuer, clock: SettableClock, tmp_path: Path
) -> None:
    other = TokenIssuer(issuer_key(tmp_path / "other"), ISSUER, timedelta(hours=1))
    token = other.token(User(Role.OPERATOR, ()), datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(InvalidToken):
        await verifier_of(issuer, clock).verify(token)


@pytest.mark.parametrize(
    ("role", "grants"),
    [
        ("customer", ("customer:C1",)),
        ("assistant", ("location:S1", "channel:store-fr")),
        ("customer_service", ()),
        ("operator", ()),
        ("integration", ()),
        ("visitor", ()),
    ],
)
def test_a_role_without_more_has_its_usual_grants(role: str, grants: tuple[str, ...]) -> None:
    assert user_of(role, {}).grants == grants


def test_an_unknown_role_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownRole, match="no role 'service'; there are visitor, customer,"):
        user_of("service", {})
