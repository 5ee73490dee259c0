import pytest

from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lines.line import PriceSource
from order_svc.domain.orders.allocation import AllocationMismatch, place
from order_svc.domain.orders.placement import AskedLine, KnownPrices, Placement, begin
from retail_kit.money import Money
from service_kit.commands.refusal import Refusal, RefusedAll
from tests.support.orders import AT, a_placing_order, an_allocation, an_order

TEN = Money(1000, "EUR")


def a_placement(*lines: AskedLine) -> Placement:
    return Placement("o1", "ref", "web", lines)


def test_an_order_begins_as_placing_at_version_zero_with_nothing_reserved() -> None:
    order = begin(a_placement(AskedLine("A", 2, TEN)), KnownPrices(), AT)
    assert (order.status, order.version, order.fulfilments) == (OrderStatus.PLACING, 0, ())


def test_a_given_price_wins_over_the_book_and_each_says_where_it_is_from() -> None:
    lines = (AskedLine("A", 2, TEN), AskedLine("A", 1), AskedLine("B", 1, Money(0, "EUR")))
    prices = {"A": Money(900, "EUR"), "B": Money(1, "EUR")}
    order = begin(a_placement(*lines), KnownPrices(prices), AT)
    assert [(line.unit_price.minor, line.price_source) for line in order.lines] == [
        (1000, PriceSource.GIVEN),
        (900, PriceSource.PRICE_BOOK),
        (0, PriceSource.GIVEN),
    ]
    assert order.totals.due == Money(2900, "EUR")


def test_a_piece_costs_what_is_given_else_its_own_price_else_the_book_s() -> None:
    lines = (
        AskedLine("A", 1, TEN, serial="p1"),
        AskedLine("A", 1, serial="p2"),
        AskedLine("A", 1, serial="p3"),
    )
    prices = KnownPrices(
        {"A": Money(900, "EUR")}, {"p1": Money(4000, "EUR"), "p2": Money(2500, "EUR")}
    )
    order = begin(a_placement(*lines), prices, AT)
    assert [(line.serial, line.unit_price.minor, line.price_source) for line in order.lines] == [
        ("p1", 1000, PriceSource.GIVEN),
        ("p2", 2500, PriceSource.PIECE),
        ("p3", 900, PriceSource.PRICE_BOOK),
    ]


def test_a_piece_is_one_unit_of_one_line() -> None:
    lines = (AskedLine("A", 2, TEN, serial="p1"), AskedLine("A", 1, TEN, serial="p1"))
    with pytest.raises(RefusedAll) as refused:
        begin(a_placement(*lines), KnownPrices(), AT)
    assert [(one.code, one.path[2:]) for one in refused.value.refusals] == [
        ("INVALID_INPUT", ("0", "quantity")),
        ("INVALID_INPUT", ("1", "serial")),
    ]


def test_every_line_without_a_price_is_named() -> None:
    with pytest.raises(RefusedAll) as refused:
        begin(
            a_placement(AskedLine("A", 1), AskedLine("B", 1, TEN), AskedLine("C", 1)),
            KnownPrices(),
            AT,
        )
    assert [(one.code, one.path[2]) for one in refused.value.refusals] == [
        ("PRICE_UNKNOWN", "0"),
        ("PRICE_UNKNOWN", "2"),
    ]


def test_an_order_is_in_one_currency() -> None:
    lines = (AskedLine("A", 1, TEN), AskedLine("B", 1, Money(5, "GBP")))
    with pytest.raises(Refusal) as refused:
        begin(a_placement(*lines), KnownPrices(), AT)
    assert refused.value.params == {"currencies": "EUR, GBP"}


@pytest.mark.parametrize(
    "line",
    [AskedLine("A", 0, TEN), AskedLine("A", 100_001, TEN), AskedLine(" ", 1, TEN)],
)
def test_a_line_that_makes_no_sense_is_refused(line: AskedLine) -> None:
    with pytest.raises(RefusedAll, match="INVALID_INPUT"):
        begin(a_placement(line), KnownPrices(), AT)


def test_an_order_without_lines_or_with_too_many_is_refused() -> None:
    for lines in ((), (AskedLine("A", 1, TEN),) * 201):
        with pytest.raises(Refusal, match="INVALID_INPUT"):
            begin(a_placement(*lines), KnownPrices(), AT)


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(RefusedAll, match="not negative"):
        begin(a_placement(AskedLine("A", 1, Money(-1, "EUR"))), KnownPrices(), AT)


def test_each_location_gets_one_fulfilment_numbered_in_the_order_of_codes() -> None:
    order = an_order(2, 1, at={"S2": {"o1.l1": 1, "o1.l2": 1}, "S1": {"o1.l1": 1}})
    assert [(one.id, one.location.code) for one in order.fulfilments] == [
        ("o1.f1", "S1"),
        ("o1.f2", "S2"),
    ]
    assert (order.status, order.version) == (OrderStatus.OPEN, 1)
    assert {line.version for line in order.lines} == {1}
    assert {one.version for one in order.fulfilments} == {1}


@pytest.mark.parametrize("quantity", [1, 3])
def test_an_allocation_of_something_else_is_never_believed(quantity: int) -> None:
    order = a_placing_order(2)
    with pytest.raises(AllocationMismatch):
        place(order, an_allocation(order, {"S1": {"o1.l1": quantity}}), AT)
