from bench.gateway.planning import depth_of
from gateway.planning.plan import Fetch, OperationKind, QueryPlan


def a_plan(*needs: tuple[int, ...]) -> QueryPlan:
    fetches = (
        Fetch(number, "shop", OperationKind.QUERY, "{ a }", None, depends_on=needed)
        for number, needed in enumerate(needs)
    )
    return QueryPlan(OperationKind.QUERY, tuple(fetches))


def test_the_depth_of_a_plan_is_its_longest_chain_of_fetches() -> None:
    assert depth_of(a_plan()) == 0
    assert depth_of(a_plan((), ())) == 1
    assert depth_of(a_plan((), (0,), (0,), (1, 2), ())) == 3
