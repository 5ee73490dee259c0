"""Reading what is on its way, and who waits for it, for a group of stock commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import (
    AnnounceInbound,
    ReceiveInbound,
    ReserveStock,
    SettleInbound,
    StockCommand,
)
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.supply import Queue
from inventory_svc.mongo.collections import INBOUND_SUPPLIES, RESERVATIONS
from inventory_svc.mongo.inbound_documents import inbound_from_document
from inventory_svc.mongo.slices import made_of
from inventory_svc.mongo.stock_documents import reservation_from_document
from service_kit.storage.database import Database, Document, Session

MOST_WAITING: Final = 200
"""Reservations that one command changes; it is given again for the others."""

_IN_ORDER: Final = (("queue", 1),)
_LATEST_FIRST: Final = (("queue", -1),)


@dataclass(slots=True)
class Queues:
    """Who waits for what the commands are about, by the places of the commands."""

    now: datetime
    by_place: dict[int, Queue] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)

    def add(self, place: int, found: Iterable[Reservation], *, whole: bool) -> None:
        """Add those who wait for what one command is about."""
        known = self.by_place.get(place, Queue())
        read = {each.identifier: each for each in found}
        self.reservations |= read
        names = tuple(dict.fromkeys((*known.reservations, *read)))
        self.by_place[place] = Queue(names, known.whole and whole)


class InboundReads:
    """The reads of one commit; all but the destinations happen inside its transaction."""

    def __init__(self, database: Database) -> None:
        self._supplies = database.collection(INBOUND_SUPPLIES.name)
        self._reservations = database.collection(RESERVATIONS.name)

    async def destinations(
        self, wanted: Iterable[tuple[str, Condition]], session: Session | None = None
    ) -> Mapping[tuple[str, Condition], frozenset[str]]:
        """Give, for items in a condition, the locations to which some are on their way."""
        found = await self._supplies.find(
            _live(wanted),
            projection={"_id": 0, "sku": 1, "condition": 1, "location": 1},
            session=session,
        )
        coming: dict[tuple[str, Condition], set[str]] = {}
        for document in found:
            item = (document["sku"], Condition(document["condition"]))
            coming.setdefault(item, set()).add(document["location"])
        return {item: frozenset(locations) for item, locations in coming.items()}

    async def read(
        self,
        commands: Sequence[StockCommand],
        reservations: Iterable[Reservation],
        session: Session,
    ) -> dict[InboundKey, InboundSupply]:
        """Read the supplies that the commands and reservations name or may take from."""
        named = {key.identifier for command in commands for key in _named(command)}
        named.update(row.supply.identifier for each in reservations for row in each.awaited)
        supplies: list[Document] = []
        if named:
            wanted: Document = {"_id": {"$in": sorted(named)}}
            supplies.extend(await self._supplies.find(wanted, session=session))
        items = {item for command in commands for item in _items(command)}
        if items:
            supplies.extend(await self._supplies.find(_live(items), session=session))
        return {each.key: each for each in await made_of(supplies, inbound_from_document)}

    async def queues(
        self,
        commands: Sequence[StockCommand],
        inbound: Mapping[InboundKey, InboundSupply],
        now: datetime,
        session: Session,
    ) -> Queues:
        """Read who waits for what comes or has changed, up to a bound for each command."""
        queues = Queues(now)
        for place, command in enumerate(commands):
            if isinstance(command, ReceiveInbound):
                await self._who_gets(place, command, queues, session)
            elif isinstance(command, SettleInbound):
                supply = inbound.get(command.supply)
                if supply is not None:
                    await self._who_is_touched(place, supply, queues, session)
        return queues

    async def _who_gets(
        self, place: int, command: ReceiveInbound, queues: Queues, session: Session
    ) -> None:
        """Read those who wait for the supply itself, then all others at its position."""
        own = await self._waiting(command.supply.identifier, queues, session)
        whole = len(own) < MOST_WAITING
        queues.add(place, own, whole=whole)
        if whole:
            others = await self._waiting(command.supply.position.identifier, queues, session)
            queues.add(place, others, whole=len(others) < MOST_WAITING)

    async def _who_is_touched(
        self, place: int, supply: InboundSupply, queues: Queues, session: Session
    ) -> None:
        """Read the latest who came if too much was promised, and those who have an old date."""
        name = supply.key.identifier
        if supply.missing(queues.now):
            latest = await self._waiting(name, queues, session, _LATEST_FIRST)
            queues.add(place, latest, whole=len(latest) < MOST_WAITING)
        old = {"supply": name, "availableFrom": {"$ne": supply.available_from}}
        outdated: Document = {"awaited": {"$elemMatch": old}}
        found = await self._waiting(name, queues, session, more=outdated)
        queues.add(place, found, whole=len(found) < MOST_WAITING)

    async def _waiting(
        self,
        awaited: str,
        queues: Queues,
        session: Session,
        order: Sequence[tuple[str, int]] = _IN_ORDER,
        more: Document | None = None,
    ) -> list[Reservation]:
        unended = [{"expiresAt": None}, {"expiresAt": {"$gt": queues.now}}]
        wanted: Document = {"awaits": awaited, "state": "ACTIVE", "$or": unended, **(more or {})}
        found = await self._reservations.find(
            wanted, sort=order, limit=MOST_WAITING, session=session
        )
        return [reservation_from_document(document) for document in found]


def _named(command: StockCommand) -> Iterable[InboundKey]:
    match command:
        case AnnounceInbound():
            return [line.announcement.key for line in command.lines]
        case ReceiveInbound() | SettleInbound():
            return [command.supply]
        case _:
            return ()


def _items(command: StockCommand) -> Iterable[tuple[str, Condition]]:
    """Give the items of which everything on its way matters."""
    match command:
        case ReserveStock() if command.until is not None:
            return [(line.sku, line.condition) for line in command.lines]
        case ReceiveInbound() | SettleInbound():
            position: PositionKey = command.supply.position
            return [(position.sku, position.condition)]
        case _:
            return ()


def _live(items: Iterable[tuple[str, Condition]]) -> Document:
    wanted = set(items)
    return {
        "sku": {"$in": sorted({sku for sku, _ in wanted})},
        "condition": {"$in": sorted({condition.value for _, condition in wanted})},
        "live": True,
    }
