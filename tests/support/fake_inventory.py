"""Inventory in memory, for tests of orders; it passes the contract that the real one passes."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from order_svc.domain.fulfilments.fulfilment import Place
from order_svc.domain.orders.allocation import AllocatedLine, Allocation
from order_svc.domain.orders.awaiting import Standing, StandingLine
from order_svc.domain.stock_effects import ConsumeStock, CorrectStock, ReleaseStock, StockLine
from order_svc.ports import AllocationRequest, InventoryUnavailable, WantedLine
from retail_kit.money import Money
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.graphql.global_ids import to_global_id

T = TypeVar("T")
Peg = tuple[str, str]
"""A line of a reservation at a location."""


@dataclass
class Reserved:
    """What a reservation keeps, and of which items."""

    skus: dict[str, str]
    pegs: Counter[Peg] = field(default_factory=Counter)


@dataclass
class FakeInventory:
    """Stock by item and location; locations come in the order in which they got stock.

    `away` calls fail before they do anything, `mute` calls fail after they have done it.
    """

    on_hand: Counter[tuple[str, str]] = field(default_factory=Counter)
    allocated: Counter[tuple[str, str]] = field(default_factory=Counter)
    locations: dict[str, None] = field(default_factory=dict)
    reservations: dict[str, Reserved] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)
    tombstones: set[tuple[str, str]] = field(default_factory=set)
    allocations: dict[tuple[str, str], str] = field(default_factory=dict)
    pieces: dict[str, tuple[str, Money | None]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    away: int = 0
    mute: int = 0

    def give(self, sku: str, location: str, quantity: int) -> None:
        self.locations[location] = None
        self.on_hand[sku, location] = quantity

    def give_piece(self, sku: str, location: str, serial: str, price: Money | None) -> None:
        self.locations[location] = None
        self.on_hand[sku, location] += 1
        self.pieces[serial] = (location, price)

    def available(self, sku: str) -> int:
        return sum(self._free(sku, location) for location in self.locations)

    async def allocate(self, request: AllocationRequest) -> Allocation:
        return self._once(
            "allocate", request.order_id, request.key, request, lambda: self._allocate(request)
        )

    async def standing(self, reservation_id: str) -> Standing:
        reserved = self.reservations.get(reservation_id)
        pegs = {} if reserved is None else reserved.pegs
        return Standing(
            reservation_id,
            1,
            tuple(
                StandingLine(line_id, Place(to_global_id("Location", code), code), units)
                for (line_id, code), units in pegs.items()
            ),
        )

    async def prices_of_pieces(self, serials: Collection[str]) -> Mapping[str, Money]:
        if self.away:
            self.away -= 1
            raise InventoryUnavailable("The fake is away.")
        known = {serial: self.pieces[serial][1] for serial in serials if serial in self.pieces}
        return {serial: price for serial, price in known.items() if price is not None}

    async def withdraw(self, key: str, order_id: str) -> None:
        self._once("withdraw", "", f"{key}.withdrawn", key, lambda: self._withdraw(order_id, key))

    async def consume(self, effect: ConsumeStock) -> None:
        self._once("consume", "", effect.key, effect, lambda: self._consume(effect))

    async def release(self, effect: ReleaseStock) -> None:
        self._once("release", "", effect.key, effect, lambda: self._free_up(effect, effect.lines))

    async def correct(self, effect: CorrectStock) -> None:
        self._once("correct", "", effect.key, effect, lambda: self._correct(effect))

    def _once(self, call: str, scope: str, key: str, asked: Any, do: Callable[[], T]) -> T:
        self.calls.append(call)
        if self.away:
            self.away -= 1
            raise InventoryUnavailable("The fake is away.")
        if (scope, key) not in self.answers:
            try:
                answer: Any = do()
            except RefusedAll as refused:
                answer = refused
            self.answers[scope, key] = (asked, answer)
        if self.mute:
            self.mute -= 1
            raise InventoryUnavailable("The fake has done it and says nothing.")
        known, answer = self.answers[scope, key]
        if known != asked:
            raise RefusedAll([Refusal("IDEMPOTENCY_KEY_REUSED", "Another input.")])
        if isinstance(answer, RefusedAll):
            raise answer
        result: T = answer
        return result

    def _free(self, sku: str, location: str) -> int:
        return max(0, self.on_hand[sku, location] - self.allocated[sku, location])

    def _allocate(self, request: AllocationRequest) -> Allocation:
        named = (request.order_id, request.key)
        if named in self.tombstones:
            raise RefusedAll([Refusal("RESERVATION_TOMBSTONED", "Released before.")])
        where = [one for one in self.locations if one not in request.excluded_locations]
        pieces = self._named(request)
        rest = replace(request, lines=tuple(one for one in request.lines if one.serial is None))
        pegs = pieces + (self._whole(rest, where) or self._by_line(rest, where))
        reservation_id = f"reservation-{len(self.reservations) + 1}"
        reserved = Reserved({line.line_id: line.sku for line in request.lines})
        for line_id, location, quantity in pegs:
            self.allocated[reserved.skus[line_id], location] += quantity
            reserved.pegs[line_id, location] += quantity
        self.reservations[reservation_id] = reserved
        self.allocations[named] = reservation_id
        return Allocation(
            reservation_id,
            tuple(
                AllocatedLine(line_id, quantity, Place(to_global_id("Location", code), code))
                for line_id, code, quantity in pegs
            ),
        )

    def _named(self, request: AllocationRequest) -> list[tuple[str, str, int]]:
        pegs = []
        for index, line in enumerate(request.lines):
            path = ("input", "lines", str(index), "serial")
            if line.serial is not None and line.serial not in self.pieces:
                raise RefusedAll([Refusal("UNKNOWN_UNIT", "Unknown.", path=path)])
            if line.serial in self.kept:
                raise RefusedAll([Refusal("UNIT_NOT_AVAILABLE", "Kept.", path=path)])
            if line.serial is not None:
                self.kept.add(line.serial)
                pegs.append((line.line_id, self.pieces[line.serial][0], 1))
        return pegs

    def _whole(self, request: AllocationRequest, where: list[str]) -> list[tuple[str, str, int]]:
        wanted: Counter[str] = Counter()
        for line in request.lines:
            wanted[line.sku] += line.quantity
        for location in where:
            if all(self._free(sku, location) >= quantity for sku, quantity in wanted.items()):
                return [(line.line_id, location, line.quantity) for line in request.lines]
        return []

    def _by_line(self, request: AllocationRequest, where: list[str]) -> list[tuple[str, str, int]]:
        taken: Counter[tuple[str, str]] = Counter()
        pegs = []
        for index, line in enumerate(request.lines):
            left = line.quantity
            enough = [one for one in where if self._free(line.sku, one) >= left]
            for location in enough or where:
                free = self._free(line.sku, location) - taken[line.sku, location]
                units = min(left, free)
                if units > 0:
                    taken[line.sku, location] += units
                    pegs.append((line.line_id, location, units))
                    left -= units
            if left:
                raise RefusedAll([self._insufficient(line, index, where)])
        return pegs

    def _insufficient(self, line: WantedLine, index: int, where: list[str]) -> Refusal:
        available = sum(self._free(line.sku, location) for location in where)
        return Refusal(
            "INSUFFICIENT_STOCK",
            f"{line.quantity} of {line.sku} were wanted and {available} can be promised.",
            path=("input", "lines", str(index), "quantity"),
            params={
                "sku": line.sku,
                "requested": str(line.quantity),
                "available": str(available),
            },
        )

    def _withdraw(self, order_id: str, key: str) -> None:
        reservation_id = self.allocations.get((order_id, key))
        if reservation_id is None:
            self.tombstones.add((order_id, key))
            return
        reserved = self.reservations[reservation_id]
        for (line_id, location), units in reserved.pegs.items():
            self.allocated[reserved.skus[line_id], location] -= units
            reserved.pegs[line_id, location] = 0

    def _consume(self, effect: ConsumeStock) -> None:
        reserved = self._reserved(effect)
        for line in effect.lines:
            peg = (line.line_id, line.location_code)
            if peg not in reserved.pegs:
                raise RefusedAll([Refusal("NOT_FOUND", "Nothing was kept for this line.")])
            key = (reserved.skus[line.line_id], line.location_code)
            kept = min(line.quantity, reserved.pegs[peg])
            reserved.pegs[peg] -= kept
            self.allocated[key] -= kept
            self.on_hand[key] -= min(line.quantity, self.on_hand[key])

    def _correct(self, effect: CorrectStock) -> None:
        reserved = self._free_up(effect, (effect.line,))
        key = (reserved.skus[effect.line.line_id], effect.line.location_code)
        self.on_hand[key] = effect.counted + self.allocated[key]

    def _reserved(self, effect: ConsumeStock | ReleaseStock | CorrectStock) -> Reserved:
        reserved = self.reservations.get(effect.reservation_id)
        if reserved is None:
            raise RefusedAll([Refusal("NOT_FOUND", "There is no such reservation.")])
        return reserved

    def _free_up(
        self, effect: ConsumeStock | ReleaseStock | CorrectStock, lines: tuple[StockLine, ...]
    ) -> Reserved:
        reserved = self._reserved(effect)
        for line in lines:
            if reserved.pegs[line.line_id, line.location_code] < line.quantity:
                raise RefusedAll([Refusal("RESERVATION_LINE_EXCEEDED", "More than is kept.")])
        for line in lines:
            reserved.pegs[line.line_id, line.location_code] -= line.quantity
            self.allocated[reserved.skus[line.line_id], line.location_code] -= line.quantity
        return reserved
