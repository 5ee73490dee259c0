"""Who asks: a user with a verified token, or a visitor without one."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

import structlog

from gateway.errors import Unauthenticated, Unavailable
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.tokens import InvalidToken, token_in
from service_kit.identity.user_tokens import KeysUnavailable

_log = structlog.get_logger("gateway.security")

VISITOR = Caller(
    subject="anonymous",
    kind=CallerKind.ANONYMOUS,
    roles=frozenset({"visitor"}),
    grants=frozenset(),
    expires_at=datetime.max.replace(tzinfo=UTC),
)
"""Whoever has not signed in."""


class UserVerifier(Protocol):
    """Turns an end user's token into a caller."""

    async def verify(self, token: str) -> Caller:
        """Give the caller; raises InvalidToken, or KeysUnavailable when it cannot tell."""


class Authenticator:
    """Finds the caller of a request; without a verifier everybody is a visitor."""

    def __init__(self, verifier: UserVerifier | None) -> None:
        self._verifier = verifier

    async def caller(self, authorization: str | None, languages: str | None = None) -> Caller:
        """Give the caller of two headers' texts; raises Unauthenticated for a bad token.

        Raises Unavailable while the identity provider's keys cannot be read.
        """
        if not authorization or self._verifier is None:
            return _visitor(_first_language(languages))
        try:
            return await self._verifier.verify(token_in(authorization.encode("latin-1", "replace")))
        except InvalidToken as error:
            _log.info("token_refused", reason=_reason(error))
            raise Unauthenticated("The token is not valid, or no longer.") from error
        except KeysUnavailable as error:
            raise Unavailable("Tokens cannot be verified at the moment.") from error


def _reason(error: InvalidToken) -> str:
    """Say for the log, never for the caller, why a token is refused."""
    cause = error.__cause__
    return str(error) if cause is None else f"{error} {type(cause).__name__}: {cause}"


@lru_cache(maxsize=26 * 26)
def _visitor(language: str) -> Caller:
    return replace(VISITOR, language=language)


def _first_language(languages: str | None) -> str:
    """Give the two letters that an Accept-Language header begins with; English otherwise."""
    letters = (languages or "").strip()[:2].lower()
    return (
        letters if len(letters) == len("en") and letters.isascii() and letters.isalpha() else "en"
    )
