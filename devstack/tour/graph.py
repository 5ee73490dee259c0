"""The graph as people reach it: tokens from the development issuer, requests to the gateway."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import aiohttp

from devstack.tour.failures import AnswerLost, NobodyAnswers, OperationRefused
from devstack.tour.people import Person

Json: TypeAlias = Any

REQUEST_SECONDS: Final = 60.0
READY: Final = "/health/ready"
GONE: Final = (aiohttp.ClientError, TimeoutError, OSError)


class Graph:
    """The gateway at an address, with a token for each person, fetched once."""

    def __init__(self, session: aiohttp.ClientSession, gateway_url: str, issuer_url: str) -> None:
        self.session = session
        self.url = gateway_url
        self._issuer_url = issuer_url
        self._tokens: dict[Person, str] = {}

    async def require_ready(self) -> None:
        """Raise NobodyAnswers unless the gateway serves its graph."""
        try:
            async with self.session.get(self.url.removesuffix("/graphql") + READY) as response:
                ready = response.ok
        except GONE:
            ready = False
        if not ready:
            raise NobodyAnswers(self.url)

    async def ask(self, who: Person, operation: str, variables: Mapping[str, Json]) -> Json:
        """Run an operation as somebody; return its data, or raise OperationRefused with why not."""
        answer = await self._post(who, {"query": operation, "variables": dict(variables)})
        if errors := answer.get("errors"):
            raise OperationRefused(f"{who.name} was refused: {errors[0]['message']}")
        for name, payload in answer["data"].items():
            if isinstance(payload, dict) and (refusals := payload.get("userErrors")):
                said = "; ".join(f"{one['code']}: {one['message']}" for one in refusals)
                raise OperationRefused(f"{who.name} was refused {name}: {said}")
        return answer["data"]

    async def token(self, who: Person) -> str:
        """Return the person's token."""
        if who not in self._tokens:
            self._tokens[who] = await self._issued(who)
        return self._tokens[who]

    async def _issued(self, who: Person) -> str:
        wanted = [("role", who.role.value), *(_pair(grant) for grant in who.grants)]
        try:
            async with self.session.get(f"{self._issuer_url}/token", params=wanted) as response:
                text = await response.text()
        except GONE as error:
            raise NobodyAnswers(self._issuer_url) from error
        if not response.ok:
            raise AnswerLost(f"The issuer gave no token to {who.name}: {text.strip()}")
        return text

    async def _post(self, who: Person, body: Json) -> Json:
        headers = {"Authorization": f"Bearer {await self.token(who)}"}
        limit = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        try:
            async with self.session.post(
                self.url, json=body, headers=headers, timeout=limit
            ) as response:
                answer = await response.json(content_type=None)
        except GONE as error:
            raise NobodyAnswers(self.url) from error
        except ValueError as error:
            raise AnswerLost(f"{self.url} answered with HTTP {response.status}.") from error
        if not isinstance(answer, dict) or ("data" not in answer and "errors" not in answer):
            raise AnswerLost(f"{self.url} gave no GraphQL answer: HTTP {response.status}.")
        return answer


def _pair(grant: str) -> tuple[str, str]:
    kind, _, value = grant.partition(":")
    return kind, value
