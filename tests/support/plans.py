"""Plans of stock commands for properties: groups of actions, made commands as the stock stands."""

from datetime import timedelta

from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import FeedMode, StockCommand
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.unavailable import Disposition
from tests.support import stock as build
from tests.support.stock import InMemoryStock

SKUS = ("shirt", "hat")
PLACES = ("W1", "S1")
POSITIONS = [PositionKey(sku, place) for sku in SKUS for place in PLACES]

small = st.integers(0, 6)
a_position = st.sampled_from(POSITIONS)
a_line = st.tuples(st.sampled_from(SKUS), st.integers(1, 4))
an_action = st.one_of(
    st.tuples(st.just("count"), a_position, small),
    st.tuples(st.just("delta"), a_position, st.integers(-4, 4)),
    st.tuples(st.just("sell"), a_position, st.integers(-1, 4)),
    st.tuples(
        st.just("allocate"), st.lists(a_line, min_size=1, max_size=3), st.permutations(PLACES)
    ),
    st.tuples(st.just("hold"), a_line, st.sampled_from(PLACES), st.integers(1, 3)),
    st.tuples(
        st.just("declare"), a_position, st.integers(-3, 3), st.sampled_from(list(Disposition))
    ),
    st.tuples(st.just("look"), a_position, small),
    st.tuples(st.just("consume"), small, small),
    st.tuples(st.just("release"), small, small),
    st.tuples(st.just("short"), small, small),
    st.tuples(st.just("expire"), small, small),
    st.tuples(st.just("order"), small, small),
    st.tuples(st.just("ring up"), small, small),
)
a_plan = st.lists(st.lists(an_action, min_size=1, max_size=5), min_size=1, max_size=8)


def command_of(action: tuple[object, ...], stock: InMemoryStock) -> StockCommand | None:
    """Give the command of an action; None when there is nothing to do it to."""
    match action:
        case ("count", PositionKey() as key, int(units)):
            return build.a_count(key, units, at=stock.clock.now())
        case ("delta", PositionKey() as key, int(units)):
            return build.a_feed(FeedMode.DELTA, (key, units))
        case ("sell", PositionKey() as key, int(units)) if units:
            return build.an_adjustment(key, -units, reason=AdjustmentReason.SALE)
        case ("declare", PositionKey() as key, int(units), Disposition() as why) if units:
            return build.a_declaration(key, units, why)
        case ("look", PositionKey() as key, int(units)):
            return build.a_shelf_count(key, units)
        case ("allocate", list(lines), list(places) | tuple(places)):
            return build.an_allocation(*lines, among=places)
        case ("hold", (str(sku), int(units)), str(place), int(minutes)):
            end = stock.clock.now() + timedelta(minutes=minutes)
            return build.a_hold(sku, units, at=place, expires_at=end)
        case (str(ending), int(which), int(units)) if stock.reservations:
            return ending_of(ending, which, units, stock)
    return None


def ending_of(ending: str, which: int, units: int, stock: InMemoryStock) -> StockCommand | None:
    """Give the command that ends something of a reservation."""
    known = [each for each in stock.reservations.values() if each.pegs]
    if not known:
        return None
    reservation = known[which % len(known)]
    asked = (units, *[0] * (len(reservation.pegs) - 1))
    match ending:
        case "consume":
            return build.a_consumption(reservation, *asked) if units else None
        case "release":
            return build.a_release(reservation, *asked) if units else build.a_release(reservation)
        case "short":
            return build.a_shortage(reservation, max(1, units), counted=which)
        case "order":
            both = list(dict.fromkeys((which % len(known), units % len(known))))
            skus = {known[at].pegs[0].position.sku for at in both}
            lines = [(sku, max(1, units)) for sku in sorted(skus)]
            right = ReleaseRight("ann", others=True)
            return build.an_order_of([known[at] for at in both], *lines, among=PLACES, right=right)
        case "ring up":
            return build.a_sale_of(reservation, reservation.pegs[0].position, max(1, units))
    return build.an_expiry(reservation)
