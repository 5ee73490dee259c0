"""A client of another service whose connections open with its first call."""

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from service_kit.graphql.service_client import ServiceClient
from service_kit.runtime.json_values import JSON


class LateServiceClient:
    """Waits for the event loop, which connections need, before it makes the client."""

    def __init__(self, client_of: Callable[[aiohttp.ClientSession], ServiceClient]) -> None:
        self._client_of = client_of
        self._session: aiohttp.ClientSession | None = None
        self._client: ServiceClient | None = None

    async def execute(self, operation: str, variables: Mapping[str, JSON]) -> dict[str, Any]:
        """Give the data; raises ServiceUnavailable or ServiceRejected."""
        if self._client is None:
            self._session = aiohttp.ClientSession()
            self._client = self._client_of(self._session)
        return await self._client.execute(operation, variables)

    async def close(self) -> None:
        """Close the connections, if any were opened."""
        if self._session is not None:
            await self._session.close()
