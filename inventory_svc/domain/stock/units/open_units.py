"""The pieces while commands are decided over them: every change is a step of their history."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.history import UnitStep, UnitStepKind
from inventory_svc.domain.stock.units.unit import SerialUnit, UnitState

CountPiece: TypeAlias = Callable[[PositionKey, int], None]
"""Has a position count so many pieces more."""


class UnitChange(NamedTuple):
    """A piece before (None: nobody knew it) and after a commit."""

    before: SerialUnit | None
    after: SerialUnit


class CausedBy(Protocol):
    """Why a piece changes: the command, and who gave it."""

    @property
    def command(self) -> str:
        """The command."""

    @property
    def actor(self) -> str:
        """Who gave it."""


class OpenUnits:
    """The pieces of a draft; what their positions count of them follows by itself.

    The units on hand are for whoever changes a piece to move.
    """

    def __init__(
        self,
        read: Mapping[str, SerialUnit],
        tags: Mapping[str, str],
        now: datetime,
        count: CountPiece,
    ) -> None:
        self._read = read
        self._read_tags = tags
        self._now = now
        self._count = count
        self._changed: dict[str, SerialUnit] = {}
        self._tags: dict[str, str | None] = {}
        self._steps: list[UnitStep] = []

    def find(self, serial: str) -> SerialUnit | None:
        """Give a piece as the commands so far have left it."""
        return self._changed.get(serial) or self._read.get(serial)

    def tagged(self, epc: str) -> SerialUnit | None:
        """Give the piece that bears a tag."""
        serial = self._tags[epc] if epc in self._tags else self._read_tags.get(epc)
        return None if serial is None else self.find(serial)

    def free_at(self, key: PositionKey) -> list[SerialUnit]:
        """Give the pieces of a position that are nobody's, as far as they were read, by serial."""
        known = {**self._read, **self._changed}
        return [
            known[serial]
            for serial in sorted(known)
            if known[serial].position == key
            and known[serial].state_at(self._now) is UnitState.IN_STOCK
        ]

    def see(self, unit: SerialUnit) -> None:
        """Keep where a tag was read, or that somebody said so again; nothing else changes."""
        self._changed[unit.serial] = unit

    def step(
        self,
        unit: SerialUnit,
        kind: UnitStepKind,
        cause: CausedBy,
        effective_at: datetime | None = None,
    ) -> None:
        """Change a piece and write that into its history."""
        before, first = self.find(unit.serial), self._read.get(unit.serial)
        self._recount(before, unit)
        steps = 1 if before is None else before.steps + 1
        version = 1 if first is None else first.version + 1
        self._changed[unit.serial] = replace(unit, version=version, steps=steps)
        effective = effective_at or self._now
        self._steps.append(
            UnitStep(
                serial=unit.serial,
                number=steps,
                kind=kind,
                state=unit.state,
                position=unit.position,
                claim=unit.claim,
                cause=cause.command,
                actor=cause.actor,
                occurred_at=self._now,
                effective_at=effective,
                uses=unit.uses,
            )
        )

    def changes(self) -> Iterator[UnitChange]:
        """Give the pieces that are to be written."""
        for serial, after in self._changed.items():
            yield UnitChange(self._read.get(serial), after)

    def history(self) -> tuple[UnitStep, ...]:
        """Give the new lines of the histories."""
        return tuple(self._steps)

    def _recount(self, before: SerialUnit | None, after: SerialUnit) -> None:
        if before is not None and before.is_on_hand:
            self._count(before.position, -1)
        if after.is_on_hand:
            self._count(after.position, 1)
        if before is not None and before.epc is not None:
            self._tags[before.epc] = None
        if after.epc is not None:
            self._tags[after.epc] = after.serial
