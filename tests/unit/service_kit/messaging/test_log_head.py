"""A position that will not come is told from one that is late."""

from service_kit.messaging.bus import Bounds
from service_kit.messaging.log_head import Doubts, LogHead, PartitionHead


def head(reached: int, mark: str) -> LogHead:
    return LogHead("log", {0: PartitionHead(reached, mark)})


def ends(first: int, last: int) -> list[Bounds]:
    return [Bounds(first, last)]


def test_a_stream_that_is_being_filled_again_leaves_no_doubt() -> None:
    doubts = Doubts()

    for mark, last in (("1", 0), ("2", 3), ("3", 9)):
        assert not doubts.confirmed("me", [9], head(9, mark), ends(1, last))


def test_a_position_beyond_the_log_is_lost_once_the_relay_has_looked_again() -> None:
    doubts = Doubts()

    found = [doubts.confirmed("me", [9], head(4, mark), ends(1, 4)) for mark in "1122"]

    assert found == [frozenset(), frozenset(), {0}, {0}]


def test_what_was_read_after_the_relay_looked_is_not_beyond() -> None:
    doubts = Doubts()

    assert not doubts.worth_asking([4], head(4, "1"))
    assert doubts.worth_asking([9], head(4, "1"))
    assert not any(doubts.confirmed("me", [9], head(4, mark), ends(1, 9)) for mark in "12")


def test_a_stream_that_stays_empty_has_lost_what_it_had() -> None:
    doubts = Doubts()

    found = [doubts.confirmed("me", [7], head(9, mark), ends(0, 0)) for mark in "12"]

    assert found == [frozenset(), {0}]
    assert not any(doubts.confirmed("other", [9], head(9, mark), ends(0, 0)) for mark in "12")


def test_a_doubt_that_has_gone_begins_anew() -> None:
    doubts = Doubts()
    doubts.confirmed("me", [9], head(4, "1"), ends(1, 4))
    doubts.confirmed("me", [9], head(9, "2"), ends(1, 4))

    assert not doubts.confirmed("me", [9], head(4, "3"), ends(1, 4))


def test_a_log_of_an_unknown_identity_may_be_any() -> None:
    assert LogHead("one").is_of("one")
    assert LogHead("one").is_of(None)
    assert LogHead(None).is_of("one")
    assert not LogHead("one").is_of("two")


def test_the_end_of_a_stream_that_is_not_whole_yet_is_where_it_was() -> None:
    said = LogHead("log", {0: PartitionHead(9, "1"), 1: PartitionHead(2, "1")})

    assert said.ends([3, 5, 1]) == [9, 5, 1]
