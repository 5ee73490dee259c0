"""Equal queries of equal callers, when they are under way at the same time, are run once."""

from collections.abc import Callable, Coroutine, Hashable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, Generic, TypeVar

import orjson

from gateway.caching.under_way import UnderWay
from service_kit.identity.caller import Caller

V = TypeVar("V")


class Sharers(StrEnum):
    """Whose queries are shared: nobody's, those of callers without a name, or everybody's."""

    OFF = "off"
    VISITORS = "visitors"
    ALL = "all"


class QuerySharing(Generic[V]):
    """Joins queries; one that begins after a mutation has ended joins none from before that.

    Equal are queries of one prepared operation with equal variables and headers, asked by callers
    who are alike in everything: only visitors are, apart from their language, and one person with
    one token.
    """

    def __init__(self, sharers: Sharers = Sharers.OFF) -> None:
        self._sharers = sharers
        self._under_way: UnderWay[Hashable, V] = UnderWay()
        self._mutations_ended = 0

    @property
    def joined(self) -> int:
        """How many queries have been answered by another's run."""
        return self._under_way.joined

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Surround a mutation: whatever comes of it, what is read afterwards is read anew."""
        try:
            yield
        finally:
            self._mutations_ended += 1

    async def result(
        self,
        operation: object,
        variables: Mapping[str, Any],
        caller: Caller,
        headers: Mapping[str, str],
        run: Callable[[], Coroutine[Any, Any, V]],
    ) -> V:
        """Give the answer of a query; `run`, while it runs, keeps `operation` in memory."""
        if not self._shares(caller):
            return await run()
        try:
            values = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # what JSON does not have: no client sent it
            return await run()
        who: Hashable = caller
        if caller.is_anonymous:  # whatever a visitor's name is, and the end of the stay
            who = (caller.language, caller.roles, caller.grants)
        sent = tuple(sorted(headers.items()))
        key = (id(operation), values, who, sent, self._mutations_ended)
        return await self._under_way.result(key, run)

    def _shares(self, caller: Caller) -> bool:
        if self._sharers is Sharers.VISITORS:
            return caller.is_anonymous
        return self._sharers is Sharers.ALL
