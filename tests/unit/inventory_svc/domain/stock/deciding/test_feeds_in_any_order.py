"""However late files and their corrections come, the books end at what is there."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import (
    CorrectFeedLines,
    FeedLine,
    FeedMode,
    StockCommand,
)
from inventory_svc.domain.stock.feed_rejection import RejectionState
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.position import PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

SHIRT = PositionKey("shirt", "S1")
AT_FIRST = 60
a_lag = st.integers(0, 12)
an_event = st.one_of(
    st.tuples(st.just("file of deltas"), st.integers(-4, 4), a_lag),
    st.tuples(st.just("file of counts"), st.just(0), a_lag),
    st.tuples(st.just("look at the shelf"), st.just(0), st.just(0)),
    st.tuples(st.just("sell"), st.integers(-3, -1), st.just(0)),
    st.tuples(st.just("send again"), st.just(0), st.just(0)),
)


class Shop:
    """A shelf, and the books that hear of it late; each minute something happens."""

    def __init__(self) -> None:
        self.there = AT_FIRST
        self.clock = SettableClock(NOW)
        self.stock = InMemoryStock(self.clock)
        self._late = defaultdict[datetime, list[StockCommand]](list)
        self._happens: dict[str, Callable[[int, timedelta], None]] = {
            "file of deltas": self._tells_deltas,
            "file of counts": self._tells_counts,
            "look at the shelf": self._looks,
            "sell": self._sells,
            "send again": self._sends_again,
        }

    def minute(self, what: str, units: int = 0, lag: int = 0) -> None:
        """Let something happen of which the books hear so many minutes later."""
        self.clock.advance(timedelta(minutes=1))
        self._happens[what](units, timedelta(minutes=lag))
        for command in self._late.pop(self.clock.now(), ()):
            self._commit(command)

    def ends(self) -> None:
        """Let the books hear of everything, and send what they refused again."""
        for _ in range(20):
            self.minute("send again")

    def _tells_deltas(self, units: int, lag: timedelta) -> None:
        self.there += units
        now = self.clock.now()
        fed = build.a_feed(FeedMode.DELTA, (SHIRT, units))
        self._late[now + lag].append(replace(fed, feed=f"file of {now}", as_of=now))

    def _tells_counts(self, _units: int, lag: timedelta) -> None:
        now = self.clock.now()
        self._late[now + lag].append(build.a_count(SHIRT, self.there, now))

    def _looks(self, _units: int, _lag: timedelta) -> None:
        self._commit(build.a_shelf_count(SHIRT, self.there))

    def _sells(self, units: int, _lag: timedelta) -> None:
        sale = build.an_adjustment(SHIRT, units, reason=AdjustmentReason.SALE)
        (decided,) = self.stock.commit(sale)
        if not decided.outcome.refusals:
            self.there += units

    def _sends_again(self, _units: int, _lag: timedelta) -> None:
        for key, rejection in list(self.stock.rejections.items()):
            if rejection.state is RejectionState.OPEN:
                quantity = rejection.told["quantity"]
                assert isinstance(quantity, int)
                line = FeedLine(key.number, SHIRT, quantity)
                self._commit(CorrectFeedLines(build.a_request(), "ann", key.feed, (line,)))

    def _commit(self, command: StockCommand) -> None:
        written = len(self.stock.ledger)
        self.stock.commit(command)
        position = self.stock.positions.get(SHIRT)
        counted_at = None if position is None else position.counted_at
        for movement in self.stock.ledger[written:]:
            if movement.kind is MovementKind.DELTA and counted_at is not None:
                assert movement.effective_at > counted_at


@settings(max_examples=500, deadline=None)
@given(a_lag, st.lists(an_event, max_size=12))
def test_however_late_files_and_corrections_come_the_books_end_at_what_is_there(
    first: int, events: list[tuple[str, int, int]]
) -> None:
    shop = Shop()
    shop.minute("file of counts", lag=first)

    for what, units, lag in events:
        shop.minute(what, units, lag)
    shop.ends()

    assert shop.stock.counters(SHIRT) == shop.stock.folded(SHIRT) == (shop.there, 0, 0)
    states = {rejection.state for rejection in shop.stock.rejections.values()}
    assert states <= {RejectionState.CORRECTED}
