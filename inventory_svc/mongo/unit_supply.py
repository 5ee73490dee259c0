"""Reading the pieces with a serial number that a group of stock commands may draw on."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import (
    ConsumeReservation,
    RecordReads,
    RegisterUnits,
    ReserveStock,
    StockCommand,
    WithdrawUnit,
)
from inventory_svc.domain.stock.deciding.pieces import MOST_PIECES
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.rental_commands import RentUnit, RestoreUnit, TurnUnit
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.units.unit import SerialUnit
from inventory_svc.mongo.unit_reads import MongoUnitReads
from service_kit.storage.database import Session

_FEW_PIECES = 200
"""Pieces that a position may have to be asked for the free ones together with others."""


@dataclass(frozen=True, slots=True)
class NamedUnits:
    """The pieces that commands and reservations name, by serial; serials by the code of a tag."""

    units: Mapping[str, SerialUnit] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def positions(self, commands: Sequence[StockCommand]) -> Iterator[PositionKey]:
        """Give where the pieces are, and where they may have come to: by a read, or refurbished."""
        yield from (unit.position for unit in self.units.values())
        for command in commands:
            if isinstance(command, RecordReads):
                for read in command.lines:
                    unit = self.units.get(self.tags.get(read.epc, ""))
                    if unit is not None:
                        yield unit.position._replace(location=command.location)
            elif isinstance(command, RestoreUnit) and command.serial in self.units:
                position = self.units[command.serial].position
                yield position._replace(condition=command.condition)


class UnitSupply:
    """The reads of pieces in one commit; a group that has to do with none makes none."""

    def __init__(self, reads: MongoUnitReads) -> None:
        self._reads = reads

    async def named(
        self,
        commands: Sequence[StockCommand],
        reservations: Iterable[Reservation],
        session: Session,
    ) -> NamedUnits:
        """Read the pieces that are named, by their serial or by their tag."""
        tags = await self._reads.tags(frozenset(_tags_in(commands)), session)
        serials = {*_serials_in(commands, reservations), *tags.values()}
        return NamedUnits(await self._reads.units(serials, session), tags)

    async def free(
        self,
        commands: Sequence[StockCommand],
        reservations: Mapping[str, Reservation],
        positions: Mapping[PositionKey, Position],
        now: datetime,
        session: Session,
    ) -> dict[str, SerialUnit]:
        """Read as many free pieces as may be given to lines that name none, or leave for them."""
        wanted = (
            _wanted_of_any(commands)
            + _waited_for(reservations.values())
            + _leaving(commands, reservations)
        )
        named = sum(1 for _ in _serials_in(commands, ())) + sum(1 for _ in _tags_in(commands))
        limits = {
            key: units + named
            for key, position in positions.items()
            if position.pieces and (units := wanted[key.sku, key.condition])
        }
        together = [key for key in limits if positions[key].pieces <= _FEW_PIECES]
        found: list[SerialUnit] = []
        if len(together) > 1:
            most = max(limits.pop(key) for key in together)
            found.extend(await self._reads.free_among(together, now, most, session))
        for key, limit in limits.items():
            found.extend(await self._reads.free_at(key, now, limit, session))
        return {unit.serial: unit for unit in found}


def _wanted_of_any(commands: Sequence[StockCommand]) -> Counter[tuple[str, Condition]]:
    """Add up what is wanted of any piece; more than one reservation keeps is as good as one more.

    That one tells that there are too many.
    """
    wanted: Counter[tuple[str, Condition]] = Counter()
    for command in commands:
        if isinstance(command, ReserveStock):
            for line in command.lines:
                if line.serial is None:
                    wanted[line.sku, line.condition] += min(line.quantity, MOST_PIECES + 1)
    return wanted


def _waited_for(reservations: Iterable[Reservation]) -> Counter[tuple[str, Condition]]:
    """Add up what reservations wait for, which may come from the shelves."""
    wanted: Counter[tuple[str, Condition]] = Counter()
    for reservation in reservations:
        for row in reservation.awaited:
            wanted[row.position.sku, row.position.condition] += min(row.open, MOST_PIECES)
    return wanted


def _leaving(
    commands: Sequence[StockCommand], reservations: Mapping[str, Reservation]
) -> Counter[tuple[str, Condition]]:
    """Add up what leaves without a name, which may be pieces if no other units are there."""
    leaving: Counter[tuple[str, Condition]] = Counter()
    for command in commands:
        if isinstance(command, ConsumeReservation) and command.reservation_id in reservations:
            units = {(line.line_id, line.location): line.quantity for line in command.lines}
            for peg in reservations[command.reservation_id].pegs:
                if peg.serial is None:
                    place = (peg.line_id, peg.position.location)
                    leaving[peg.position.sku, peg.position.condition] += units.get(place, 0)
    return leaving


def _serials_in(
    commands: Sequence[StockCommand], reservations: Iterable[Reservation]
) -> Iterator[str]:
    for command in commands:
        match command:
            case ReserveStock():
                yield from (line.serial for line in command.lines if line.serial is not None)
            case RegisterUnits():
                yield from (line.serial for line in command.lines)
            case WithdrawUnit() | RentUnit() | TurnUnit() | RestoreUnit():
                yield command.serial
            case _:
                pass
    for reservation in reservations:
        yield from (peg.serial for peg in reservation.pegs if peg.serial is not None)


def _tags_in(commands: Sequence[StockCommand]) -> Iterator[str]:
    for command in commands:
        match command:
            case RegisterUnits():
                yield from (line.epc for line in command.lines if line.epc is not None)
            case RecordReads():
                yield from (read.epc for read in command.lines)
            case _:
                pass
