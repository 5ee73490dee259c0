"""Pieces, command by command: who gets them, what leaves, and what counts and feeds may say."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import FeedMode, SettleInbound, UnitExit, UnitsMode
from inventory_svc.domain.stock.deciding.pieces import MOST_PIECES
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.units.unit import Claim, UnitState
from service_kit.commands.line_results import LineResult, results_from_json
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

S1 = PositionKey("shirt", "S1")
S2 = PositionKey("shirt", "S2")
WORN = PositionKey("shirt", "S1", Condition.USED_C)
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def stock() -> InMemoryStock:
    return InMemoryStock(SettableClock(NOW))


def codes(decided: Decided) -> list[str]:
    return [refusal.code for refusal in decided.outcome.refusals]


def lines_of(decided: Decided) -> tuple[LineResult, ...]:
    return results_from_json(decided.outcome.values["results"])


def codes_of_lines(decided: Decided) -> list[str]:
    return [refusal.code for line in lines_of(decided) for refusal in line.refusals]


def states(stock: InMemoryStock, *serials: str) -> list[str]:
    return [stock.units[serial].state.value for serial in serials]


def kinds(stock: InMemoryStock, serial: str) -> list[str]:
    return [step.kind.value for step in stock.history if step.serial == serial]


def reserved(decided: Iterable[Decided]) -> Reservation:
    (one,) = decided
    assert one.reservation is not None
    return one.reservation


def test_of_two_buyers_in_one_group_the_first_gets_the_piece(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 5), build.a_registration(("p1", S1)))

    first, second = stock.commit(build.a_purchase("p1", S1), build.a_purchase("p1", S1))

    assert (codes(first), codes(second)) == ([], ["UNIT_NOT_AVAILABLE"])
    assert stock.counters(S1) == (6, 1, 0)
    assert states(stock, "p1") == ["RESERVED"]


def test_a_line_that_names_no_piece_is_given_those_with_a_serial_number_first(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 2), build.a_registration(("p2", S1), ("p1", S1)))

    bought = reserved(stock.commit(build.an_allocation(("shirt", 3))))

    assert [(peg.serial, peg.quantity) for peg in bought.pegs] == [
        ("p1", 1),
        ("p2", 1),
        (None, 1),
    ]
    stock.commit(build.a_release(bought))
    assert states(stock, "p1", "p2") == ["IN_STOCK", "IN_STOCK"]
    assert stock.counters(S1) == (4, 0, 0)


def test_units_of_a_line_leave_row_by_row_and_its_pieces_are_sold(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1), build.a_registration(("p1", S1), ("p2", S1)))
    bought = reserved(stock.commit(build.an_allocation(("shirt", 3))))

    stock.commit(build.a_consumption(bought, 2, 0, 0))

    assert states(stock, "p1", "p2") == ["SOLD", "SOLD"]
    assert stock.units["p1"].claim == Claim(bought.identifier, "l0", "order-1")
    assert stock.counters(S1) == (1, 1, 0)
    (too_many,) = stock.commit(build.a_release(bought, 2, 0, 0))
    assert codes(too_many) == ["RESERVATION_LINE_EXCEEDED"]
    stock.commit(build.a_consumption(bought, 1, 0, 0))
    assert stock.counters(S1) == (0, 0, 0)


def test_what_leaves_without_a_name_is_none_of_the_pieces_while_there_are_other_units(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 3))
    bought = reserved(stock.commit(build.an_allocation(("shirt", 2))))
    stock.commit(build.a_registration(("p1", S1), mode=UnitsMode.PRESENT))

    stock.commit(build.a_consumption(bought, 2))

    assert stock.counters(S1) == (1, 0, 0)
    assert states(stock, "p1") == ["IN_STOCK"]


def test_where_every_unit_has_a_name_what_leaves_is_one_that_is_nobodys(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 2))
    bought = reserved(stock.commit(build.an_allocation(("shirt", 1))))
    pieces = build.a_registration(("p1", S1), ("p2", S1), mode=UnitsMode.PRESENT)
    _, named = stock.commit(pieces, build.a_purchase("p1", S1))
    assert codes(named) == []

    stock.commit(build.a_consumption(bought, 1))

    assert stock.counters(S1) == (1, 1, 0)
    assert states(stock, "p1", "p2") == ["RESERVED", "SOLD"]
    assert stock.units["p2"].claim == Claim(bought.identifier, "l0", "order-1")


def test_what_was_sold_without_its_name_is_not_sold_again_by_it(stock: InMemoryStock) -> None:
    stock.commit(build.a_count(S1, 1))
    bought = reserved(stock.commit(build.an_allocation(("shirt", 1))))
    stock.commit(build.a_registration(("p1", S1), mode=UnitsMode.PRESENT))

    left, again = stock.commit(build.a_consumption(bought), build.a_purchase("p1", S1))

    assert (codes(left), codes(again)) == ([], ["UNIT_NOT_AVAILABLE"])
    assert stock.counters(S1) == (0, 0, 0)


def test_a_hold_that_is_over_keeps_no_piece_and_gives_nothing_back_of_the_next_buyer(
    stock: InMemoryStock,
) -> None:
    clock = stock.clock
    assert isinstance(clock, SettableClock)
    stock.commit(build.a_registration(("p1", S1)))
    held = reserved(stock.commit(build.a_purchase("p1", S1, expires_at=SOON)))
    clock.set(SOON)
    assert stock.units["p1"].state_at(clock.now()) is UnitState.IN_STOCK

    bought = reserved(stock.commit(build.a_purchase("p1", S1)))
    stock.commit(build.an_expiry(held))
    stock.commit(build.a_shortage(held, 1))

    claim = stock.units["p1"].claim
    assert claim is not None
    assert claim.reservation_id == bought.identifier
    assert stock.counters(S1) == (1, 1, 0)


def test_what_was_released_and_has_left_all_the_same_is_sold(stock: InMemoryStock) -> None:
    stock.commit(build.a_registration(("p1", S1)))
    bought = reserved(stock.commit(build.a_purchase("p1", S1)))
    stock.commit(build.a_release(bought))

    stock.commit(build.a_consumption(bought, 1))

    assert states(stock, "p1") == ["SOLD"]
    assert stock.counters(S1) == (0, 0, 0)


def test_a_piece_that_was_not_found_is_missing_and_the_others_are_believed_to_be_there(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1), ("p2", S1), ("p3", S1)))
    bought = reserved(stock.commit(build.a_purchase("p2", S1)))

    stock.commit(build.a_shortage(bought, 1, counted=0))

    assert states(stock, "p1", "p2", "p3") == ["IN_STOCK", "MISSING", "IN_STOCK"]
    assert stock.counters(S1) == (2, 0, 0)


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (UnitExit.SALE, "SOLD"),
        (UnitExit.LOSS, "MISSING"),
        (UnitExit.TRANSFER, "IN_TRANSIT"),
    ],
)
def test_a_piece_leaves_its_shelf_and_comes_back(
    stock: InMemoryStock, reason: UnitExit, state: str
) -> None:
    stock.commit(build.a_registration(("p1", S1)))

    elsewhere, left, again = stock.commit(
        build.a_withdrawal("p1", "S2", reason),
        build.a_withdrawal("p1", "S1", reason),
        build.a_withdrawal("p1", "S1", reason),
    )

    assert codes(elsewhere) == codes(again) == ["UNIT_NOT_AVAILABLE"]
    assert codes(left) == []
    assert states(stock, "p1") == [state]
    assert stock.counters(S1).on_hand == 0
    stock.commit(build.a_registration(("p1", S2)))
    assert kinds(stock, "p1")[-1] == "CAME_BACK"
    assert stock.counters(S2).on_hand == 1


def test_a_piece_that_somebody_has_is_not_sold_over_the_counter(stock: InMemoryStock) -> None:
    stock.commit(build.a_registration(("p1", S1)), build.a_purchase("p1", S1))

    (decided,) = stock.commit(build.a_withdrawal("p1", "S1"))

    (refusal,) = decided.outcome.refusals
    assert (refusal.code, refusal.path) == ("UNIT_NOT_AVAILABLE", ("input", "serial"))
    assert refusal.params["state"] == "RESERVED"


def test_no_feed_and_no_till_counts_fewer_units_than_there_are_pieces(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 1), build.a_registration(("p1", S1), ("p2", S1)))

    counted, delta, adjusted = stock.commit(
        build.a_count(S1, 1, at=SOON),
        build.a_feed(FeedMode.DELTA, (S1, -2)),
        build.an_adjustment(S1, -2),
    )

    assert codes_of_lines(counted) == codes_of_lines(delta) == ["PIECES_ON_HAND"]
    assert codes(adjusted) == ["PIECES_ON_HAND"]
    assert stock.counters(S1).on_hand == 3
    fine = stock.commit(build.an_adjustment(S1, -1), build.a_feed(FeedMode.DELTA, (S1, 1)))
    assert [code for each in fine for code in codes(each)] == []


def test_a_piece_is_sold_only_from_where_the_channel_sells_and_as_what_it_is(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1)))

    elsewhere, as_new, unknown = stock.commit(
        build.a_purchase("p1", S1, among=("S2",)),
        build.a_purchase("p1", WORN),
        build.a_purchase("p9", S1),
    )

    assert codes(elsewhere) == codes(as_new) == ["UNIT_NOT_AVAILABLE"]
    assert codes(unknown) == ["UNKNOWN_UNIT"]


def test_a_piece_that_was_promised_without_its_name_cannot_be_had_by_it(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 1))
    stock.commit(build.an_allocation(("shirt", 1)))
    stock.commit(build.a_registration(("p1", S1), mode=UnitsMode.PRESENT))

    (decided,) = stock.commit(build.a_purchase("p1", S1))

    assert codes(decided) == ["UNIT_NOT_AVAILABLE"]
    assert stock.counters(S1) == (1, 1, 0)


def test_lines_with_and_without_names_share_a_position_and_are_kept_together_or_not_at_all(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1), ("p2", S1)), build.a_count(S2, 9))
    named = build.a_purchase("p1", S1).lines[0]._replace(line_id="l1")
    anonymous = build.an_allocation(("shirt", 1))
    both = replace(anonymous, lines=(*anonymous.lines, named), candidates=("S2", "S1"))
    far_too_many = anonymous.lines[0]._replace(quantity=11)

    (refused,) = stock.commit(replace(both, request=build.a_request(), lines=(far_too_many, named)))
    assert codes(refused) == ["INSUFFICIENT_STOCK"]
    assert states(stock, "p1", "p2") == ["IN_STOCK", "IN_STOCK"]

    bought = reserved(stock.commit(both))
    assert [(peg.line_id, peg.serial, peg.position) for peg in bought.pegs] == [
        ("l1", "p1", S1),
        ("l0", "p2", S1),
    ]


def test_more_pieces_than_one_reservation_keeps_are_refused(stock: InMemoryStock) -> None:
    serials = [(f"p{number:03}", S1) for number in range(MOST_PIECES + 1)]
    stock.commit(build.a_registration(*serials))

    too_many, most = stock.commit(
        build.an_allocation(("shirt", MOST_PIECES + 1)),
        build.an_allocation(("shirt", MOST_PIECES)),
    )

    assert (codes(too_many), codes(most)) == (["INVALID_INPUT"], [])


def test_those_who_wait_for_goods_that_do_not_come_are_given_the_pieces_that_are_there(
    stock: InMemoryStock,
) -> None:
    order = build.a_supply_key()
    stock.commit(build.an_announcement(order, 2, SOON))
    waiting = reserved(stock.commit(build.a_wish("shirt", 2, until=SOON + timedelta(days=30))))
    assert [row.open for row in waiting.awaited] == [2]
    stock.commit(build.a_registration(("p1", S1)), build.a_count(S2, 1))

    stock.commit(build.an_announcement(order, 0, SOON))
    stock.commit(SettleInbound(order))

    kept = stock.reservations[waiting.identifier]
    assert [(peg.serial, peg.open) for peg in kept.pegs] == [("p1", 1)]
    assert states(stock, "p1") == ["RESERVED"]
    assert stock.counters(S1) == (1, 1, 0)
