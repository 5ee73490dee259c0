"""The plan of a loss test: a seed decides everything, and everything asked for is in it."""

from tests.support.loss.plan import FULL, SMALL, plan_of


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert plan_of(7, SMALL) == plan_of(7, SMALL)
    assert plan_of(7, SMALL) != plan_of(8, SMALL)


def test_the_full_form_has_all_its_subscribers_events_and_faults() -> None:
    plan = plan_of(7, FULL)

    assert len({wish.name for wish in plan.wishes}) == len(plan.wishes) == FULL.subscribers
    assert sum(counter.target for counter in plan.counters) == FULL.events
    assert sorted(step.fault for step in plan.steps) == sorted(FULL.faults)
    assert [step.at for step in plan.steps] == sorted(step.at for step in plan.steps)
    assert {line.way for line in plan.lines} == {"socket", "stream"}


def test_who_wants_what_follows_from_filters_and_grants() -> None:
    plan = plan_of(7, SMALL)
    versions = {counter.name: counter.target for counter in plan.counters}

    for wish in plan.wishes:
        wanted = plan.wanted(wish, versions)
        assert wanted
        for name, counter in plan.by_name.items():
            is_his = wish.role == "operator" or f"group:{counter.group}" in wish.grants
            is_asked = wish.counter in (None, name)
            is_asked &= wish.groups is None or counter.group in wish.groups
            assert (name in wanted) == (is_his and is_asked)
