import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.caching.query_sharing import QuerySharing, Sharers
from gateway.security.authentication import VISITOR
from service_kit.identity.caller import Caller, CallerKind

ANN = replace(
    VISITOR,
    subject="ann",
    kind=CallerKind.USER,
    roles=frozenset({"customer"}),
    grants=frozenset({"customer:1"}),
)
OPERATION = object()


class Asking:
    """Asks the same again and again, some of it otherwise, while nothing is answered."""

    def __init__(self, sharers: Sharers = Sharers.ALL) -> None:
        self.sharing: QuerySharing[int] = QuerySharing(sharers)
        self.runs = 0
        self.go = asyncio.Event()
        self.tasks: list[asyncio.Task[int]] = []

    async def ask(
        self,
        caller: Caller = ANN,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        operation: object = OPERATION,
    ) -> None:
        result = self.sharing.result(operation, variables or {}, caller, headers or {}, self._run)
        self.tasks.append(asyncio.create_task(result))
        for _ in range(3):
            await asyncio.sleep(0)

    async def _run(self) -> int:
        self.runs += 1
        number = self.runs
        await self.go.wait()
        return number

    async def answers(self) -> list[int]:
        self.go.set()
        return await asyncio.gather(*self.tasks)


async def test_equal_queries_of_one_caller_are_one() -> None:
    asking = Asking()
    for _ in range(3):
        await asking.ask(variables={"a": {"x": 1, "y": 2}}, headers={"a": "1", "b": "2"})
    await asking.ask(variables={"a": {"y": 2, "x": 1}}, headers={"b": "2", "a": "1"})

    assert await asking.answers() == [1, 1, 1, 1]
    assert asking.sharing.joined == 3


@pytest.mark.parametrize(
    "other",
    [
        {"variables": {"a": 2}},
        {"variables": {}},
        {"headers": {"x": "2"}},
        {"operation": object()},
        {"caller": replace(ANN, subject="bob")},
        {"caller": replace(ANN, roles=frozenset({"operator"}))},
        {"caller": replace(ANN, grants=frozenset())},
        {"caller": replace(ANN, scopes=frozenset({"orders:read"}))},
        {"caller": replace(ANN, language="fr")},
        {"caller": replace(ANN, on_behalf_of="cat")},
        {"caller": replace(ANN, expires_at=ANN.expires_at - timedelta(hours=1))},
        {"caller": VISITOR},
    ],
)
async def test_what_differs_in_anything_runs_by_itself(other: dict[str, Any]) -> None:
    asking = Asking()
    same: dict[str, Any] = {"caller": ANN, "variables": {"a": 1}, "headers": {"x": "1"}}

    await asking.ask(**same)
    await asking.ask(**{**same, **other})

    assert await asking.answers() == [1, 2]


async def test_visitors_are_alike_except_in_their_language() -> None:
    asking = Asking(Sharers.VISITORS)

    await asking.ask(VISITOR)
    await asking.ask(replace(VISITOR, expires_at=VISITOR.expires_at - timedelta(hours=1)))
    await asking.ask(replace(VISITOR, language="fr"))

    assert await asking.answers() == [1, 1, 2]


async def test_with_sharing_among_visitors_a_person_is_alone() -> None:
    asking = Asking(Sharers.VISITORS)

    await asking.ask(ANN)
    await asking.ask(ANN)

    assert await asking.answers() == [1, 2]


async def test_without_sharing_everything_runs_by_itself() -> None:
    asking = Asking(Sharers.OFF)

    await asking.ask(VISITOR)
    await asking.ask(VISITOR)

    assert await asking.answers() == [1, 2]


async def test_a_query_joins_none_from_before_a_mutation_that_has_ended() -> None:
    asking = Asking()

    await asking.ask()
    with suppress(ValueError), asking.sharing.changing():
        await asking.ask()
        raise ValueError("It has failed, and may have changed something.")
    await asking.ask()
    await asking.ask()

    assert await asking.answers() == [1, 1, 2, 2]


async def test_what_json_does_not_have_is_not_shared() -> None:
    asking = Asking()

    await asking.ask(variables={"a": object()})
    await asking.ask(variables={"a": object()})

    assert await asking.answers() == [1, 2]
