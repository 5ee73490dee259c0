from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import OperationTooComplex
from gateway.planning.conditions import Conditions
from gateway.planning.plan import Condition
from gateway.planning.turns import MOST_ALTERNATIVES, Turn, turns

VARIABLES = "abc"
Places = Sequence[tuple[str, Conditions]]


def conditions() -> st.SearchStrategy[Conditions]:
    drawn = st.dictionaries(st.sampled_from(VARIABLES), st.booleans(), max_size=2)
    return drawn.map(lambda each: frozenset(Condition(*item) for item in each.items()))


def numbered(places: Places) -> dict[str, list[tuple[int, Conditions]]]:
    found: dict[str, list[tuple[int, Conditions]]] = {}
    for number, (key, needed) in enumerate(places):
        found.setdefault(key, []).append((number, needed))
    return found


@given(st.lists(st.tuples(st.sampled_from("xyz"), conditions()), max_size=9))
def test_fields_run_once_where_they_are_included_first(places: Places) -> None:
    found = turns(numbered(places))

    for values in product([False, True], repeat=len(VARIABLES)):
        world = frozenset(map(Condition, VARIABLES, values))
        included = dict.fromkeys(key for key, needed in places if needed <= world)
        ran = [
            turn.key
            for turn in found
            if (turn.when is None and turn.key in included)
            or any(each <= world for each in turn.when or ())
        ]
        assert ran == list(included)


@given(st.lists(st.tuples(st.just("x"), conditions()), min_size=1))
def test_places_beside_each_other_are_one_turn(places: Places) -> None:
    assert turns(numbered(places)) == [Turn("x", None)]


def test_what_takes_too_long_to_tell_apart_is_refused() -> None:
    wide = [
        frozenset(Condition(f"{name}{at}") for name in "abcd") for at in range(MOST_ALTERNATIVES)
    ]
    places = [place for each in wide for place in (("x", each), ("y", frozenset[Condition]()))]

    with pytest.raises(OperationTooComplex):
        turns(numbered(places))
