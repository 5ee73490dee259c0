"""The loss test's own eyes: a subscriber notices whatever is wrong with what it hears."""

from typing import Any

import pytest

from tests.support.loss.subscriber import Subscriber


def told(name: str, seq: int, **more: Any) -> dict[str, Any]:
    item = {"delivery": "EVENT", "cursor": f"{name}{seq}", "seq": seq}
    return {**item, "eventId": f"{name}-{seq}", "entity": {"id": name}, **more}


def having_heard(*items: dict[str, Any]) -> Subscriber:
    subscriber = Subscriber("ann", "subscription { }", {})
    for item in items:
        subscriber.take(item)
    return subscriber


def test_versions_one_after_the_other_are_right_and_the_last_cursor_counts() -> None:
    ann = having_heard(told("a", 1), told("b", 1), told("a", 2))

    assert ann.wrong == []
    assert ann.cursor == "a2"
    assert ann.lacks({"a": 2, "b": 1}) == {}


@pytest.mark.parametrize(
    ("items", "wrong"),
    [
        ([told("a", 1), told("a", 3)], "ann heard a 3 to 3 after 1"),
        ([told("a", 1), told("a", 1)], "ann heard a 1 to 1 after 1"),
        ([told("a", 1), told("a", 2, eventId="a-1")], "ann heard a-1 twice"),
        ([told("a", 2), told("a", 1)], "ann heard a 2 to 2 after 0"),
        ([told("a", 1, seqFrom=1), told("a", 3, seqFrom=3)], "ann heard a 3 to 3 after 1"),
        ([told("a", 2, seqFrom=1), told("a", 3, seqFrom=2)], "ann heard a 2 to 3 after 2"),
        ([told("a", 1, state={"version": 0})], "ann was shown a at 0 with event 1"),
        ([told("a", 1, delivery="RESET")], "ann was told RESET"),
    ],
)
def test_a_gap_a_double_a_swap_a_reset_and_a_stale_entity_are_noticed(
    items: list[dict[str, Any]], wrong: str
) -> None:
    assert wrong in having_heard(*items).wrong


def test_a_state_may_stand_for_several_versions() -> None:
    assert having_heard(told("a", 3, seqFrom=1), told("a", 5, seqFrom=4)).wrong == []


def test_a_state_may_pass_over_versions_that_waited_when_its_subscriber_began_again() -> None:
    ann = having_heard(told("a", 1, seqFrom=1))

    assert ann.begin_again() == {"since": "a1"}
    ann.take(told("a", 3, seqFrom=3))
    assert ann.wrong == []
    ann.begin_again()
    ann.take(told("a", 3, seqFrom=3))
    assert ann.wrong == ["ann heard a 3 to 3 after 3", "ann heard a-3 twice"]


def test_what_was_not_heard_or_not_committed_is_lacking() -> None:
    assert having_heard(told("a", 1), told("c", 1)).lacks({"a": 2, "b": 1}) == {
        "a": "heard 1 of 2",
        "b": "heard 0 of 1",
        "c": "heard 1 of 0",
    }


def test_a_heartbeat_is_no_event_but_moves_the_cursor() -> None:
    ann = having_heard(told("a", 1), {"delivery": "HEARTBEAT", "cursor": "later"})

    assert ann.is_quiet
    assert (ann.cursor, ann.items) == ("later", 1)
