from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from gateway.errors import Unauthenticated
from gateway.security.authentication import VISITOR, Authenticator
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.tokens import InvalidToken

USER = replace(VISITOR, subject="ana", kind=CallerKind.USER, roles=frozenset({"operator"}))


class OneToken:
    """Knows one token."""

    async def verify(self, token: str) -> Caller:
        if token != "good":
            raise InvalidToken("no")
        return USER


async def test_a_request_without_a_token_is_a_visitors() -> None:
    caller = await Authenticator(OneToken()).caller(None)

    assert caller.is_anonymous
    assert caller.roles == {"visitor"}


async def test_a_verified_token_is_its_users() -> None:
    assert await Authenticator(OneToken()).caller("Bearer good") == USER


@pytest.mark.parametrize("header", ["Bearer bad", "Basic Z29vZA==", "good", "Bearer", "é"])
async def test_a_bad_token_is_refused_rather_than_taken_for_a_visitor(header: str) -> None:
    with pytest.raises(Unauthenticated):
        await Authenticator(OneToken()).caller(header)


class Picky:
    """Refuses every token, for a reason that is below the one it gives."""

    async def verify(self, token: str) -> Caller:
        raise InvalidToken("The token is not valid.") from ValueError(f"no audience, {len(token)}")


async def test_the_log_and_not_the_caller_is_told_why_a_token_is_refused() -> None:
    with capture_logs() as logs, pytest.raises(Unauthenticated) as caught:
        await Authenticator(Picky()).caller("Bearer secret")

    assert "audience" not in str(caught.value)
    assert [(one["event"], one["reason"]) for one in logs] == [
        ("token_refused", "The token is not valid. ValueError: no audience, 6")
    ]
    assert "secret" not in str(logs)


async def test_without_a_verifier_a_token_means_nothing() -> None:
    assert (await Authenticator(None).caller("Bearer bad")).is_anonymous


@pytest.mark.parametrize(
    ("header", "language"),
    [("fr-CH, fr;q=0.9", "fr"), ("DE", "de"), (None, "en"), ("*", "en"), ("e", "en"), ("é1", "en")],
)
async def test_a_visitor_is_spoken_to_in_the_language_asked_for(
    header: str | None, language: str
) -> None:
    assert (await Authenticator(None).caller(None, header)).language == language
