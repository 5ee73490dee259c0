"""Mutations of another service: their user errors raised as refusals."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.runtime.json_values import JSON

USER_ERRORS: Final = "userErrors { code message path params { key value } retryable }"
"""What each mutation of another service is asked for."""


class Executes(Protocol):
    """Something that runs operations on another service's subgraph, as the kit's client does."""

    async def execute(self, operation: str, variables: Mapping[str, JSON]) -> dict[str, Any]:
        """Give the data; raises ServiceUnavailable or ServiceRejected."""


async def called(client: Executes, operation: str, given: Mapping[str, JSON]) -> Mapping[str, Any]:
    """Give the payload of an operation's one mutation; its user errors are raised as RefusedAll.

    Raises ServiceUnavailable or ServiceRejected, which say nothing of what an earlier call with
    the same key has done.
    """
    data = await client.execute(operation, {"input": given})
    payload: Mapping[str, Any] = next(iter(data.values()))
    refusals = [refusal_of(error) for error in payload["userErrors"]]
    if refusals:
        raise RefusedAll(refusals)
    return payload


def refusal_of(error: Mapping[str, Any]) -> Refusal:
    """Give the refusal of one user error."""
    return Refusal(
        error["code"],
        error["message"],
        path=error["path"],
        params={one["key"]: one["value"] for one in error["params"]},
        retryable=error["retryable"],
    )
