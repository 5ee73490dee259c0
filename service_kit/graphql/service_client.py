"""Calls to another service's GraphQL: as this service, within a deadline, in the same trace.

Exception
 ├─ ServiceUnavailable  no answer: the outcome is unknown, ask again with the same key
 └─ ServiceRejected     an answer that says no
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
from opentelemetry.trace import SpanKind

from service_kit.commands.refusal import UNAVAILABLE
from service_kit.graphql.errors import INTERNAL
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import CallerSigner, service_caller
from service_kit.runtime.json_values import JSON
from service_kit.runtime.telemetry import outgoing_headers, span
from service_kit.runtime.tracing import ATTRIBUTE_PEER

_OK = 200
_SERVER_ERROR = 500
_TOO_MANY = 429
_OUTCOME_UNKNOWN = frozenset({INTERNAL, UNAVAILABLE})


class ServiceUnavailable(Exception):
    """A service gave no answer that says what it did; the same call may be made again."""

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"{service} is not available: {reason}")
        self.service = service


@dataclass(frozen=True, slots=True)
class ServiceError:
    """One GraphQL error of a service's answer."""

    code: str
    message: str
    path: tuple[str | int, ...] = ()


class ServiceRejected(Exception):
    """A service answered with errors, none of which another try would change."""

    def __init__(self, service: str, errors: Sequence[ServiceError]) -> None:
        super().__init__(f"{service} refused: {'; '.join(error.message for error in errors)}")
        self.service = service
        self.errors = tuple(errors)


class ServiceClient:
    """The GraphQL of one other service; the session is lent and stays its owner's to close."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        signer: CallerSigner,
        audience: str,
        session: aiohttp.ClientSession,
        deadline: timedelta = timedelta(seconds=5),
    ) -> None:
        self.name = name
        self._url = url
        self._signer = signer
        self._audience = audience
        self._session = session
        self._deadline = deadline

    async def execute(
        self,
        operation: str,
        variables: Mapping[str, JSON],
        *,
        on_behalf_of: Caller | None = None,
        deadline: timedelta | None = None,
    ) -> dict[str, Any]:
        """Give the data of an operation; raises ServiceUnavailable or ServiceRejected.

        A connection that breaks is tried once more within the deadline: every operation between
        services carries an idempotency key.
        """
        body = orjson.dumps({"query": operation, "variables": variables})
        with span(f"call {self.name}", {ATTRIBUTE_PEER: self.name}, kind=SpanKind.CLIENT):
            headers = self._headers(on_behalf_of)
            try:
                async with asyncio.timeout((deadline or self._deadline).total_seconds()):
                    status, answer = await self._post_twice(body, headers)
            except TimeoutError:
                raise ServiceUnavailable(self.name, "it did not answer in time") from None
            except aiohttp.ClientError as error:
                raise ServiceUnavailable(self.name, type(error).__name__) from error
        return self._data_of(status, answer)

    def _headers(self, on_behalf_of: Caller | None) -> dict[str, str]:
        caller = service_caller(self._signer.issuer, on_behalf_of)
        token = self._signer.sign(caller, self._audience)
        return {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "accept": "application/json",
            **outgoing_headers(),
        }

    async def _post_twice(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            return await self._post(body, headers)
        except aiohttp.ClientConnectionError:
            return await self._post(body, headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        async with self._session.post(self._url, data=body, headers=headers) as response:
            return response.status, await response.read()

    def _data_of(self, status: int, answer: bytes) -> dict[str, Any]:
        if status >= _SERVER_ERROR or status == _TOO_MANY:
            raise ServiceUnavailable(self.name, f"it answered {status}")
        data, errors = self._read(status, answer)
        if any(error.code in _OUTCOME_UNKNOWN for error in errors):
            raise ServiceUnavailable(self.name, errors[0].message)
        if errors or status != _OK:
            raise ServiceRejected(self.name, errors)
        return data

    def _read(self, status: int, answer: bytes) -> tuple[dict[str, Any], list[ServiceError]]:
        """Give the data and the errors; an answer that has neither is no answer."""
        try:
            result = orjson.loads(answer)
            errors = [_error_of(error) for error in result.get("errors") or ()]
            data = result.get("data")
        except (ValueError, AttributeError, TypeError):
            data, errors = None, []
        if not isinstance(data, dict) and not errors:
            raise ServiceUnavailable(self.name, f"its answer ({status}) is not GraphQL")
        return data or {}, errors


def _error_of(error: Mapping[str, Any]) -> ServiceError:
    extensions = error.get("extensions") or {}
    return ServiceError(
        code=str(extensions.get("code", "")),
        message=str(error.get("message", "")),
        path=tuple(error.get("path") or ()),
    )
