"""Work and events that failed too often, for a person at a command line.

They are shown, tried again by the running service, or given up. A parked event holds back the
later ones of its entity; `ID` names a piece of work, an entity for a consumer, or one event.
"""

from collections.abc import AsyncIterator, Mapping, Sequence

from service_kit.messaging.due_work import NOBODY, DueWork, GivenUp, ParkedItem
from service_kit.messaging.parking import ParkedEntity, ParkedEvent, Parking
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database, Session

COMMANDS = ("parked", "retry", "discard")
_MOST_SHOWN = 100
_EVENTS_SHOWN = 3


class ParkedWork:
    """What is parked in the database of one service, for any of its consumers.

    `given_up` hears, by its kind, of work that is discarded.
    """

    def __init__(
        self, database: Database, clock: Clock, given_up: Mapping[str, GivenUp] = NOBODY
    ) -> None:
        self._database = database
        self._given_up = given_up
        self._due_work = DueWork(database, clock)
        self._parking = Parking(database)

    async def run(self, words: Sequence[str]) -> tuple[int, list[str]]:
        """Do what the words say (`parked`, `retry ID`, `discard ID`): exit status and lines."""
        match words:
            case ["parked"]:
                return 0, [line async for line in self._shown()] or ["Nothing is parked."]
            case ["retry", identifier]:
                done = await self._due_work.release(identifier)
                done = done or await self._parking.release(identifier)
                return _answer(identifier, "It is tried again.", done=done)
            case ["discard", identifier]:
                done = await self._database.transaction(
                    lambda session: self._discard(session, identifier)
                )
                return _answer(identifier, "It is given up.", done=done)
        return 2, ["Say `parked`, `retry ID` or `discard ID`."]

    async def _discard(self, session: Session, identifier: str) -> bool:
        work = await self._due_work.discard(session, identifier, self._given_up)
        return work or await self._parking.discard(session, identifier)

    async def _shown(self) -> AsyncIterator[str]:
        for parked in await self._due_work.parked(_MOST_SHOWN):
            yield _line(parked)
        for entity in await self._parking.entities(limit=_MOST_SHOWN):
            yield _entity_line(entity)
            events = await self._parking.events(entity.consumer, entity.entity, limit=_EVENTS_SHOWN)
            for event in events:
                yield _event_line(event)


def _line(parked: ParkedItem) -> str:
    item = parked.item
    return f"{item.identifier}  {item.kind}  due {item.due_at.isoformat()}  {parked.error}"


def _entity_line(entity: ParkedEntity) -> str:
    return f"{entity.identifier}  {entity.events} events  {entity.error}"


def _event_line(event: ParkedEvent) -> str:
    return f"  {event.identifier}"


def _answer(identifier: str, success: str, *, done: bool) -> tuple[int, list[str]]:
    return (0, [success]) if done else (1, [f"Nothing is parked under {identifier}."])
