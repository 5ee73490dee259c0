"""The plan of a loss test: a seed decides everything, and everything asked for is in it."""

from tests.support.loss.plan import COUNTED, FULL, SMALL, counters_of, plan_of
from tests.support.loss.wishes import Wish


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert plan_of(7, SMALL) == plan_of(7, SMALL)
    assert plan_of(7, SMALL) != plan_of(8, SMALL)


def test_the_full_form_has_all_its_subscribers_events_and_faults() -> None:
    plan = plan_of(7, FULL)

    assert len({wish.name for wish in plan.wishes}) == len(plan.wishes) == FULL.subscribers
    assert sum(counter.target for counter in counters_of(7, FULL)) == FULL.events
    assert sorted(step.fault for step in plan.steps) == sorted(FULL.faults)
    assert [step.at for step in plan.steps] == sorted(step.at for step in plan.steps)
    assert {line.way for line in plan.lines} == {"socket", "stream"}


def test_who_wants_what_follows_from_filters_and_grants() -> None:
    counters = counters_of(7, SMALL)
    truth = {counter.subject: counter.target for counter in counters}
    one = counters[3]
    both = {"groups": ("g1", "g2")}

    def names(wish: Wish) -> set[str]:
        return set(wish.wanted(truth))

    assert names(Wish("all", "operator", COUNTED)) == {counter.name for counter in counters}
    assert names(Wish("one", "operator", COUNTED, {"counter": one.name})) == {one.name}
    assert names(Wish("both", "operator", COUNTED, both)) == {
        counter.name for counter in counters if counter.group in ("g1", "g2")
    }
    member = Wish("member", "customer", COUNTED, both, ("group:g2",), sees_all=False)
    assert names(member) == {counter.name for counter in counters if counter.group == "g2"}
