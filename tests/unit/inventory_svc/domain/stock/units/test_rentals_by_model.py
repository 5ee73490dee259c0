"""Rentals in any order: who is refused, and what can be sold, as a plain model says."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.rental_commands import UnitTurn
from service_kit.runtime.clock import SettableClock
from tests.support import rentals
from tests.support import stock as build
from tests.support.piece_plans import HERE, JUDGED, SERIALS, a_place_or_here, a_serial
from tests.support.plans import PLACES
from tests.support.stock import NOW, InMemoryStock

NEXT = "next"
"""The step that leads on; plans of any steps hardly ever come to the end of a rental."""
ON = {
    "IN_STOCK": "rent",
    "RESERVED": "rent-kept",
    "RENTED": "TAKE_BACK",
    "BACK": "START_REFURBISHMENT",
    "IN_REFURBISHMENT": "restore",
    "WRITTEN_OFF": "TAKE_BACK",
}
NAMES = (*sorted({*ON.values()}), "reserve", "release", "read", "WRITE_OFF")
Action: TypeAlias = tuple[str, str, str, Condition]

an_action = st.tuples(
    st.sampled_from((*NAMES, *[NEXT] * len(NAMES))),
    a_serial,
    a_place_or_here,
    st.sampled_from(JUDGED),
)


@dataclass(slots=True)
class Piece:
    """What the model knows: a state, where, in which condition, and how often it was rented."""

    state: str = "IN_STOCK"
    place: str = "S1"
    condition: Condition = Condition.NEW
    rentals: int = 0
    uses: int = 0
    reservation: str | None = None

    def does(self, action: Action) -> bool:
        """Take a step if it may be taken, and tell whether it was."""
        name, _, place, condition = action
        here, lent = place == self.place, self.rentals > self.uses
        match name, self.state:
            case "reserve", "IN_STOCK":
                self.state = "RESERVED"
            case "release", "RESERVED":
                self.state = "IN_STOCK"
            case ("rent", "IN_STOCK") | ("rent-kept", "RESERVED") if here:
                self.state, self.rentals = "RENTED", self.rentals + 1
            case ("TAKE_BACK", "RENTED" | "WRITTEN_OFF") if lent:
                self.state, self.place, self.uses = "BACK", place, self.uses + 1
            case "START_REFURBISHMENT", "BACK":
                self.state, self.place = "IN_REFURBISHMENT", place
            case ("restore", "IN_REFURBISHMENT") if here and condition is not Condition.NEW:
                self.state, self.condition = "IN_STOCK", condition
            case ("WRITE_OFF", "RENTED" | "BACK" | "IN_REFURBISHMENT") if here:
                self.state = "WRITTEN_OFF"
            case "read", "IN_STOCK" | "BACK" | "IN_REFURBISHMENT":
                self.place = place
            case "read", _:
                pass
            case _:
                return False
        return True


def command_of(action: Action, piece: Piece, now: datetime) -> StockCommand:
    name, serial, place, condition = action
    match name:
        case "reserve":
            key = PositionKey("shirt", piece.place, piece.condition)
            return build.a_purchase(serial, key, among=PLACES)
        case "rent":
            return rentals.a_rental(serial, place)
        case "rent-kept":
            return rentals.a_rental(serial, place, piece.reservation or "r-none")
        case "restore":
            return rentals.a_restoration(serial, place, condition)
        case "read":
            return build.some_reads(place, serial, at=now)
    return rentals.a_turn(serial, place, UnitTurn(name))


def check(stock: InMemoryStock, model: dict[str, Piece]) -> None:
    free = Counter(
        (piece.place, piece.condition) for piece in model.values() if piece.state == "IN_STOCK"
    )
    kept = Counter(
        (piece.place, piece.condition) for piece in model.values() if piece.state == "RESERVED"
    )
    for place in PLACES:
        for condition in JUDGED:
            key = PositionKey("shirt", place, condition)
            assert stock.available(key) == free[place, condition]
            assert stock.counters(key).on_hand == free[place, condition] + kept[place, condition]
    for serial, piece in model.items():
        unit = stock.units[serial]
        assert (unit.state.value, unit.position.location) == (piece.state, piece.place)
        assert (unit.rentals, unit.uses) == (piece.rentals, piece.uses)


@settings(max_examples=400, deadline=None)
@given(st.lists(an_action, min_size=1, max_size=40))
def test_the_stock_says_of_rentals_what_a_plain_model_says(plan: list[Action]) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    start = PositionKey("shirt", "S1")
    stock.commit(build.a_registration(*((serial, start) for serial in SERIALS)))
    model = {serial: Piece() for serial in SERIALS}
    check(stock, model)
    for drawn, serial, place, condition in plan:
        clock.advance(timedelta(seconds=1))
        piece = model[serial]
        name = ON[piece.state] if drawn == NEXT else drawn
        action = (name, serial, piece.place if place == HERE else place, condition)
        if name == "release" and piece.state != "RESERVED":
            continue
        command = (
            build.a_release(stock.reservations[piece.reservation or ""])
            if name == "release"
            else command_of(action, piece, clock.now())
        )
        steps = len(stock.history)

        (decided,) = stock.commit(command)

        if decided.reservation is not None:
            piece.reservation = decided.reservation.identifier
        assert (decided.outcome.refusals == ()) is piece.does(action)
        assert len(stock.history) == steps or not decided.outcome.refusals
        check(stock, model)
