"""Work that failed too often, for a person at a command line: shown, tried again, given up."""

from collections.abc import Sequence

from service_kit.messaging.due_work import DueWork, ParkedItem
from service_kit.messaging.parking import PARKED_ENTITIES
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database

COMMANDS = ("parked", "retry", "discard")
_MOST_SHOWN = 100


class ParkedWork:
    """What is parked in the database of one service."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._due_work = DueWork(database, clock)
        self._entities = database.collection(PARKED_ENTITIES.name)

    async def run(self, words: Sequence[str]) -> tuple[int, list[str]]:
        """Do what the words say (`parked`, `retry ID`, `discard ID`): exit status and lines."""
        match words:
            case ["parked"]:
                return 0, await self._shown()
            case ["retry", identifier]:
                done = await self._due_work.release(identifier)
                return _answer(identifier, "It is tried again.", done=done)
            case ["discard", identifier]:
                done = await self._due_work.discard(identifier)
                return _answer(identifier, "It is given up.", done=done)
        return 2, ["Say `parked`, `retry ID` or `discard ID`."]

    async def _shown(self) -> list[str]:
        parked = await self._due_work.parked(_MOST_SHOWN)
        entities = await self._entities.find(
            {"consumer": {"$gt": ""}}, sort=[("consumer", 1), ("parkedAt", 1)], limit=_MOST_SHOWN
        )
        lines = [_line(one) for one in parked]
        lines += [
            f"events of {one['entity']} for {one['consumer']}: {one['events']}  {one['error']}"
            for one in entities
        ]
        return lines or ["Nothing is parked."]


def _line(parked: ParkedItem) -> str:
    item = parked.item
    return f"{item.identifier}  {item.kind}  due {item.due_at.isoformat()}  {parked.error}"


def _answer(identifier: str, success: str, *, done: bool) -> tuple[int, list[str]]:
    return (0, [success]) if done else (1, [f"Nothing is parked under {identifier}."])
