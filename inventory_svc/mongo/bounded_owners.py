"""Reservations of owners who may have no more than so much kept.

Two reservations of one owner may be of goods that have nothing in common, so that no position
tells of the one that the other commits. Each therefore writes the owner's guard.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from inventory_svc.domain.stock.commands import ReserveStock, StockCommand
from inventory_svc.domain.stock.draft import ReservationChange
from inventory_svc.domain.stock.reservation import Reservation, ReservationState
from inventory_svc.mongo.collections import RESERVATION_GUARDS, RESERVATIONS
from inventory_svc.mongo.item_units import ItemUnits
from inventory_svc.mongo.stock_documents import reservation_from_document
from retail_kit.quantities import Unit
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, Session, UpdateOne


class BoundedOwners:
    """What is kept for them, and the guard by which their commits meet."""

    def __init__(self, database: Database) -> None:
        self._reservations = database.collection(RESERVATIONS.name)
        self._guards = database.collection(RESERVATION_GUARDS.name)
        self._units = ItemUnits(database)

    async def kept(
        self, commands: Iterable[StockCommand], now: datetime, session: Session
    ) -> dict[str, tuple[Reservation, ...]]:
        """Give what is kept for a time, by the owners of the commands whom an allowance binds."""
        owners = _bounded(commands)
        if not owners:
            return {}
        found = await self._reservations.find(
            {
                "owner": {"$in": sorted(owners)},
                "state": ReservationState.ACTIVE.value,
                "expiresAt": {"$gt": now},
            },
            session=session,
        )
        kept: dict[str, tuple[Reservation, ...]] = {}
        for reservation in map(reservation_from_document, found):
            kept[reservation.owner] = (*kept.get(reservation.owner, ()), reservation)
        return kept

    async def item_units(
        self,
        commands: Iterable[StockCommand],
        kept: Mapping[str, Iterable[Reservation]],
        session: Session,
    ) -> Mapping[str, Unit]:
        """Give what the items count in that those owners want or have."""
        owners = _bounded(commands)
        owned = [each for owner in owners for each in kept.get(owner, ())]
        skus = {row.position.sku for each in owned for row in each.everything}
        for command in commands:
            if isinstance(command, ReserveStock) and command.owner in owners:
                skus.update(line.sku for line in command.lines)
        return await self._units.of(skus, session) if skus else {}

    async def guard(
        self,
        commands: Iterable[StockCommand],
        changes: Sequence[ReservationChange],
        session: Session,
    ) -> None:
        """Let of two commits that keep something for one owner only the first one through."""
        new = {change.after.owner for change in changes if change.before is None}
        writes = [
            UpdateOne(
                {"_id": derived_identifier("reservation-owner", owner)},
                {"$inc": {"version": 1}, "$set": {"schemaVersion": 1}},
                upsert=True,
            )
            for owner in sorted(new & _bounded(commands))
        ]
        if writes:
            await self._guards.bulk_write(writes, session=session)


def _bounded(commands: Iterable[StockCommand]) -> set[str]:
    return {
        command.owner
        for command in commands
        if isinstance(command, ReserveStock) and command.allowance is not None
    }
