"""The tokens of end users: JWTs of an identity provider, verified against its JWKS."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import jwt
import orjson
import structlog
from jwt.types import Options

from service_kit.identity.bounded_cache import BoundedCache
from service_kit.identity.caller import SERVICE_ROLE, Caller, CallerKind
from service_kit.identity.tokens import InvalidToken, texts_in, words_in
from service_kit.runtime.clock import Clock

ALGORITHMS = ("EdDSA", "RS256", "ES256")
REFRESH_AFTER = timedelta(minutes=10)
RETRY_AFTER = timedelta(seconds=10)
_CACHED = 4_096
_LONGEST = 8_192
_SCOPE_CLAIMS = ("scope", "scopes", "scp")
_CHECKS: Options = {
    "require": ["exp", "iss", "aud", "sub"],
    "verify_exp": False,  # time is the clock's, which PyJWT does not know
    "verify_iat": False,
    "verify_nbf": False,
}

FetchJwks: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
"""Reads the provider's key set, wherever it is; may raise anything."""

_log = structlog.get_logger("service_kit.identity")


class KeysUnavailable(Exception):
    """The provider's keys cannot be read now, so a token can be called neither good nor bad."""


class UserKeys(Protocol):
    """Where an identity provider's public keys come from."""

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """Give the key of that name, if the provider has it; raises KeysUnavailable.

        As long as a key has not changed, the same object is given.
        """


@dataclass(frozen=True, slots=True)
class _Published:
    """A key as the provider writes it, and as it is used."""

    jwk: Mapping[str, Any]
    key: jwt.PyJWK


class RefreshedKeys:
    """Keys fetched when first needed, again when old, and again for an unknown name.

    An unknown name fetches at most once every `RETRY_AFTER`, and so does a failing provider;
    the keys known so far stay in use meanwhile, and an unknown name raises KeysUnavailable.
    """

    def __init__(
        self, fetch: FetchJwks, clock: Clock, refresh_after: timedelta = REFRESH_AFTER
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._refresh_after = refresh_after
        self._keys: Mapping[str, _Published] = {}
        self._failing = False
        self._tried_at: datetime | None = None
        self._fetched_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """Give the key of that name, fetching the set if that may help; see UserKeys."""
        being_fetched = self._one_at_a_time.locked() and kid in self._keys
        if self._may_help(kid) and not being_fetched:
            async with self._one_at_a_time:
                if self._may_help(kid):
                    await self._refresh()
        published = self._keys.get(kid)
        if published is None and self._failing:
            raise KeysUnavailable("The identity provider does not give its keys.")
        return None if published is None else published.key

    def _may_help(self, kid: str) -> bool:
        now = self._clock.now()
        if self._tried_at is not None and now - self._tried_at < RETRY_AFTER:
            return False
        old = self._fetched_at is None or now - self._fetched_at >= self._refresh_after
        return old or kid not in self._keys

    async def _refresh(self) -> None:
        try:
            self._keys = _keys_in(await self._fetch(), self._keys)
            self._fetched_at = self._clock.now()
            self._failing = False
        except Exception as error:  # noqa: BLE001  # whatever it is, the known keys still serve
            self._failing = True
            _log.warning("jwks_not_fetched", reason=repr(error))
        finally:
            self._tried_at = self._clock.now()


def jwks_file(path: Path) -> FetchJwks:
    """Read the key set from a file, each time anew."""

    async def fetch() -> Mapping[str, Any]:
        text = await asyncio.to_thread(path.read_bytes)
        jwks: Mapping[str, Any] = orjson.loads(text)
        return jwks

    return fetch


def _keys_in(jwks: Mapping[str, Any], known: Mapping[str, _Published]) -> dict[str, _Published]:
    """Read the keys that we can use; a provider may publish others beside them."""
    keys: dict[str, _Published] = {}
    for jwk in jwks["keys"]:
        before = known.get(jwk.get("kid"))
        if before is not None and before.jwk == jwk:
            keys[jwk["kid"]] = before
            continue
        try:
            key = jwt.PyJWK.from_dict(jwk)
        except jwt.PyJWTError:
            continue
        if key.key_id and key.algorithm_name in ALGORITHMS and jwk.get("use", "sig") == "sig":
            keys[key.key_id] = _Published(jwk, key)
    return keys


@dataclass(frozen=True, slots=True)
class _Verified:
    """Whom a token stands for, and the key that says so."""

    kid: str
    key: jwt.PyJWK
    caller: Caller


class UserTokenVerifier:
    """Turns an end user's JWT into a caller."""

    def __init__(self, keys: UserKeys, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._verified: BoundedCache[str, _Verified] = BoundedCache(_CACHED)

    async def verify(self, token: str) -> Caller:
        """Give the user; raises InvalidToken and KeysUnavailable.

        A verified token is not verified again while its key is published unchanged.
        """
        verified = self._verified.get(token)
        if verified is None or await self._keys.find(verified.kid) is not verified.key:
            self._verified.forget(token)
            verified = await self._verify(token)
            self._verified.put(token, verified)
        if verified.caller.expires_at <= self._clock.now():
            self._verified.forget(token)
            raise InvalidToken("The token has expired.")
        return verified.caller

    async def _verify(self, token: str) -> "_Verified":
        if len(token) > _LONGEST:
            raise InvalidToken("The token is too long.")
        try:
            kid = str(jwt.get_unverified_header(token)["kid"])
            key = await self._keys.find(kid)
            if key is None:
                raise InvalidToken("The token's key is not known.")
            claims = self._claims(token, key)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise InvalidToken("The token is not valid.") from error
        return _Verified(kid, key, _caller_of(claims, self._clock.now()))

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self._audience,
            issuer=self._issuer,
            options=_CHECKS,
        )


def _caller_of(claims: Mapping[str, Any], now: datetime) -> Caller:
    try:
        if "nbf" in claims and datetime.fromtimestamp(claims["nbf"], UTC) > now:
            raise InvalidToken("The token is not valid yet.")
        return Caller(
            subject=str(claims["sub"]),
            kind=CallerKind.USER,
            roles=texts_in(claims.get("roles", [])) - {SERVICE_ROLE},
            grants=texts_in(claims.get("grants", [])),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
            language=_language(claims.get("locale")),
            scopes=_scopes(claims),
            policies=words_in(claims.get("policies", [])),
        )
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise InvalidToken("The token is not valid.") from error


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Providers agree neither on the name of the claim nor on its form."""
    found = (claims[name] for name in _SCOPE_CLAIMS if claims.get(name) is not None)
    return frozenset[str]().union(*map(words_in, found))


def _language(locale: object) -> str:
    """Give the language of a locale like "fr-FR"; English unless it says otherwise."""
    text = locale.replace("_", "-").partition("-")[0].lower() if isinstance(locale, str) else ""
    return text or "en"
