"""The same entity fetch of several runs sent as one request: live events come in crowds."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from gateway.execution.compiled_plan import CompiledFetch
from gateway.execution.entity_fetch import GatheredCall
from gateway.execution.merge import copied
from gateway.execution.subgraph_answer import SubgraphAnswer, path_of_error
from gateway.execution.subgraph_request import ExecutionRequest, Fetched, asked
from gateway.ports import SubgraphTransport

AT_ONCE = 4
"""How many requests of one fetch are under way; what comes meanwhile goes together in the next."""
MOST_ENTITIES = 100
"""How many representations one request brings, unless a single run has more."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one run needs of a request, and where the answer to it goes."""

    calls: Sequence[GatheredCall]
    request: ExecutionRequest
    fetched: "asyncio.Future[Fetched]"

    def __len__(self) -> int:
        return sum(len(call.representations) for call in self.calls)


class EntityBatches:
    """Sends entity fetches of runs that have plan, variables, rights and headers in common."""

    def __init__(self, transport: SubgraphTransport) -> None:
        self._transport = transport
        self._waiting: dict[int, list[_Part]] = {}
        self._under_way: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(
        self, fetch: CompiledFetch, calls: Sequence[GatheredCall], request: ExecutionRequest
    ) -> Fetched:
        """Give the answer to a run's calls; it may have come with those of other runs."""
        loop = asyncio.get_running_loop()
        part = _Part(calls, request, loop.create_future())
        waiting = self._waiting.setdefault(id(fetch), [])
        waiting.append(part)
        if len(waiting) == 1:
            loop.call_soon(self._send, fetch)
        return await part.fetched

    def _send(self, fetch: CompiledFetch) -> None:
        number = id(fetch)
        while self._waiting.get(number) and self._under_way[number] < AT_ONCE:
            task = asyncio.create_task(self._fetch(fetch, self._taken(number)))
            self._under_way[number] += 1
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _taken(self, number: int) -> list[_Part]:
        waiting = self._waiting.pop(number)
        count, entities = 1, len(waiting[0])
        while count < len(waiting) and entities + len(waiting[count]) <= MOST_ENTITIES:
            entities += len(waiting[count])
            count += 1
        if waiting[count:]:
            self._waiting[number] = waiting[count:]
        return waiting[:count]

    async def _fetch(self, fetch: CompiledFetch, parts: Sequence[_Part]) -> None:
        try:
            joined = _Joined(parts)
            # In the name of whose token is good for longest: nobody fails for another's.
            request = max((part.request for part in parts), key=_good_until)
            fetched = await asked(self._transport, fetch, request, joined.variables())
            for part, positions in zip(parts, joined.positions, strict=True):
                if not part.fetched.done():
                    part.fetched.set_result(joined.share(fetched, part, positions))
        except Exception as error:  # noqa: BLE001  # whoever asked is told
            for part in parts:
                if not part.fetched.done():
                    part.fetched.set_exception(error)
        finally:
            self._under_way[id(fetch)] -= 1
            self._send(fetch)


def _good_until(request: ExecutionRequest) -> float:
    return inf if request.caller is None else request.caller.expires_at.timestamp()


class _Joined:
    """The distinct representations of several runs, call by call, and which are whose."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._calls = [call.call for call in parts[0].calls]
        self._places: list[dict[bytes, int]] = [{} for _ in self._calls]
        self._is_single = len(parts) == 1
        self.positions = [
            [
                [places.setdefault(one, len(places)) for one in call.representations]
                for places, call in zip(self._places, part.calls, strict=True)
            ]
            for part in parts
        ]
        self._given: set[tuple[int, int]] = set()

    def variables(self) -> list[bytes]:
        """Give each call's variable as a member of the JSON object of variables."""
        return [
            call.variable + b"[" + b",".join(places) + b"]"
            for call, places in zip(self._calls, self._places, strict=True)
        ]

    def share(self, fetched: Fetched, part: _Part, positions: Sequence[Sequence[int]]) -> Fetched:
        """Give the part of an answer that is one run's, as if that had asked alone."""
        answer = fetched.answer
        if answer is None or self._is_single:
            return fetched
        keys = [call.call.response_key for call in part.calls]
        data = None
        if answer.data is not None:
            data = dict(answer.data)
            for number, key in enumerate(keys):
                if key in data:
                    data[key] = self._entities(number, data[key], positions[number])
        errors = [
            told
            for error in answer.errors
            if (told := self._told(error, keys, positions)) is not None
        ]
        return Fetched(SubgraphAnswer(data, errors))

    def _told(self, error: Any, keys: Sequence[str], positions: Sequence[Sequence[int]]) -> Any:
        """Give an error with its path in one run's own answer; None if it is another run's."""
        key, position, *below = [*path_of_error(error), None, None]
        number = keys.index(key) if key in keys else None
        if number is None or not isinstance(position, int):
            return error  # of no entity in particular: everybody's
        if position not in range(len(self._places[number])):
            return error
        if position not in positions[number]:
            return None
        path = [key, positions[number].index(position), *below[:-2]]
        return {**error, "path": path}

    def _entities(self, number: int, found: Any, positions: Sequence[int]) -> Any:
        """Give entities at positions; one that two runs share is not one object."""
        if found.__class__ is not list or len(found) != len(self._places[number]):
            return None
        entities = []
        for position in positions:
            is_first = (number, position) not in self._given
            self._given.add((number, position))
            entities.append(found[position] if is_first else copied(found[position]))
        return entities
