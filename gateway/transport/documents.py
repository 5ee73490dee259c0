"""Small documents of other servers: an identity provider's keys, a development token."""

from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import orjson

_SECONDS = 5
_MOST_BYTES = 1 << 20


class DocumentUnavailable(Exception):
    """The document did not come, or is not what it should be."""


class DocumentReader:
    """Reads documents by GET; close it when done."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def read(self, url: str, parameters: Sequence[tuple[str, str]] = ()) -> bytes:
        """Give a document's bytes; raises DocumentUnavailable."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
        try:
            async with self._session.get(url, params=parameters, allow_redirects=False) as response:
                body = await response.content.read(_MOST_BYTES)
                if response.ok:
                    return body
                raise DocumentUnavailable(f"{url}: status {response.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DocumentUnavailable(f"{url}: {type(error).__name__}") from error

    async def read_json(self, url: str) -> Mapping[str, Any]:
        """Give a JSON object; raises DocumentUnavailable."""
        try:
            parsed = orjson.loads(await self.read(url))
        except orjson.JSONDecodeError as error:
            raise DocumentUnavailable(f"{url}: not JSON") from error
        if not isinstance(parsed, dict):
            raise DocumentUnavailable(f"{url}: not a JSON object")
        return parsed

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()
