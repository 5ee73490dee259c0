"""Signed callers: short-lived tokens between processes, each for one audience.

The gateway signs for users; a service signs for itself alone. They travel as
`Authorization: Bearer <token>`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from service_kit.identity.bounded_cache import BoundedCache
from service_kit.identity.caller import SERVICE_ROLE, Caller, CallerKind
from service_kit.identity.keys import SigningKey, TrustedKeys
from service_kit.runtime.clock import Clock

GATEWAY = "gateway"
"""The only process that may speak for users."""

DEFAULT_LIFETIME = timedelta(minutes=2)
_LONGEST_STREAM = timedelta(days=1)
_ALGORITHM = "EdDSA"
_CACHED = 4_096
_LONGEST = 8_192
_SCHEME = "bearer "
_NEVER = datetime.max.replace(tzinfo=UTC)
_CHECKS: Options = {
    "require": ["exp", "iss", "aud", "sub"],
    "verify_exp": False,  # time is the clock's, which PyJWT does not know
    "verify_iat": False,
    "verify_nbf": False,
}


class InvalidToken(Exception):
    """A token is missing, malformed, forged, expired or meant for somebody else."""


def token_in(authorization: bytes) -> str:
    """Give the token of an Authorization header; raises InvalidToken."""
    text = authorization.decode("latin-1")
    if not text.lower().startswith(_SCHEME):
        raise InvalidToken("There is no bearer token.")
    return text[len(_SCHEME) :].strip()


def service_caller(service: str, on_behalf_of: Caller | None = None) -> Caller:
    """Give the caller that a process is, maybe for the sake of somebody else.

    The gateway gets no role by it: it may read `_service`, and no more.
    """
    return Caller(
        subject=service,
        kind=CallerKind.SERVICE,
        roles=frozenset() if service == GATEWAY else frozenset({SERVICE_ROLE}),
        grants=frozenset(),
        expires_at=_NEVER,
        on_behalf_of=None if on_behalf_of is None else _origin(on_behalf_of),
        language="en" if on_behalf_of is None else on_behalf_of.language,
    )


def _origin(caller: Caller) -> str:
    return caller.on_behalf_of or caller.subject


class CallerSigner:
    """Signs callers with the key of this process; `lifetime` bounds each token."""

    def __init__(
        self,
        key: SigningKey,
        issuer: str,
        clock: Clock,
        lifetime: timedelta = DEFAULT_LIFETIME,
    ) -> None:
        if issuer != key.kid:
            raise ValueError("A process signs with its own key.")
        self.issuer = issuer
        self._key = key
        self._clock = clock
        self._lifetime = lifetime
        self._signed: BoundedCache[tuple[Caller, str], tuple[str, datetime]] = BoundedCache(_CACHED)

    def sign(self, caller: Caller, audience: str) -> str:
        """Give a token for a caller and an audience; a signed one serves half of its life."""
        now = self._clock.now()
        signed = self._signed.get((caller, audience))
        if signed is not None and now < signed[1]:
            return signed[0]
        expires_at = min(now + self._lifetime, caller.expires_at)
        token = self._signed_until(expires_at, caller, audience)
        self._signed.put((caller, audience), (token, now + (expires_at - now) / 2))
        return token

    def sign_for_stream(self, caller: Caller, audience: str) -> str:
        """Give a token that lasts as long as the caller's own right, a day at most.

        A stream ends with the token that it was opened with.
        """
        expires_at = min(self._clock.now() + _LONGEST_STREAM, caller.expires_at)
        return self._signed_until(expires_at, caller, audience)

    def _signed_until(self, expires_at: datetime, caller: Caller, audience: str) -> str:
        claims = _claims_of(caller) | {
            "iss": self.issuer,
            "aud": audience,
            "iat": int(self._clock.now().timestamp()),
            "exp": expires_at.timestamp(),
        }
        return jwt.encode(claims, self._key.private, _ALGORITHM, headers={"kid": self._key.kid})


class CallerVerifier:
    """Verifies the callers that reach one audience."""

    def __init__(self, trusted: TrustedKeys, audience: str, clock: Clock) -> None:
        self._trusted = trusted
        self._audience = audience
        self._clock = clock
        self._verified: BoundedCache[str, Caller] = BoundedCache(_CACHED)

    def verify(self, token: str) -> Caller:
        """Give the caller that a token stands for; raises InvalidToken."""
        caller = self._verified.get(token)
        if caller is None:
            caller = self._read(token)
            self._verified.put(token, caller)
        if caller.expires_at <= self._clock.now():
            self._verified.forget(token)
            raise InvalidToken("The token has expired.")
        return caller

    def _read(self, token: str) -> Caller:
        if len(token) > _LONGEST:
            raise InvalidToken("The token is too long.")
        try:
            claims = self._claims(token)
            caller = _caller_of(claims)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidToken("The token is not valid.") from error
        _require_right_to_speak(str(claims["iss"]), caller)
        return caller

    def _claims(self, token: str) -> dict[str, Any]:
        kid = jwt.get_unverified_header(token)["kid"]
        key = self._trusted.find(kid)
        if key is None:
            raise InvalidToken("Nobody trusted has signed the token.")
        return jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=self._audience,
            issuer=kid,
            options=_CHECKS,
        )


def _require_right_to_speak(issuer: str, caller: Caller) -> None:
    """Let the gateway speak for users, and everybody as a service for itself alone."""
    if caller.is_service:
        if caller.subject != issuer:
            raise InvalidToken("A service speaks for itself alone.")
    elif issuer != GATEWAY:
        raise InvalidToken("Only the gateway speaks for users.")
    if issuer == GATEWAY and SERVICE_ROLE in caller.roles:
        raise InvalidToken("The gateway has no right of a service.")


def _claims_of(caller: Caller) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "sub": caller.subject,
        "kind": caller.kind.value,
        "roles": sorted(caller.roles),
        "grants": sorted(caller.grants),
        "lang": caller.language,
    }
    if caller.on_behalf_of is not None:
        claims["obo"] = caller.on_behalf_of
    for name, values in (("scopes", caller.scopes), ("policies", caller.policies)):
        if values:
            claims[name] = sorted(values)
    return claims


def _caller_of(claims: Mapping[str, Any]) -> Caller:
    on_behalf_of = claims.get("obo")
    return Caller(
        subject=_text(claims["sub"]),
        kind=CallerKind(claims["kind"]),
        roles=texts_in(claims["roles"]),
        grants=texts_in(claims["grants"]),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        on_behalf_of=None if on_behalf_of is None else _text(on_behalf_of),
        language=_text(claims.get("lang", "en")),
        scopes=texts_in(claims.get("scopes", [])),
        policies=texts_in(claims.get("policies", [])),
    )


def texts_in(claim: object) -> frozenset[str]:
    """Read a claim that is a list of texts; raises TypeError."""
    if not isinstance(claim, list):
        raise TypeError("A list is expected.")
    return frozenset(_text(each) for each in claim)


def words_in(claim: object) -> frozenset[str]:
    """Read a claim that is a list of texts, or one text of several words; raises TypeError."""
    return frozenset(claim.split()) if isinstance(claim, str) else texts_in(claim)


def _text(claim: object) -> str:
    if not isinstance(claim, str):
        raise TypeError("A text is expected.")
    return claim
