"""A client of another service whose connections open with its first call."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp

from service_kit.graphql.service_client import ServiceClient
from service_kit.identity.tokens import CallerSigner
from service_kit.runtime.json_values import JSON


class LateServiceClient:
    """Waits for the event loop, which connections need, before it makes the client."""

    def __init__(self, name: str, url: str, signer: CallerSigner, deadline: timedelta) -> None:
        self._name = name
        self._url = url
        self._signer = signer
        self._deadline = deadline
        self._session: aiohttp.ClientSession | None = None
        self._client: ServiceClient | None = None

    async def execute(self, operation: str, variables: Mapping[str, JSON]) -> dict[str, Any]:
        """Give the data; raises ServiceUnavailable or ServiceRejected."""
        if self._client is None:
            self._session = aiohttp.ClientSession()
            self._client = ServiceClient(
                self._name,
                self._url,
                signer=self._signer,
                audience=self._name,
                session=self._session,
                deadline=self._deadline,
            )
        return await self._client.execute(operation, variables)

    async def close(self) -> None:
        """Close the connections, if any were opened."""
        if self._session is not None:
            await self._session.close()
