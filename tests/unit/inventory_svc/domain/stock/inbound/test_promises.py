"""Whatever is announced, moved, cut, received and reserved: no promise is lost or given twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.commands import (
    PeggedQuantity,
    ReleaseReservation,
    ReserveStock,
    SettleInbound,
    StockCommand,
)
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind, SaleWindow
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import ReservationState
from inventory_svc.domain.stock.unavailable import Disposition
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

SHELF = PositionKey("shirt", "S1")
ORDERS = [build.a_supply_key(f"PO-{number}") for number in range(3)]
QUOTA = build.a_supply_key("first", InboundKind.PREORDER)
SOON = timedelta(minutes=90)


class Announces(NamedTuple):
    """A supply has so many units, and comes in so many days; or none of it does.

    It may have to leave again within some days.
    """

    order: int
    units: int
    days: int
    cancelled: bool
    lasts: int | None

    def command(self, _: InMemoryStock) -> StockCommand:
        at = NOW + timedelta(days=self.days)
        end = None if self.lasts is None else at + timedelta(days=self.lasts)
        return build.an_announcement(
            ORDERS[self.order], self.units, at, cancelled=self.cancelled, ship_before=end
        )


class OpensQuota(NamedTuple):
    """A quota is sold for some days."""

    units: int
    days: int

    def command(self, _: InMemoryStock) -> StockCommand:
        window = SaleWindow(NOW, NOW + timedelta(days=self.days))
        return build.an_announcement(QUOTA, self.units, NOW + timedelta(days=9), window=window)


class Wishes(NamedTuple):
    """Somebody wants units within so many days; for a time only, perhaps."""

    units: int
    days: int
    soft: bool

    def command(self, stock: InMemoryStock) -> StockCommand:
        now = stock.clock.now()
        end = now + SOON if self.soft else None
        return build.a_wish("shirt", self.units, now + timedelta(days=self.days), expires_at=end)


class Comes(NamedTuple):
    """Units of a supply come, perhaps the last ones."""

    order: int
    units: int
    closes: bool

    def command(self, _: InMemoryStock) -> StockCommand:
        return build.an_arrival(ORDERS[self.order], self.units, closes=self.closes)


class GivesBack(NamedTuple):
    """Somebody gives back all that they keep and wait for."""

    which: int

    def command(self, stock: InMemoryStock) -> StockCommand | None:
        everyone = list(stock.reservations.values())
        return build.a_release(everyone[self.which % len(everyone)]) if everyone else None


class Counts(NamedTuple):
    """The shelf is counted."""

    units: int

    def command(self, stock: InMemoryStock) -> StockCommand:
        return build.a_count(SHELF, self.units, stock.clock.now())


Action = Announces | OpensQuota | Wishes | Comes | GivesBack | Counts
few, days = st.integers(0, 6), st.integers(0, 10)
lasting = st.one_of(st.none(), st.integers(1, 4))
actions = st.one_of(
    st.builds(Announces, st.integers(0, 2), few, days, st.booleans(), lasting),
    st.builds(OpensQuota, few, days),
    st.builds(Wishes, st.integers(1, 4), days, st.booleans()),
    st.builds(Wishes, st.integers(1, 4), days, st.just(value=False)),
    st.builds(Comes, st.integers(0, 2), st.integers(1, 6), st.booleans()),
    st.builds(GivesBack, st.integers(0, 9)),
    st.builds(Counts, few),
)
plans = st.lists(
    st.tuples(st.lists(actions, min_size=1, max_size=4), st.sampled_from([1, 60, 1500])),
    min_size=1,
    max_size=10,
)
Plan = Sequence[tuple[Sequence[Action], int]]


@settings(max_examples=400, deadline=None)
@given(plans, st.sampled_from([1, 2, 200]))
def test_every_commit_keeps_the_promises(plan: Plan, most_waiting: int) -> None:
    keep_the_promises(plan, most_waiting)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(plans, st.sampled_from([1, 2, 200]))
def test_every_commit_of_ten_thousand_plans_keeps_the_promises(
    plan: Plan, most_waiting: int
) -> None:
    keep_the_promises(plan, most_waiting)


def keep_the_promises(plan: Plan, most_waiting: int) -> None:
    stock = InMemoryStock(SettableClock(NOW), most_waiting=most_waiting)
    for group, minutes in plan:
        commands = [each for action in group if (each := action.command(stock)) is not None]
        for command, decided in zip(commands, stock.commit(*commands), strict=True):
            complete(stock, command, decided)
        for key in list(stock.inbound):
            settle(stock, key)
        check_books(stock)
        clock = stock.clock
        assert isinstance(clock, SettableClock)
        clock.advance(timedelta(minutes=minutes))
        expire(stock)


def complete(stock: InMemoryStock, command: StockCommand, decided: Decided) -> None:
    """Check a reservation as it was made; take in what is left of an arrival, part by part."""
    if isinstance(command, ReserveStock) and not decided.outcome.refusals:
        assert decided.reservation is not None
    if isinstance(command, ReleaseReservation) and not decided.outcome.refusals:
        assert decided.reservation is not None
        assert not any(each.open for each in decided.reservation.everything)
    left = decided.outcome.values.get("left")
    rounds = 0
    while isinstance(left, int) and left and not decided.outcome.refusals:
        assert hasattr(command, "supply")
        again = build.an_arrival(command.supply, left, closes=getattr(command, "closes", False))
        (decided,) = stock.commit(again)
        left = decided.outcome.values.get("left")
        rounds += 1
        assert rounds < 100


def settle(stock: InMemoryStock, key: InboundKey) -> None:
    left = True
    rounds = 0
    while left:
        (decided,) = stock.commit(SettleInbound(key))
        left = decided.outcome.values["left"] is True
        rounds += 1
        assert rounds < 100


def expire(stock: InMemoryStock) -> None:
    now = stock.clock.now()
    for reservation in list(stock.reservations.values()):
        if reservation.state is ReservationState.ACTIVE and reservation.has_expired(now):
            stock.commit(build.an_expiry(reservation))


def check_books(stock: InMemoryStock) -> None:
    now = stock.clock.now()
    for key, supply in stock.inbound.items():
        rows = [
            (reservation, row)
            for reservation in stock.reservations.values()
            for row in reservation.awaited
            if row.open and row.supply == key
        ]
        hard = sum(row.open for reservation, row in rows if reservation.expires_at is None)
        soft = sum(row.open for reservation, row in rows if reservation.expires_at is not None)
        assert supply.pegged == hard
        assert sum(hold.quantity for hold in supply.holds) == soft
        if not supply.is_quota or supply.announced.cancelled:
            assert supply.free(now) >= 0
        assert {row.available_from for _, row in rows} <= {supply.available_from}
    counters = stock.counters(SHELF)
    assert stock.folded(SHELF) == counters
    kept = sum(peg.open for each in stock.reservations.values() for peg in each.pegs)
    assert kept == counters.allocated + counters.reserved
    for reservation in stock.reservations.values():
        wanted = next(iter(_wanted(stock, reservation.identifier)))
        assert sum(each.quantity for each in reservation.everything) == wanted
        lines = [(each.line_id, each.supply, each.share) for each in reservation.awaited]
        assert len(lines) == len(set(lines))


def _wanted(stock: InMemoryStock, identifier: str) -> list[int]:
    """Give how many units a reservation was made of."""
    return [
        sum(each.quantity for each in change.after.everything)
        for decision in stock.decisions
        for change in decision.reservations
        if change.before is None and change.after.identifier == identifier
    ]


def at(day: int) -> datetime:
    return NOW + timedelta(days=day)


@settings(max_examples=300, deadline=None)
@given(
    few,
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=3),
    st.lists(st.tuples(st.integers(1, 5), st.integers(-2, 10)), max_size=12),
)
def test_a_wish_is_met_exactly_when_enough_comes_in_time(
    on_hand: int, arrivals: list[tuple[int, int]], wishes: list[tuple[int, int]]
) -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.a_count(SHELF, on_hand))
    for key, (units, day) in zip(ORDERS, arrivals, strict=False):
        stock.commit(build.an_announcement(key, units, at(day)))
    left = {0: on_hand}
    for units, day in arrivals:
        left[day] = left.get(day, 0) + units
    for units, day in wishes:
        in_time = sum(found for when, found in left.items() if when <= max(day, 0))

        (decided,) = stock.commit(build.a_wish("shirt", units, at(day)))

        available = [refusal.params["available"] for refusal in decided.outcome.refusals]
        assert available == ([] if units <= in_time else [str(in_time)])
        if decided.reservation is not None:
            for row in decided.reservation.awaited:
                assert row.available_from <= at(day)
                left[(row.available_from - NOW).days] -= row.quantity
            left[0] -= sum(peg.quantity for peg in decided.reservation.pegs)


def test_those_who_wait_in_one_group_with_the_arrival_are_served_by_it() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(ORDERS[0], 5, at(4)))
    wish, arrival = build.a_wish("shirt", 3, at(60)), build.an_arrival(ORDERS[0], 5)

    reserved, _ = stock.commit(wish, arrival)

    assert reserved.reservation is not None
    assert [(peg.quantity, peg.open) for peg in reserved.reservation.pegs] == [(3, 3)]
    assert reserved.reservation.awaited == ()
    assert stock.inbound[ORDERS[0]].free(NOW) == 0


def test_a_supply_that_should_have_come_is_not_promised_until_it_has_a_new_date() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    stock.commit(build.an_announcement(ORDERS[0], 5, at(1)))
    clock.set(at(2))
    (late,) = stock.commit(build.a_wish("shirt", 1, at(60)))
    stock.commit(build.an_announcement(ORDERS[0], 5, at(3)))
    (again,) = stock.commit(build.a_wish("shirt", 5, at(60)))

    assert [refusal.code for refusal in late.outcome.refusals] == ["INSUFFICIENT_STOCK"]
    assert again.outcome.refusals == ()


def test_a_release_of_what_will_not_come_any_more_gives_back_the_rest() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    identifier = cut_reservation(stock)

    assert released(stock, identifier, 5) == ["RESERVATION_LINE_EXCEEDED"]
    assert released(stock, identifier, 4) == []

    assert stock.inbound[ORDERS[0]].pegged == 0
    assert stock.counters(SHELF) == (1, 0, 0)
    assert stock.reservations[identifier].state is ReservationState.RELEASED


def test_who_gives_back_units_without_having_heard_of_a_cut_keeps_all_that_still_comes() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    identifier = cut_reservation(stock)

    assert released(stock, identifier, 1) == []
    assert still_open(stock, identifier) == 3
    assert released(stock, identifier, 1) == []
    assert still_open(stock, identifier) == 2
    stock.commit(build.a_release(stock.reservations[identifier]))
    assert still_open(stock, identifier) == 0


def cut_reservation(stock: InMemoryStock) -> str:
    """Keep one unit that is there and three to come, of which one does not come any more."""
    stock.commit(build.a_count(SHELF, 1))
    stock.commit(build.an_announcement(ORDERS[0], 3, at(4)))
    (decided,) = stock.commit(build.a_wish("shirt", 4, at(60)))
    assert decided.reservation is not None
    stock.commit(build.an_announcement(ORDERS[0], 2, at(4)))
    stock.commit(SettleInbound(ORDERS[0]))
    return decided.reservation.identifier


def released(stock: InMemoryStock, identifier: str, units: int) -> list[str]:
    """Give units of the only line back by name, and return the codes of what is refused."""
    line = PeggedQuantity("l0", "S1", units)
    release = ReleaseReservation(build.a_request(), "order_svc", identifier, (line,))
    (told,) = stock.commit(release)
    return [refusal.code for refusal in told.outcome.refusals]


def still_open(stock: InMemoryStock, identifier: str) -> int:
    return sum(each.open for each in stock.reservations[identifier].everything)


def test_goods_that_come_go_to_preorders_before_they_are_sold_to_anyone() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    window = SaleWindow(NOW, at(5))
    stock.commit(build.an_announcement(QUOTA, 50, at(9), window=window))
    (preorder,) = stock.commit(build.a_wish("shirt", 8, at(60)))
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    clock.set(at(6))
    stock.commit(build.an_announcement(ORDERS[0], 10, at(7)))

    (greedy,) = stock.commit(build.a_wish("shirt", 3, at(60)))
    (modest,) = stock.commit(build.a_wish("shirt", 2, at(60)))
    stock.commit(build.an_arrival(ORDERS[0], 10))

    assert [refusal.params["available"] for refusal in greedy.outcome.refusals] == ["2"]
    assert modest.outcome.refusals == ()
    assert preorder.reservation is not None
    served = stock.reservations[preorder.reservation.identifier]
    assert [peg.open for peg in served.pegs] == [8]
    assert stock.counters(SHELF) == (10, 10, 0)
    assert stock.inbound[QUOTA].received == 8


def test_of_those_who_lose_by_a_cut_the_first_gets_what_else_there_is() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(build.an_announcement(ORDERS[0], 4, at(4)))
    decided = [stock.commit(build.a_wish("shirt", 1, at(60)))[0].reservation for _ in range(4)]
    stock.commit(build.a_count(SHELF, 1))
    stock.commit(build.an_announcement(ORDERS[1], 1, at(9)))

    stock.commit(build.an_announcement(ORDERS[0], 1, at(4)))
    stock.commit(SettleInbound(ORDERS[0]))

    now = [stock.reservations[each.identifier] for each in decided if each is not None]
    assert [sum(peg.open for peg in each.pegs) for each in now] == [0, 1, 0, 0]
    assert [each.available_from for each in now] == [at(4), None, at(9), None]
    assert [sum(row.short for row in each.awaited) for each in now] == [0, 0, 0, 1]


def test_goods_found_instead_last_until_all_that_the_line_waits_for_has_come() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    first, second, too_short, lasting = (build.a_supply_key(name) for name in "ABCD")
    stock.commit(build.an_announcement(first, 2, at(4)))
    stock.commit(build.an_announcement(second, 2, at(9)))
    (decided,) = stock.commit(build.a_wish("shirt", 3, at(60)))
    stock.commit(build.an_announcement(too_short, 5, at(5), ship_before=at(9)))
    stock.commit(build.an_announcement(lasting, 5, at(6), ship_before=at(10)))

    stock.commit(build.an_announcement(first, 0, at(4)))
    stock.commit(SettleInbound(first))

    assert decided.reservation is not None
    waiting = stock.reservations[decided.reservation.identifier]
    assert {row.supply: row.open for row in waiting.awaited} == {second: 2, lasting: 1}


def test_all_that_waits_for_goods_past_their_date_is_found_elsewhere_or_short() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    stock.commit(build.an_announcement(ORDERS[0], 5, at(1), ship_before=at(3)))
    (decided,) = stock.commit(build.a_wish("shirt", 2, at(60)))
    clock.set(at(3))

    stock.commit(SettleInbound(ORDERS[0]))

    assert decided.reservation is not None
    lost = stock.reservations[decided.reservation.identifier]
    assert (lost.state, lost.awaited[0].short) == (ReservationState.RELEASED, 2)
    assert stock.inbound[ORDERS[0]].taken(clock.now()) == 0


def test_goods_that_come_after_their_date_are_on_hand_and_nobody_s() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    stock.commit(build.an_announcement(ORDERS[0], 5, at(1), ship_before=at(3)))
    (decided,) = stock.commit(build.a_wish("shirt", 2, at(60)))
    clock.set(at(3))

    (received,) = stock.commit(build.an_arrival(ORDERS[0], 5))

    assert decided.reservation is not None
    assert received.outcome.values == {"received": 5, "left": 0}
    assert stock.counters(SHELF) == stock.folded(SHELF) == (5, 0, 0)
    assert stock.declared(SHELF) == {Disposition.QUALITY_CONTROL: 5}
    assert stock.available(SHELF) == 0


def test_an_arrival_gives_others_nothing_that_its_shelf_lacks_for_earlier_orders() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, most_waiting=1)
    stock.commit(build.a_count(SHELF, 3), build.an_allocation(("shirt", 3), among=("S1",)))
    clock.advance(timedelta(minutes=1))
    stock.commit(build.a_count(SHELF, 0, clock.now()))
    for key, units, day in ((ORDERS[0], 4, 5), (ORDERS[1], 3, 9)):
        stock.commit(build.an_announcement(key, units, at(day)))
    (decided,) = stock.commit(build.a_wish("shirt", 3, at(60)))
    assert decided.reservation is not None
    assert decided.reservation.available_from == at(9)

    arrival = build.an_arrival(ORDERS[0], 4)
    complete(stock, arrival, stock.commit(arrival)[0])

    assert stock.counters(SHELF) == (4, 4, 0)
    waiting = stock.reservations[decided.reservation.identifier]
    assert [row.open for row in waiting.awaited] == [2]


def test_when_the_date_of_a_quota_has_come_goods_on_order_are_sold_though_it_is_open() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    window = SaleWindow(NOW, at(30))
    stock.commit(build.an_announcement(QUOTA, 5, at(10), window=window))
    stock.commit(build.an_announcement(ORDERS[0], 6, at(20)))
    (preorder,) = stock.commit(build.a_wish("shirt", 2, at(60)))
    clock.set(at(11))

    (greedy,) = stock.commit(build.a_wish("shirt", 5, at(60)))
    (modest,) = stock.commit(build.a_wish("shirt", 4, at(60)))

    assert preorder.outcome.refusals == ()
    assert [refusal.params["available"] for refusal in greedy.outcome.refusals] == ["4"]
    assert modest.reservation is not None
    assert modest.reservation.available_from == at(20)
