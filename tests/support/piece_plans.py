"""Plans of commands about pieces among other stock commands, and the books that must agree."""

from datetime import timedelta

from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import StockCommand, UnitExit, UnitsMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.unit import ReadPoint
from tests.support import stock as build
from tests.support.plans import PLACES, POSITIONS, a_position, an_action, command_of
from tests.support.stock import InMemoryStock

WORN = PositionKey("shirt", "S1", Condition.USED_B)
ALL_POSITIONS = [*POSITIONS, WORN]
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
a_plan_with_pieces = st.lists(
    st.lists(st.one_of(an_action_on_pieces, an_action), min_size=1, max_size=5),
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
    return command_of(action, stock)
