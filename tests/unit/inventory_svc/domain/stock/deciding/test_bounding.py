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
from service_kit.runtime.clock import SettableClock
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

ALLOWANCE = Allowance(of_item=4, in_all=6)
OWNERS = ("ann", "bob")
SKUS = ("shirt", "boot")
PLENTY = 1000

Wish = tuple[str, list[tuple[str, int]], int]

wishes = st.tuples(
    st.sampled_from(OWNERS),
    st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 5)), min_size=1, max_size=3),
    st.integers(1, 3),
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
            wanted: Counter[str] = Counter()
            for line in command.lines:
                wanted[line.sku] += line.quantity
            after = kept[command.owner] + wanted
            fits = after.total() <= ALLOWANCE.in_all
            fits = fits and all(after[sku] <= ALLOWANCE.of_item for sku in wanted)
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


def _a_hold(
    stock: InMemoryStock, owner: str, lines: list[tuple[str, int]], minutes: int
) -> ReserveStock:
    ends = stock.clock.now() + timedelta(minutes=minutes)
    hold = build.an_allocation(*lines, among=("S1",))
    return replace(hold, owner=owner, expires_at=ends, order_id=None, allowance=ALLOWANCE)


def _kept(stock: InMemoryStock, owner: str) -> Counter[str]:
    units: Counter[str] = Counter()
    for each in stock.reservations.values():
        if each.owner == owner and each.is_active(stock.clock.now()):
            for peg in each.pegs:
                units[peg.position.sku] += peg.open
    return units


def _gives_one_back(stock: InMemoryStock) -> None:
    for each in stock.reservations.values():
        if each.is_active(stock.clock.now()):
            stock.commit(build.a_release(each))
            return
