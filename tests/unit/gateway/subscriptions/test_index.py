from hypothesis import given
from hypothesis import strategies as st

from gateway.subscriptions.happening import Happening, Section
from gateway.subscriptions.index import ListenerIndex
from gateway.subscriptions.listener import Interest, Listener
from tests.support.listeners import listener_for

VALUES = st.sampled_from("abc")
FILTERS = st.dictionaries(st.sampled_from("xyz"), st.frozensets(VALUES), max_size=3)
GRANTS = st.none() | st.frozensets(st.sampled_from(["g:1", "g:2"]))
INTERESTS = st.builds(Interest, st.sampled_from(["one", "two"]), FILTERS, GRANTS)
KEYS = st.dictionaries(st.sampled_from("xyz"), st.lists(VALUES, max_size=3).map(tuple), max_size=3)
AUDIENCES = st.frozensets(st.sampled_from(["g:1", "g:2", "g:3"]))


def happening(audience: frozenset[str]) -> Happening:
    return Happening("1", "Thing:1", 1, "", audience, {})


@given(st.lists(INTERESTS, max_size=12), st.lists(st.booleans(), min_size=12), KEYS, AUDIENCES)
def test_an_event_finds_just_those_who_want_it_and_may_see_it(
    interests: list[Interest],
    stays: list[bool],
    keys: dict[str, tuple[str, ...]],
    audience: frozenset[str],
) -> None:
    index: ListenerIndex[Listener] = ListenerIndex()
    listeners = [listener_for(interest) for interest in interests]
    for listener in listeners:
        index.add(listener)
    for listener, stay in zip(listeners, stays, strict=False):
        if not stay:
            index.remove(listener)
            index.remove(listener)
    there = [one for one, stay in zip(listeners, stays, strict=False) if stay]
    event, section = happening(audience), Section(keys, {})

    found = list(index.listeners_for("one", event, section))

    assert len(index) == len(there)
    assert set(index) == set(there)
    assert len(found) == len(set(found))
    assert set(found) == {one for one in there if _wants(one.interest, keys, audience)}
    assert index.listens("one") == any(one.interest.field == "one" for one in there)


def _wants(interest: Interest, keys: dict[str, tuple[str, ...]], audience: frozenset[str]) -> bool:
    if interest.field != "one":
        return False
    if interest.grants is not None and not interest.grants & audience:
        return False
    return all(values & set(keys.get(name, ())) for name, values in interest.filters.items())


def test_an_event_does_not_ask_those_who_wait_for_something_else() -> None:
    index: ListenerIndex[Listener] = ListenerIndex()
    asked: list[str] = []

    class Telling(Interest):
        def covers(self, happening: Happening, section: Section) -> bool:
            asked.append(next(iter(self.filters["id"])))
            return super().covers(happening, section)

    for number in range(1000):
        filters = {"id": frozenset({str(number)})}
        index.add(listener_for(Telling("one", filters, None)))

    index.listeners_for("one", happening(frozenset()), Section({"id": ("7",)}, {}))

    assert asked == ["7"]


def test_an_event_does_not_ask_those_who_ask_for_the_same_and_may_not_see_it() -> None:
    index: ListenerIndex[Listener] = ListenerIndex()
    asked: list[frozenset[str] | None] = []

    class Telling(Interest):
        def covers(self, happening: Happening, section: Section) -> bool:
            asked.append(self.grants)
            return super().covers(happening, section)

    for number in range(1000):
        grants = frozenset({f"customer:{number}"})
        index.add(listener_for(Telling("one", {"channel": frozenset({"web"})}, grants)))

    event = happening(frozenset({"customer:7", "channel:web"}))
    index.listeners_for("one", event, Section({"channel": ("web",)}, {}))

    assert asked == [frozenset({"customer:7"})]


def test_who_has_very_many_grants_is_found_all_the_same() -> None:
    index: ListenerIndex[Listener] = ListenerIndex()
    grants = frozenset(f"location:{number}" for number in range(1000))
    listener = listener_for(Interest("one", {"channel": frozenset({"web"})}, grants))
    index.add(listener)
    section = Section({"channel": ("web",)}, {})

    assert index.listeners_for("one", happening(frozenset({"location:7"})), section) == [listener]
    assert index.listeners_for("one", happening(frozenset({"customer:7"})), section) == []
