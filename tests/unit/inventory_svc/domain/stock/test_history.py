"""The stock as it was is what it was, whatever happened since."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.rules.rule import Share
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.history import draws_at, positions_at
from inventory_svc.domain.stock.position import Position, PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.plans import PLACES, POSITIONS, a_line, a_plan, command_of, small
from tests.support.rentals import a_rental
from tests.support.stock import NOW, InMemoryStock

SHIRT = PositionKey("shirt", "S1")
HALF_OF_ALL = rule.a_rule("half", Share(percent=50))

a_drawing = st.one_of(
    st.tuples(st.just("hold"), a_line, st.sampled_from(PLACES), st.integers(1, 9)),
    st.tuples(st.just("allocate"), st.lists(a_line, min_size=1, max_size=2), st.just(PLACES)),
    st.tuples(
        st.sampled_from(["consume", "ring up", "release", "short", "expire", "order"]), small, small
    ),
)


@settings(max_examples=200, deadline=None)
@given(a_plan, st.data())
def test_taking_back_the_ledger_gives_the_stock_of_each_moment(
    plan: list[list[tuple[object, ...]]], data: st.DataObject
) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, rule.a_policy(HALF_OF_ALL))
    seen: list[tuple[dict[PositionKey, Position], dict[ShareKey, ShareDraw]]] = []
    moments: list[datetime] = []
    for group in plan:
        stock.commit(*(each for action in group if (each := command_of(action, stock)) is not None))
        moments.append(clock.now())
        seen.append((dict(stock.positions), dict(stock.draws)))
        clock.advance(timedelta(minutes=1))

    at = data.draw(st.integers(0, len(moments) - 1))
    moment, (positions, draws) = moments[at], seen[at]
    since = [each for each in stock.ledger if each.occurred_at > moment]
    then = {each.key: each for each in positions_at(stock.positions.values(), since, moment)}

    for key, position in then.items():
        known = positions.get(key, Position(key))
        assert (position.on_hand, position.allocated) == (known.on_hand, known.allocated)
        assert position.held(moment) == known.held(moment)
        assert position.pace == known.pace
    kept = {each.key: each for each in draws_at(stock.draws.values(), since)}
    for share, draw in kept.items():
        before = draws.get(share, ShareDraw(share))
        assert draw.allocated == before.allocated
        assert sum(h.quantity for h in draw.holds if h.expires_at > moment) == sum(
            h.quantity for h in before.holds if h.expires_at > moment
        )


@settings(max_examples=200, deadline=None)
@given(st.lists(a_drawing, min_size=1, max_size=12))
def test_what_was_drawn_of_a_share_since_a_count_is_known_of_each_moment(
    plan: list[tuple[object, ...]],
) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, rule.a_policy(HALF_OF_ALL))
    stock.commit(*(build.a_count(key, 9) for key in POSITIONS))
    seen: list[tuple[datetime, int]] = []
    for action in plan:
        seen.append((clock.now(), drawn(stock, stock.draws.values(), clock.now())))
        clock.advance(timedelta(minutes=1))
        command = command_of(action, stock)
        stock.commit(*(() if command is None else (command,)))

    for moment, known in seen:
        since = [each for each in stock.ledger if each.occurred_at > moment]
        assert drawn(stock, draws_at(stock.draws.values(), since), moment) == known


def test_a_rental_of_what_was_kept_is_taken_back_from_a_share() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, rule.a_policy(HALF_OF_ALL))
    stock.commit(build.a_registration(("p1", SHIRT), ("p2", SHIRT)))
    stock.commit(build.a_purchase("p1", SHIRT))
    (before,) = stock.draws.values()
    movements = len(stock.ledger)
    clock.advance(timedelta(minutes=1))

    stock.commit(a_rental("p1", "S1", next(iter(stock.reservations))))

    assert draws_at(stock.draws.values(), stock.ledger[movements:]) == [
        replace(before, version=before.version + 1)
    ]


def test_a_sale_of_what_drew_on_two_shares_is_taken_back_from_both() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, rule.a_policy(HALF_OF_ALL))
    _, held = stock.commit(build.a_count(SHIRT, 9), build.a_hold("shirt", 2))
    assert held.reservation is not None
    (peg,) = held.reservation.pegs
    (draw,) = stock.draws.values()
    other = replace(draw, key=draw.key._replace(rule="other"))
    both = replace(held.reservation, pegs=(peg, replace(peg, share="other")))
    stock.draws[other.key] = other
    stock.reservations[both.identifier] = both
    movements = len(stock.ledger)
    clock.advance(timedelta(minutes=1))

    stock.commit(build.a_sale_of(both, SHIRT, 5))

    assert [each.on_hand for each in stock.ledger[movements:]] == [-2, -2, -1]
    for was in draws_at(stock.draws.values(), stock.ledger[movements:]):
        assert (was.holds, was.shipped) == (draw.holds, ())


def drawn(stock: InMemoryStock, draws: Iterable[ShareDraw], moment: datetime) -> int:
    """Give all that counts as drawn at a moment, whatever was counted before it."""
    return sum(draw.drawn(moment, lambda key: stock.positions[key].counted_at) for draw in draws)
