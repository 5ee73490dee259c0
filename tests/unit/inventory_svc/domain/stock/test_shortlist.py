"""Which candidates are read: enough to decide well, and said so when there are more."""

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.shortlist import NEAREST_READ, Shortlist, Stocked, shortlist
from tests.support import stock as build

PLACES = tuple(f"S{number:02}" for number in range(30))
NEW = Condition.NEW


def stocked(**locations: tuple[str, ...]) -> Stocked:
    return {(sku, NEW): frozenset(places) for sku, places in locations.items()}


def test_few_candidates_are_all_read_unasked() -> None:
    command = build.an_allocation(("shirt", 1), among=("S1", "W1"))

    assert shortlist(command, {}, wide=False) == Shortlist(("S1", "W1"))


def test_only_the_nearest_with_stock_are_read_at_first() -> None:
    command = build.an_allocation(("shirt", 1), among=PLACES)

    near = shortlist(command, stocked(shirt=PLACES[5:]), wide=False)
    wide = shortlist(command, stocked(shirt=PLACES[5:]), wide=True)

    assert near == Shortlist(PLACES[5 : 5 + NEAREST_READ], partial=True)
    assert wide == Shortlist(PLACES[5:])


def test_a_far_location_that_has_everything_is_read_too() -> None:
    command = build.an_allocation(("shirt", 1), ("hat", 1), among=PLACES)

    found = shortlist(command, stocked(shirt=PLACES[:20], hat=PLACES[19:25]), wide=False)

    assert PLACES[19] in found.candidates
    assert PLACES[20] in found.candidates


@given(
    st.sets(st.sampled_from(PLACES)),
    st.sets(st.sampled_from(PLACES)),
    st.permutations(PLACES),
    st.booleans(),
)
def test_a_shortlist_keeps_the_order_and_says_whether_it_is_whole(
    shirts: set[str], hats: set[str], order: list[str], wide: bool
) -> None:
    command = build.an_allocation(("shirt", 1), ("hat", 1), among=order)

    found = shortlist(command, stocked(shirt=tuple(shirts), hat=tuple(hats)), wide=wide)

    useful = [code for code in order if code in shirts | hats]
    assert list(found.candidates) == [code for code in useful if code in found.candidates]
    assert found.partial == (len(found.candidates) < len(useful))
    assert not (wide and found.partial)
    whole = [code for code in useful if code in shirts & hats][:NEAREST_READ]
    assert set(whole) <= set(found.candidates)
