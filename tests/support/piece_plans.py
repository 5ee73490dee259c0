"""Plans of commands about pieces among other stock commands, and the books that must agree."""

from datetime import timedelta

from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import StockCommand, UnitExit, UnitsMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.rental_commands import UnitTurn
from inventory_svc.domain.stock.units.unit import ReadPoint
from tests.support import rentals
from tests.support import stock as build
from tests.support.plans import PLACES, POSITIONS, a_position, an_action, command_of
from tests.support.stock import InMemoryStock

WORN = PositionKey("shirt", "S1", Condition.USED_B)
JUDGED = (Condition.NEW, Condition.USED_A, Condition.USED_B)
ALL_POSITIONS = [key._replace(condition=condition) for key in POSITIONS for condition in JUDGED]
SERIALS = ("p1", "p2", "p3", "p4")

a_serial = st.sampled_from(SERIALS)
a_place = st.sampled_from(PLACES)
an_action_on_pieces = st.one_of(
    st.tuples(
        st.just("register"),
        st.lists(st.tuples(a_serial, st.one_of(a_position, st.just(WORN))), min_size=1, max_size=3),
        st.sampled_from(UnitsMode),
    ),
    st.tuples(st.just("buy"), a_serial, st.one_of(st.none(), st.integers(1, 3))),
    st.tuples(st.just("withdraw"), a_serial, a_place, st.sampled_from(UnitExit)),
    st.tuples(
        st.just("read"),
        st.lists(a_serial, min_size=1, max_size=3),
        a_place,
        st.sampled_from(ReadPoint),
        st.integers(-3, 0),
    ),
)
HERE = "HERE"
a_place_or_here = st.sampled_from((HERE, HERE, *PLACES))
"""Mostly where the piece is: plans of any places hardly ever come to the end of a rental."""
a_step_of_a_rental = st.one_of(
    st.tuples(st.just("rent"), a_serial, a_place_or_here, st.booleans()),
    st.tuples(st.just("turn"), a_serial, a_place_or_here, st.sampled_from(UnitTurn)),
    st.tuples(st.just("restore"), a_serial, a_place_or_here, st.sampled_from(JUDGED)),
)
a_plan_with_pieces = st.lists(
    st.lists(
        st.one_of(an_action_on_pieces, a_step_of_a_rental, a_step_of_a_rental, an_action),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=8,
)


def command_with_pieces(action: tuple[object, ...], stock: InMemoryStock) -> StockCommand | None:
    """Give the command of an action; None when there is nothing to do it to."""
    now = stock.clock.now()
    match action:
        case ("register", list(pieces), UnitsMode() as mode):
            return build.a_registration(*pieces, mode=mode)
        case ("buy", str(serial), minutes) if serial in stock.units:
            end = now + timedelta(minutes=minutes) if isinstance(minutes, int) else None
            position = stock.units[serial].position
            return build.a_purchase(serial, position, expires_at=end, among=PLACES)
        case ("withdraw", str(serial), str(place), UnitExit() as reason):
            return build.a_withdrawal(serial, place, reason)
        case ("read", list(serials), str(place), ReadPoint() as point, int(minutes)):
            at = now + timedelta(minutes=minutes)
            return build.some_reads(place, *serials, at=at, point=point)
        case ("buy", *_):
            return None
        case ("rent" | "turn" | "restore", *_):
            return _step_of_a_rental(action, stock)
    return command_of(action, stock)


def _step_of_a_rental(action: tuple[object, ...], stock: InMemoryStock) -> StockCommand:
    name, serial, place, how = action
    unit = stock.units.get(str(serial))
    location = unit.position.location if unit is not None and place == HERE else str(place)
    match name, how:
        case "turn", UnitTurn():
            return rentals.a_turn(str(serial), location, how)
        case "restore", Condition():
            return rentals.a_restoration(str(serial), location, how)
    kept = unit.claim if unit is not None and how else None
    return rentals.a_rental(str(serial), location, None if kept is None else kept.reservation_id)
