"""What an act of the story can do: act as somebody, listen as somebody, and claim what is so."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

from devstack.tour.failures import ClaimBroken
from devstack.tour.folding import folded
from devstack.tour.graph import Graph, Json
from devstack.tour.live import Feed, Heard, Matches, listening
from devstack.tour.narrator import Fact, Narrator
from devstack.tour.people import Person

SEEN_LENGTH: Final = 600


def _no_facts(_: Json) -> Iterable[Fact]:
    return ()


class Stage:
    """One tour under way, begun at `now`; its `mark` stands in everything that it adds."""

    def __init__(
        self,
        graph: Graph,
        narrator: Narrator,
        listeners: AsyncExitStack,
        mark: str,
        now: datetime,
    ) -> None:
        self.mark = mark
        self.now = now
        self._graph = graph
        self._narrator = narrator
        self._listeners = listeners
        self._keys = 0

    def act(self, title: str, intro: str) -> None:
        """Begin the next act."""
        self._narrator.act(title, intro)

    def new_key(self) -> str:
        """Return an idempotency key that was never used."""
        self._keys += 1
        return f"tour-{self.mark}-{self._keys}"

    async def does(
        self,
        who: Person,
        says: str,
        operation: str,
        variables: Mapping[str, Json] | None = None,
        facts: Callable[[Json], Iterable[Fact]] = _no_facts,
    ) -> Json:
        """Run an operation as somebody, show it with its answer, and return its data.

        `$key` is a new idempotency key unless one is given. Raises OperationRefused.
        """
        given = {"key": self.new_key(), **(variables or {})}
        self._narrator.does(who, says, folded(operation, given, self._narrator.width_of_code))
        answer = await self._graph.ask(who, operation, given)
        self._narrator.answered(facts(answer))
        return answer

    async def listens(self, feed: Feed) -> Heard:
        """Listen from now on until the end of the tour."""

        def told(item: Json) -> None:
            if text := feed.tells(item):
                self._narrator.pushed(feed.who, feed.voice, text)

        heard = await self._listeners.enter_async_context(listening(self._graph, feed, told))
        self._narrator.listens(feed.who, feed.voice, feed.topic)
        return heard

    async def hears(self, heard: Heard, what: str, matches: Matches) -> Json:
        """Wait until a feed has brought what it must bring; raise PushMissing."""
        item = await heard.next(what, matches)
        self._narrator.claims(f"{heard.feed.voice} was told: {what}")
        return item

    def claims(self, what: str, seen: object, *, holds: bool) -> None:
        """Say that something is so; raise ClaimBroken with what was seen if it is not."""
        if not holds:
            raise ClaimBroken(f"Not so: {what}. Seen instead: {str(seen)[:SEEN_LENGTH]}")
        self._narrator.claims(what)
