"""How the sample speaks with the graph: as the users whom a retailer would have do the work."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import aiohttp

from devstack.tokens import User

SECONDS = 60.0
TRIES = 5
PAUSE_SECONDS = 0.5


class SampleRefused(Exception):
    """The graph did not take the sample; the message holds its answer."""


class SampleGraph:
    """Sends operations to the graph at `url`; `token_of` gives a user's bearer token."""

    def __init__(self, url: str, token_of: Callable[[User], str]) -> None:
        self.url = url
        self._token_of = token_of
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def does(
        self, user: User, mutation: str, selection: str, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Give the mutation's payload; raise SampleRefused at a no.

        What may pass is tried again: `given` has an idempotency key, so that once is enough.
        """
        name = mutation[0].upper() + mutation[1:]
        operation = (
            f"mutation Load($input: {name}Input!) {{ {mutation}(input: $input) "
            f"{{ {selection} userErrors {{ code message path retryable }} }} }}"
        )
        data = await self._settled(user, mutation, operation, {"input": given})
        payload: Mapping[str, Any] = data[mutation]
        return payload

    async def asks(
        self, user: User, operation: str, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Give a query's data; raise SampleRefused at a no."""
        return await self._settled(user, "a question", operation, variables)

    async def _settled(
        self, user: User, what: str, operation: str, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Ask until there is an answer that stays: data, or what is wrong."""
        for attempt in range(1, TRIES):
            data, problems = await self._ask(user, operation, variables)
            if not problems:
                return data
            if not all(problem.get("retryable") for problem in problems):
                break
            await asyncio.sleep(PAUSE_SECONDS * attempt)
        text = json.dumps(problems[:3], ensure_ascii=False)
        raise SampleRefused(f"The graph refused the sample at {what}: {text}")

    async def _ask(
        self, user: User, operation: str, variables: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
        """Give the data and what is wrong with it."""
        body = {"query": operation, "variables": variables}
        headers = {"Authorization": f"Bearer {self._token_of(user)}"}
        assert self._session is not None  # noqa: S101  (it is entered first)
        try:
            async with self._session.post(self.url, json=body, headers=headers) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return {}, [{"message": repr(error), "retryable": True}]
        return answer.get("data") or {}, list(_problems(answer))


def _problems(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for error in answer.get("errors") or ():
        code = (error.get("extensions") or {}).get("code")
        yield {"message": error.get("message"), "code": code}
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, Mapping):
            yield from payload.get("userErrors") or ()
