"""The way of a piece from its rental to its next sale, step by step, and what stands in it."""

from datetime import timedelta

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import FeedMode, StockCommand, UnitExit, UnitsMode
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.events import events_of
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.reservation import ReservationState
from inventory_svc.domain.stock.units.gaps import UnitGapKind, gap_at
from inventory_svc.domain.stock.units.unit import ReadPoint, SerialUnit, UnitState
from retail_kit.money import Money
from service_kit.commands.line_results import results_from_json
from service_kit.runtime.clock import SettableClock
from tests.support import rentals
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

S1 = PositionKey("shoe", "S1")
S2 = PositionKey("shoe", "S2")
NEARLY_NEW = PositionKey("shoe", "S1", Condition.USED_A)
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def stock(clock: SettableClock) -> InMemoryStock:
    """A stock with one pair of shoes that has a serial number."""
    stock = InMemoryStock(clock)
    stock.commit(build.a_registration(("p1", S1)))
    return stock


def does(stock: InMemoryStock, *commands: StockCommand) -> Decided:
    """Commit commands one by one and give what became of the last."""
    return [stock.commit(command)[0] for command in commands][-1]


def refusal(decided: Decided) -> tuple[str, str, str]:
    (one,) = decided.outcome.refusals
    return one.code, one.path[-1], one.params.get("state", "")


def is_sellable(stock: InMemoryStock) -> bool:
    return any(stock.available(key) for key in stock.positions)


def piece(stock: InMemoryStock) -> SerialUnit:
    return stock.units["p1"]


def the_way_back(condition: Condition = Condition.USED_A) -> tuple[StockCommand, ...]:
    return (
        rentals.a_return("p1", "S1"),
        rentals.a_refurbishment("p1", "S1"),
        rentals.a_restoration("p1", "S1", condition),
    )


def test_a_piece_is_for_sale_again_only_when_it_is_refurbished_and_as_it_was_judged(
    stock: InMemoryStock,
) -> None:
    price = Money(4000, "EUR")
    seen: list[tuple[str, int, bool]] = []
    for command in (
        rentals.a_rental("p1", "S1"),
        rentals.a_return("p1", "S1"),
        rentals.a_refurbishment("p1", "S1"),
        rentals.a_restoration("p1", "S1", price=price),
    ):
        assert does(stock, command).outcome.refusals == ()
        seen.append((piece(stock).state.value, piece(stock).uses, is_sellable(stock)))

    assert seen == [
        ("RENTED", 0, False),
        ("BACK", 1, False),
        ("IN_REFURBISHMENT", 1, False),
        ("IN_STOCK", 1, True),
    ]
    assert (piece(stock).position, piece(stock).price) == (NEARLY_NEW, price)
    assert (stock.counters(S1).on_hand, stock.counters(NEARLY_NEW).on_hand) == (0, 1)
    assert [step.uses for step in stock.history] == [0, 0, 1, 1, 1]
    assert [movement.kind.value for movement in stock.ledger[-2:]] == ["RENTED", "REFURBISHED"]
    told = [
        event.changes["uses"]
        for decision in stock.decisions
        for event in events_of(decision)
        if event.type == "serialUnitChanged" and "uses" in event.changes
    ]
    assert (told[-1].before, told[-1].after) == (0, 1)


def test_every_rental_that_came_back_is_one_use(stock: InMemoryStock) -> None:
    does(stock, rentals.a_rental("p1", "S1"), *the_way_back())
    does(stock, rentals.a_rental("p1", "S1"), *the_way_back(Condition.USED_B))
    does(stock, rentals.a_rental("p1", "S1"))

    assert (piece(stock).rentals, piece(stock).uses) == (3, 2)


def test_a_reservation_of_the_very_piece_is_fulfilled_by_its_rental(stock: InMemoryStock) -> None:
    bought = does(stock, build.a_purchase("p1", S1)).reservation
    assert bought is not None

    assert refusal(does(stock, rentals.a_rental("p1", "S1"))) == (
        "UNIT_NOT_AVAILABLE",
        "serial",
        "RESERVED",
    )
    does(stock, rentals.a_rental("p1", "S1", bought.identifier))

    assert stock.reservations[bought.identifier].state is ReservationState.CONSUMED
    assert stock.counters(S1) == (0, 0, 0)
    assert piece(stock).claim is not None
    assert stock.folded(S1) == stock.counters(S1)


def test_a_reservation_of_another_piece_or_of_another_person_gives_none_away(
    stock: InMemoryStock,
) -> None:
    does(stock, build.a_registration(("p2", S1)))
    mine = does(stock, build.a_purchase("p1", S1, expires_at=SOON)).reservation
    other = does(stock, build.a_purchase("p2", S1, expires_at=SOON)).reservation
    assert mine is not None
    assert other is not None
    stranger = ReleaseRight("bob")

    wrong = does(stock, rentals.a_rental("p1", "S1", other.identifier))
    none = does(stock, rentals.a_rental("p1", "S1", "r-none"))
    foreign = does(stock, rentals.a_rental("p1", "S1", mine.identifier, stranger))

    assert refusal(wrong) == ("UNIT_NOT_AVAILABLE", "serial", "RESERVED")
    assert refusal(none)[:2] == ("NOT_FOUND", "reservationId")
    assert refusal(foreign)[:2] == ("NOT_FOUND", "reservationId")
    assert piece(stock).state is UnitState.RESERVED
    assert stock.counters(S1) == (2, 0, 2)


