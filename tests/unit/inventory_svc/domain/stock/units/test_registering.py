"""Saying where pieces are: what becomes of them, of the units that are counted, and of tags."""

from dataclasses import replace

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import UnitsMode
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from retail_kit.money import Money
from service_kit.commands.line_results import LineResult, LineStatus, results_from_json
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

S1 = PositionKey("shirt", "S1")
S2 = PositionKey("shirt", "S2")
WORN = PositionKey("shirt", "S1", Condition.USED_C)


@pytest.fixture
def stock() -> InMemoryStock:
    return InMemoryStock(SettableClock(NOW))


def lines_of(decided: Decided) -> tuple[LineResult, ...]:
    return results_from_json(decided.outcome.values["results"])


def codes_of_lines(decided: Decided) -> list[str]:
    return [refusal.code for line in lines_of(decided) for refusal in line.refusals]


def kinds(stock: InMemoryStock, serial: str) -> list[str]:
    return [step.kind.value for step in stock.history if step.serial == serial]


def test_pieces_that_have_come_in_are_counted_and_those_that_were_there_are_not(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_count(S1, 2))

    stock.commit(build.a_registration(("p1", S1), mode=UnitsMode.RECEIVED))
    assert stock.counters(S1).on_hand == 3
    stock.commit(build.a_registration(("p2", S1), ("p3", S1), mode=UnitsMode.PRESENT))
    assert stock.counters(S1).on_hand == 3
    stock.commit(build.a_registration(("p4", S1), mode=UnitsMode.PRESENT))
    assert stock.counters(S1).on_hand == 4
    reasons = [movement.reason for movement in stock.ledger]
    assert reasons == [None, AdjustmentReason.RECEIPT, AdjustmentReason.FOUND]


def test_a_piece_that_is_registered_elsewhere_or_in_another_condition_has_moved(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1)))

    stock.commit(build.a_registration(("p1", WORN)))
    stock.commit(build.a_registration(("p1", S2)))

    assert [stock.counters(key).on_hand for key in (S1, WORN, S2)] == [0, 0, 1]
    assert kinds(stock, "p1") == ["REGISTERED", "MOVED", "MOVED"]


def test_a_piece_of_elsewhere_that_is_one_of_those_counted_is_not_counted_again(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1), ("p2", S1)), build.a_count(S2, 1))

    stock.commit(build.a_registration(("p1", S2), mode=UnitsMode.PRESENT))
    assert [stock.counters(key).on_hand for key in (S1, S2)] == [1, 1]
    stock.commit(build.a_registration(("p2", S2), mode=UnitsMode.PRESENT))

    assert [stock.counters(key).on_hand for key in (S1, S2)] == [0, 2]
    assert kinds(stock, "p1") == kinds(stock, "p2") == ["REGISTERED", "MOVED"]


def test_a_piece_that_is_kept_for_somebody_does_not_move(stock: InMemoryStock) -> None:
    stock.commit(build.a_registration(("p1", S1)), build.a_purchase("p1", S1))

    (decided,) = stock.commit(build.a_registration(("p1", S2)))

    assert codes_of_lines(decided) == ["UNIT_NOT_AVAILABLE"]
    assert stock.counters(S1) == (1, 1, 0)


def test_the_same_line_again_says_nothing_new_and_another_price_relabels(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1)))
    again = build.a_registration(("p1", S1))
    priced = replace(again.lines[0], price=Money(4000, "EUR"))

    (same,) = stock.commit(again)
    (changed,) = stock.commit(replace(again, request=build.a_request(), lines=(priced,)))

    assert [line.status for line in lines_of(same)] == [LineStatus.UNCHANGED]
    assert [line.status for line in lines_of(changed)] == [LineStatus.APPLIED]
    assert stock.units["p1"].price == Money(4000, "EUR")
    assert stock.counters(S1).on_hand == 1


def test_a_tag_is_borne_by_one_piece_and_may_pass_to_another_once_it_is_free(
    stock: InMemoryStock,
) -> None:
    stock.commit(build.a_registration(("p1", S1)))
    stolen = replace(build.a_registration(("p2", S1)).lines[0], epc="tag-p1")
    taking = replace(build.a_registration(("p2", S1)), lines=(stolen,))

    (refused,) = stock.commit(taking)
    stock.commit(build.a_registration(("p1", S1), tagged=False))
    (taken,) = stock.commit(replace(taking, request=build.a_request()))

    assert codes_of_lines(refused) == ["TAG_TAKEN"]
    assert codes_of_lines(taken) == []
    assert (stock.units["p1"].epc, stock.units["p2"].epc) == (None, "tag-p1")


def test_a_serial_number_stays_that_of_its_item(stock: InMemoryStock) -> None:
    stock.commit(build.a_registration(("p1", S1)))

    (decided,) = stock.commit(build.a_registration(("p1", PositionKey("hat", "S1"))))

    (line,) = lines_of(decided)
    assert [(each.code, each.path) for each in line.refusals] == [
        ("INVALID_INPUT", ("input", "lines", "0", "sku"))
    ]
