"""The stock as it was is what it was, whatever happened since."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.history import draws_at, positions_at
from inventory_svc.domain.stock.position import Position, PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support.plans import a_plan, command_of
from tests.support.stock import NOW, InMemoryStock


@settings(max_examples=200, deadline=None)
@given(a_plan, st.data())
def test_taking_back_the_ledger_gives_the_stock_of_each_moment(
    plan: list[list[tuple[object, ...]]], data: st.DataObject
) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, rule.a_policy(rule.half_of_all()))
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
