"""What the writer of a log says of it, so that readers can tell a lost position from a late one.

A log has an identity, kept in the database that gives the positions: another identity is another
log, and no position of the one means anything in the other. Beside it stands how many partitions
there are, since who counts otherwise would never read some of them; and, for each partition, how
far positions were given when its relay had last made the stream whole, and a mark that is another
one each time. A reader whose position is beyond that, or who waits for events up to there from a
stream that stays empty, waits until the mark has changed: by then what can be refilled has been, so
its position is lost.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

LOOK_AGAIN_SECONDS = 0.2
"""How soon whoever waits for what is unsaid looks again."""

_MOST_UNSAID_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class PartitionHead:
    """The last position given when the relay had looked; `mark` changes with each look."""

    reached: int
    mark: str


class OtherPartitions(Exception):
    """A log has another number of partitions than whoever reads or writes it was set to."""

    def __init__(self, log: str, has: int, expected: int) -> None:
        super().__init__(
            f"The log of {log} has {has} partitions, and this process is set to {expected}."
        )


@dataclass(frozen=True, slots=True)
class LogHead:
    """A log's identity, None while nobody has said it, and what is known of its partitions.

    `count` is the number of its partitions, None if that was not said.
    """

    identity: str | None = None
    partitions: Mapping[int, PartitionHead] = field(default_factory=dict)
    count: int | None = None

    def require_count(self, log: str, expected: int) -> None:
        """Raise OtherPartitions if the log is known to have another number of them."""
        if self.count is not None and self.count != expected:
            raise OtherPartitions(log, self.count, expected)

    def is_whole(self, count: int) -> bool:
        """Whether each partition's end is known, so that none can yet be filled beyond it."""
        return self.partitions.keys() >= set(range(count))

    def is_of(self, identity: str | None) -> bool:
        """Whether it may be the log of that identity; what is not known may be."""
        return identity is None or self.identity is None or identity == self.identity

    def beginning(self, partition: int, first: int) -> int:
        """Give the position before the oldest event there is: the end, if there is none."""
        known = self.partitions.get(partition)
        return max(0, first - 1) if first or known is None else known.reached

    def ends(self, last: Sequence[int]) -> list[int]:
        """Give each partition's end from its stream's, which may not be filled again yet."""
        return [
            max(position, self.partitions[number].reached if number in self.partitions else 0)
            for number, position in enumerate(last)
        ]


class Unsaid:
    """How long nobody has said where a log ends, for all who wait for that."""

    def __init__(self) -> None:
        self._since: float | None = None

    def may_be_waited_for(self, now: float) -> bool:
        """Whether it may still be said soon; `now` is in seconds."""
        if self._since is None:
            self._since = now
        return now < self._since + _MOST_UNSAID_SECONDS

    def is_over(self) -> None:
        """It was said."""
        self._since = None


class Ends(Protocol):
    """Positions of the oldest and the newest entry of a partition; 0 and 0 when it is empty."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...


class Doubts:
    """Positions that look wrong, each with the mark at first sight."""

    def __init__(self) -> None:
        self._marks: dict[Hashable, dict[int, str]] = {}

    def worth_asking(self, positions: Sequence[int], head: LogHead) -> bool:
        """Whether some position is not what the relay has said; only then look closer."""
        return any(
            positions[number] != one.reached
            for number, one in head.partitions.items()
            if number < len(positions)
        )

    def confirmed(
        self, holder: Hashable, positions: Sequence[int], head: LogHead, ends: Sequence[Ends]
    ) -> frozenset[int]:
        """Give the partitions in which the holder's position is lost."""
        doubtful = set(_doubtful(positions, head, ends))
        known = self._marks.get(holder, {})
        marks = {number: known.get(number, head.partitions[number].mark) for number in doubtful}
        if marks:
            self._marks[holder] = marks
        else:
            self._marks.pop(holder, None)
        return frozenset(
            number for number, mark in marks.items() if mark != head.partitions[number].mark
        )

    def forget(self, holder: Hashable) -> None:
        """Begin anew with a holder."""
        self._marks.pop(holder, None)


def _doubtful(positions: Sequence[int], head: LogHead, ends: Sequence[Ends]) -> Iterable[int]:
    for number, known in head.partitions.items():
        if number >= len(positions):
            continue
        position, last = positions[number], ends[number].last
        is_beyond = position > max(known.reached, last)
        is_gone = last == 0 and position < known.reached
        if is_beyond or is_gone:
            yield number
