"""Available to sell: the formula, and the rules that explain it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.stock.availability import AvailabilityRule, availability_of
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from tests.support.stock import NOW

PLACES = ("W1", "S1", "S2")

a_hold = st.builds(
    Hold,
    st.integers(-30, 30).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.integers(1, 5),
)


@st.composite
def positions(draw: st.DrawFn) -> dict[str, Position]:
    return {
        place: Position(
            PositionKey("shirt", place),
            on_hand=draw(st.integers(0, 20)),
            allocated=draw(st.integers(0, 8)),
            holds=tuple(draw(st.lists(a_hold, max_size=3))),
        )
        for place in draw(st.sets(st.sampled_from(PLACES)))
    }


def scope(*codes: str) -> list[Candidate]:
    return [
        Candidate(Location(code, code, LocationType.STORE, "FR"), distance)
        for distance, code in enumerate(codes)
    ]


@given(positions(), st.permutations(PLACES), st.integers(0, 3))
def test_the_rules_add_up_and_no_location_burdens_another(
    held: dict[str, Position], order: list[str], size: int
) -> None:
    chosen = order[:size]

    answer = availability_of("shirt", "web", held, scope(*chosen), NOW)

    expected = sum(held[code].available(NOW) for code in chosen if code in held)
    assert answer.quantity == expected
    assert sum(applied.units for applied in answer.rules_applied) == expected
    assert [row.location.code for row in answer.locations] == [c for c in chosen if c in held]
    assert all(0 <= row.quantity <= row.on_hand for row in answer.locations)


@given(positions(), st.sampled_from(PLACES), st.integers(1, 5))
def test_more_on_the_shelves_is_never_less_to_sell(
    held: dict[str, Position], place: str, more: int
) -> None:
    before = availability_of("shirt", "web", held, scope(*PLACES), NOW)
    old = held.get(place, Position(PositionKey("shirt", place)))
    grown = {**held, place: Position(old.key, old.on_hand + more, old.allocated, old.holds)}

    after = availability_of("shirt", "web", grown, scope(*PLACES), NOW)

    assert before.quantity <= after.quantity <= before.quantity + more


def test_a_location_that_owes_more_than_it_has_promises_nothing() -> None:
    owing = Position(PositionKey("shirt", "S1"), on_hand=2, allocated=5)
    full = Position(PositionKey("shirt", "W1"), on_hand=4)

    answer = availability_of("shirt", "web", {"S1": owing, "W1": full}, scope("S1", "W1"), NOW)

    assert answer.quantity == 4
    rules = {applied.rule: applied.units for applied in answer.rules_applied}
    assert rules == {
        AvailabilityRule.PHYSICAL_STOCK: 6,
        AvailabilityRule.HARD_ALLOCATIONS: -5,
        AvailabilityRule.NEVER_BELOW_ZERO: 3,
    }
