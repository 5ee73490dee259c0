"""No more is kept for one owner than is allowed, over all their reservations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.stock.allowance import Allowance
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.position import PositionKey
from retail_kit.quantities import Unit
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import ITEM_UNITS, NOW, InMemoryStock

ALLOWANCE = Allowance(of_item=4, in_all=6, measured={Unit.MILLIMETRE: 2500})
OWNERS = ("ann", "bob")
SKUS = ("shirt", "boot", *ITEM_UNITS)
PLENTY = 1_000_000

Wish = tuple[str, list[tuple[str, int]], int]

lines = st.one_of(
    st.tuples(st.sampled_from(("shirt", "boot")), st.integers(1, 5)),
    st.tuples(st.sampled_from(sorted(ITEM_UNITS)), st.integers(1, 1500)),
)
wishes = st.tuples(
    st.sampled_from(OWNERS), st.lists(lines, min_size=1, max_size=3), st.integers(1, 3)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(wishes, min_size=1, max_size=4), min_size=1, max_size=8))
def test_what_is_kept_stays_within_the_allowance_and_nothing_else_is_refused(
    plan: Sequence[Sequence[Wish]],
) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    stock.commit(*(build.a_count(PositionKey(sku, "S1"), PLENTY) for sku in SKUS))
    for group in plan:
        kept = {owner: _kept(stock, owner) for owner in OWNERS}
        commands = [_a_hold(stock, *wish) for wish in group]
        for command, decided in zip(commands, stock.commit(*commands), strict=True):
            after = kept[command.owner].copy()
            for line in command.lines:
                _add(after, line.sku, line.quantity)
            fits = _fits(after)
            told = {each.code for each in decided.outcome.refusals}
            assert told == (set() if fits else {"TOO_MANY_KEPT"})
            kept[command.owner] = after if fits else kept[command.owner]
        _gives_one_back(stock)
        clock.advance(timedelta(minutes=1))


def test_a_refusal_says_of_which_line_or_that_it_is_all_of_them() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(*(build.a_count(PositionKey(sku, "S1"), PLENTY) for sku in SKUS))
    first, of_item, in_all = stock.commit(
        _a_hold(stock, "ann", [("shirt", 3)], 5),
        _a_hold(stock, "ann", [("boot", 1), ("shirt", 2)], 5),
        _a_hold(stock, "ann", [("boot", 4)], 5),
    )

    assert not first.outcome.refusals
    (item,), (everything,) = of_item.outcome.refusals, in_all.outcome.refusals
    assert item.path == ("input", "lines", "1", "quantity")
    assert dict(item.params) == {"sku": "shirt", "requested": "2", "kept": "3", "most": "4"}
    assert everything.path == ("input", "lines")
    assert dict(everything.params) == {"requested": "4", "kept": "3", "most": "6"}


def test_what_is_measured_is_bounded_by_its_unit_and_said_at_the_first_such_line() -> None:
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(*(build.a_count(PositionKey(sku, "S1"), PLENTY) for sku in SKUS))
    first, of_unit, heavy = stock.commit(
        _a_hold(stock, "ann", [("ribbon", 2000), ("shirt", 4)], 5),
        _a_hold(stock, "ann", [("boot", 1), ("cord", 400), ("ribbon", 101)], 5),
        _a_hold(stock, "ann", [("flour", PLENTY)], 5),
    )

    assert not first.outcome.refusals
    (length,) = of_unit.outcome.refusals
    assert length.path == ("input", "lines", "1", "quantity")
    told = {"unit": "MILLIMETRE", "requested": "501", "kept": "2000", "most": "2500"}
    assert dict(length.params) == told
    assert "2000 millimetres" in length.message
    assert not heavy.outcome.refusals


def test_a_measured_line_is_one_of_all_things_wherever_its_goods_are_and_until_it_ends() -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock)
    for place in ("S1", "S2"):
        stock.commit(build.a_count(PositionKey("ribbon", place), 600))
    stock.commit(build.a_count(PositionKey("boot", "S1"), PLENTY))
    stock.commit(build.a_count(PositionKey("shirt", "S1"), PLENTY))
    hold = replace(_a_hold(stock, "ann", [("ribbon", 1000)], 2), candidates=("S1", "S2"))
    (ribbon,) = stock.commit(hold)
    assert ribbon.reservation is not None
    assert len(ribbon.reservation.pegs) == 2

    pieces = [("boot", 3), ("shirt", 3)]
    (beyond,) = stock.commit(_a_hold(stock, "ann", pieces, 5))
    (in_all,) = beyond.outcome.refusals
    assert dict(in_all.params) == {"requested": "6", "kept": "1", "most": "6"}
    assert in_all.path == ("input", "lines")

    clock.advance(timedelta(minutes=2))
    (again,) = stock.commit(_a_hold(stock, "ann", pieces, 5))
    assert not again.outcome.refusals


def _a_hold(
    stock: InMemoryStock, owner: str, lines: list[tuple[str, int]], minutes: int
) -> ReserveStock:
    ends = stock.clock.now() + timedelta(minutes=minutes)
    hold = build.an_allocation(*lines, among=("S1",))
    return replace(hold, owner=owner, expires_at=ends, order_id=None, allowance=ALLOWANCE)


def _kept(stock: InMemoryStock, owner: str) -> Counter[str]:
    amounts: Counter[str] = Counter()
    for each in stock.reservations.values():
        if each.owner == owner and each.is_active(stock.clock.now()):
            for peg in each.pegs:
                _add(amounts, peg.position.sku, peg.open)
    return amounts


def _add(amounts: Counter[str], sku: str, quantity: int) -> None:
    """Add a line to what is kept by SKU, by unit and in all; nothing of it is given up singly."""
    unit = ITEM_UNITS.get(sku)
    amounts[sku if unit is None else unit] += quantity
    amounts["things"] += quantity if unit is None else 1


def _fits(amounts: Counter[str]) -> bool:
    of_items = all(amounts[sku] <= ALLOWANCE.of_item for sku in ("shirt", "boot"))
    measured = all(amounts[unit] <= most for unit, most in ALLOWANCE.measured.items())
    return of_items and measured and amounts["things"] <= ALLOWANCE.in_all


def _gives_one_back(stock: InMemoryStock) -> None:
    for each in stock.reservations.values():
        if each.is_active(stock.clock.now()):
            stock.commit(build.a_release(each))
            return
