"""A client of the public graph, as an app of the retailer would be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from retail_kit.roles import Role
from tests.support.listening import ListeningClient

TokenOf = Callable[[Role, Sequence[str]], str]
"""Makes a user's token from a role and grants such as `location:S1`."""


class UnexpectedErrors(AssertionError):
    """An operation that should have worked answered errors."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status, the data and the errors."""

    status: int
    data: Any
    errors: tuple[Mapping[str, Any], ...]

    @property
    def codes(self) -> list[str]:
        """The codes of the errors, in their order."""
        return [str(error.get("extensions", {}).get("code")) for error in self.errors]

    def whole(self) -> Any:
        """Return the data, or fail with the errors that came along."""
        if self.errors or self.data is None:
            raise UnexpectedErrors(f"{self.status} {list(self.errors)}")
        return self.data


class GraphClient:
    """Sends operations to one GraphQL address over a session of the test's own."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token_of: TokenOf) -> None:
        self._session = session
        self._url = url
        self._token_of = token_of

    async def execute(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        *,
        role: Role | None = Role.OPERATOR,
        grants: Sequence[str] = (),
    ) -> Answer:
        """Send an operation as a user with the role and grants; None is nobody signed in."""
        headers = {}
        if role is not None:
            headers["Authorization"] = f"Bearer {self._token_of(role, grants)}"
        body = {"query": operation, "variables": dict(variables or {})}
        async with self._session.post(self._url, json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
        return Answer(response.status, answer.get("data"), tuple(answer.get("errors", ())))

    async def data(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        *,
        role: Role | None = Role.OPERATOR,
        grants: Sequence[str] = (),
    ) -> Any:
        """Send an operation and return its data; any error fails the test."""
        return (await self.execute(operation, variables, role=role, grants=grants)).whole()

    def listener(self, role: Role | None = None, grants: Sequence[str] = ()) -> ListeningClient:
        """Give a client that listens as a user with the role; None is nobody signed in."""
        token = None if role is None else self._token_of(role, grants)
        return ListeningClient(self._session, self._url, token)