def test_a_hold_that_is_over_keeps_the_piece_for_nobody(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    held = does(stock, build.a_purchase("p1", S1, expires_at=SOON)).reservation
    assert held is not None
    clock.set(SOON)

    late = does(stock, rentals.a_rental("p1", "S1", held.identifier))
    assert refusal(late) == ("UNIT_NOT_AVAILABLE", "serial", "IN_STOCK")
    assert does(stock, rentals.a_rental("p1", "S1")).outcome.refusals == ()
    does(stock, build.an_expiry(held))

    assert piece(stock).state is UnitState.RENTED
    assert stock.counters(S1) == (0, 0, 0)


def test_units_that_others_were_promised_without_a_name_are_not_rented_out(
    clock: SettableClock,
) -> None:
    stock = InMemoryStock(clock)
    does(stock, build.a_count(S1, 1), build.an_allocation(("shoe", 1)))
    does(stock, build.a_registration(("p1", S1), mode=UnitsMode.PRESENT))

    assert refusal(does(stock, rentals.a_rental("p1", "S1"))) == (
        "UNIT_NOT_AVAILABLE",
        "serial",
        "IN_STOCK",
    )
    assert stock.counters(S1) == (1, 1, 0)


NOT_FOR_SALE = {
    "RENTED": (),
    "BACK": (rentals.a_return("p1", "S1"),),
    "IN_REFURBISHMENT": (rentals.a_return("p1", "S1"), rentals.a_refurbishment("p1", "S1")),
    "WRITTEN_OFF": (rentals.a_return("p1", "S1"), rentals.a_write_off("p1", "S1")),
}


@pytest.mark.parametrize("state", NOT_FOR_SALE)
def test_nobody_can_have_a_piece_that_is_not_for_sale(stock: InMemoryStock, state: str) -> None:
    does(stock, rentals.a_rental("p1", "S1"), *NOT_FOR_SALE[state])
    assert piece(stock).state.value == state
    steps = len(stock.history)
    refused = ("UNIT_NOT_AVAILABLE", "serial", state)

    assert refusal(does(stock, build.a_purchase("p1", S1))) == refused
    assert refusal(does(stock, rentals.a_rental("p1", "S1"))) == refused
    assert refusal(does(stock, build.a_withdrawal("p1", "S1", UnitExit.SALE))) == refused
    anyone = does(stock, build.an_allocation(("shoe", 1)))
    assert [each.code for each in anyone.outcome.refusals] == ["INSUFFICIENT_STOCK"]
    for mode in UnitsMode:
        (line,) = results_from_json(
            does(stock, build.a_registration(("p1", S1), mode=mode)).outcome.values["results"]
        )
        assert [(each.code, each.path[-1]) for each in line.refusals] == [
            ("UNIT_NOT_AVAILABLE", "serial")
        ]
    assert len(stock.history) == steps
    assert not is_sellable(stock)


def test_a_count_and_a_feed_say_nothing_of_a_piece_that_is_not_on_its_shelf(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    does(stock, rentals.a_rental("p1", "S1"))
    clock.advance(timedelta(minutes=1))

    assert does(stock, build.a_shelf_count(S1, 0)).outcome.refusals == ()
    does(stock, build.a_feed(FeedMode.SNAPSHOT, (S1, 0), counted_at=clock.now()))
    clock.advance(timedelta(minutes=1))
    does(stock, *the_way_back())

    assert (stock.counters(S1).on_hand, stock.counters(NEARLY_NEW).on_hand) == (0, 1)
    assert refusal(does(stock, build.a_shelf_count(NEARLY_NEW, 0)))[0] == "PIECES_ON_HAND"


def test_a_count_from_before_a_rental_knows_of_the_piece_and_it_is_gone_all_the_same(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    counted_at = clock.now()
    clock.advance(timedelta(minutes=1))
    does(stock, rentals.a_rental("p1", "S1"))

    does(stock, build.a_feed(FeedMode.SNAPSHOT, (S1, 1), counted_at=counted_at))

    assert stock.counters(S1).on_hand == 0


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (rentals.a_return("p1", "S1"), ("UNIT_STEP_NOT_ALLOWED", "serial", "IN_STOCK")),
        (rentals.a_refurbishment("p1", "S1"), ("UNIT_STEP_NOT_ALLOWED", "serial", "IN_STOCK")),
        (rentals.a_restoration("p1", "S1"), ("UNIT_STEP_NOT_ALLOWED", "serial", "IN_STOCK")),
        (rentals.a_write_off("p1", "S1"), ("UNIT_STEP_NOT_ALLOWED", "serial", "IN_STOCK")),
        (rentals.a_rental("p1", "S2"), ("UNIT_NOT_AVAILABLE", "serial", "IN_STOCK")),
        (rentals.a_rental("p9", "S1"), ("UNKNOWN_UNIT", "serial", "")),
        (rentals.a_return("p9", "S1"), ("UNKNOWN_UNIT", "serial", "")),
        (rentals.a_restoration("p9", "S1"), ("UNKNOWN_UNIT", "serial", "")),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_and_changes_nothing(
    stock: InMemoryStock, command: StockCommand, refused: tuple[str, str, str]
) -> None:
    before = piece(stock)

    assert refusal(does(stock, command)) == refused
    assert (piece(stock), stock.counters(S1)) == (before, (1, 0, 0))


def test_a_refurbished_piece_is_never_new_nor_finished_elsewhere(stock: InMemoryStock) -> None:
    does(stock, rentals.a_rental("p1", "S1"), *the_way_back()[:2])

    new = does(stock, rentals.a_restoration("p1", "S1", Condition.NEW))
    elsewhere = does(stock, rentals.a_restoration("p1", "S2"))

    assert refusal(new)[:2] == ("INVALID_INPUT", "condition")
    assert refusal(elsewhere) == ("UNIT_STEP_NOT_ALLOWED", "locationCode", "IN_REFURBISHMENT")
    does(stock, rentals.a_restoration("p1", "S1"))
    (line,) = results_from_json(
        does(stock, build.a_registration(("p1", S1))).outcome.values["results"]
    )
    assert [(each.code, each.path[-1]) for each in line.refusals] == [
        ("INVALID_INPUT", "condition")
    ]


def test_a_piece_comes_back_to_one_shop_and_is_refurbished_at_another(
    stock: InMemoryStock,
) -> None:
    does(stock, rentals.a_rental("p1", "S1"), rentals.a_return("p1", "S2"))
    assert piece(stock).position.location == "S2"
    does(stock, rentals.a_refurbishment("p1", "W1"), rentals.a_restoration("p1", "W1"))

    assert stock.available(PositionKey("shoe", "W1", Condition.USED_A)) == 1


def test_what_was_given_up_while_it_was_rented_can_still_come_back_and_nothing_else(
    stock: InMemoryStock,
) -> None:
    does(stock, rentals.a_rental("p1", "S1"), rentals.a_write_off("p1", "S1"))
    assert piece(stock).state is UnitState.WRITTEN_OFF
    assert does(stock, rentals.a_return("p1", "S1")).outcome.refusals == ()
    assert (piece(stock).state, piece(stock).uses) == (UnitState.BACK, 1)

    does(stock, rentals.a_write_off("p1", "S1"))

    assert refusal(does(stock, rentals.a_return("p1", "S1"))) == (
        "UNIT_STEP_NOT_ALLOWED",
        "serial",
        "WRITTEN_OFF",
    )


@pytest.mark.parametrize("point", list(ReadPoint))
@pytest.mark.parametrize("state", ["RENTED", "WRITTEN_OFF"])
def test_a_reader_only_sees_what_a_customer_may_wear(
    stock: InMemoryStock, state: str, point: ReadPoint
) -> None:
    does(stock, rentals.a_rental("p1", "S1"), *NOT_FOR_SALE[state])
    steps = len(stock.history)

    does(stock, build.some_reads("S2", "p1", at=NOW, point=point))

    assert (piece(stock).state.value, len(stock.history)) == (state, steps)
    assert gap_at(piece(stock), "S2", NOW) is UnitGapKind.READ_NOT_EXPECTED
    assert gap_at(piece(stock), "S1", NOW) is None


@pytest.mark.parametrize("state", ["BACK", "IN_REFURBISHMENT"])
def test_a_door_moves_a_piece_that_waits_to_be_judged_and_counts_it_nowhere(
    stock: InMemoryStock, state: str
) -> None:
    does(stock, rentals.a_rental("p1", "S1"), *NOT_FOR_SALE[state])
    assert gap_at(piece(stock), "S1", NOW) is UnitGapKind.EXPECTED_NOT_READ
    movements = len(stock.ledger)

    does(stock, build.some_reads("S2", "p1", at=NOW, point=ReadPoint.CEILING))
    assert piece(stock).position.location == "S1"
    does(stock, build.some_reads("S2", "p1", at=NOW, point=ReadPoint.DOOR))

    assert (piece(stock).state.value, piece(stock).position) == (state, S2)
    assert stock.history[-1].kind.value == "MOVED"
    assert len(stock.ledger) == movements
    assert not is_sellable(stock)


def test_a_read_from_before_a_piece_was_taken_back_does_not_move_it(
    stock: InMemoryStock, clock: SettableClock
) -> None:
    does(stock, rentals.a_rental("p1", "S1"))
    clock.set(SOON)
    does(stock, rentals.a_return("p1", "S1"))

    does(stock, build.some_reads("S2", "p1", at=NOW))

    assert piece(stock).position == S1
