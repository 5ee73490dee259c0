from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gateway.planning.conditions import Alternatives, Conditions, covers, either, reduced
from gateway.planning.plan import Condition

VARIABLES = "abc"


def conditions() -> st.SearchStrategy[Conditions]:
    """Each variable required, forbidden or not mentioned; never both."""
    return st.dictionaries(st.sampled_from(VARIABLES), st.booleans()).map(
        lambda drawn: frozenset(Condition(name, negated) for name, negated in drawn.items())
    )


def worlds() -> Iterator[frozenset[Condition]]:
    for values in product([False, True], repeat=len(VARIABLES)):
        yield frozenset(map(Condition, VARIABLES, values))


def hold(alternatives: Alternatives, world: frozenset[Condition]) -> bool:
    return any(each <= world for each in alternatives)


@given(st.lists(conditions().map(lambda each: (each,))))
def test_alternatives_taken_together_hold_whenever_one_of_them_does(
    every: list[Alternatives],
) -> None:
    together = either(every)

    assert not any(one < other for one, other in product(together, repeat=2))
    for world in worlds():
        assert hold(together, world) == any(hold(each, world) for each in every)
        assert covers(together, world) == hold(together, world)


@given(st.lists(conditions().map(lambda each: (each,))))
def test_alternatives_said_shorter_say_the_same(every: list[Alternatives]) -> None:
    together = either(every)
    shorter = reduced(together)

    assert len(shorter) <= len(together)
    assert reduced(shorter) == shorter
    assert all(hold(shorter, world) == hold(together, world) for world in worlds())


def test_what_is_asked_either_way_is_asked_always() -> None:
    wanted, left_out = frozenset({Condition("a")}), frozenset({Condition("a", negated=True)})

    assert reduced((wanted, left_out)) == (frozenset(),)
