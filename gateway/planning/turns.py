"""In which order the root fields of a mutation run, whatever the client's variables say.

A field runs where it stands first among the places that are included. One that stands before and
behind others therefore has a turn for each of these places, under conditions that exclude each
other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.errors import OperationTooComplex
from gateway.planning.conditions import (
    Alternatives,
    Conditions,
    contradicts,
    covers,
    including,
    opposite,
)

MOST_ALTERNATIVES = 64


class Turn(NamedTuple):
    """When a field runs at one place among the others; None is whenever it is asked."""

    key: str
    when: Alternatives | None


def turns(places: Mapping[str, Sequence[tuple[int, Conditions]]]) -> list[Turn]:
    """Give the turns of fields, by response key, from their numbered places in the document.

    Raises OperationTooComplex where conditions are told apart in more than 64 ways.
    """
    found = sorted(
        (number, key, when) for key, own in places.items() for number, when in _apart(own)
    )
    joined: list[tuple[str, Alternatives]] = []
    for _, key, when in found:
        at = _place_among(joined, key, when)
        if at is None:
            joined.append((key, when))
        else:
            joined[at] = (key, (*joined[at][1], *when))
    count = Counter(key for key, _ in joined)
    return [Turn(key, None if count[key] == 1 else when) for key, when in joined]


def _place_among(
    joined: Sequence[tuple[str, Alternatives]], key: str, when: Alternatives
) -> int | None:
    """Give an earlier turn of the field, if nothing that is between runs under these too."""
    for at in range(len(joined) - 1, -1, -1):
        other, others = joined[at]
        if other == key:
            return at
        if any(not contradicts(one | each) for one in when for each in others):
            return None
    return None


def _apart(places: Sequence[tuple[int, Conditions]]) -> list[tuple[int, Alternatives]]:
    """Say for each place when it is the first that is included; leave out what never is."""
    found: list[tuple[int, Alternatives]] = []
    earlier: Alternatives = ()
    for number, conditions in places:
        if covers(earlier, conditions):
            continue
        when = _unless(conditions, earlier)
        if when:
            found.append((number, when))
        earlier = including(earlier, conditions)
    return found


def _unless(conditions: Conditions, others: Alternatives) -> Alternatives:
    """When the conditions hold, and those of none of the others do."""
    found: Alternatives = (conditions,)
    for other in others:
        apart: Alternatives = ()
        for known in found:
            for each in sorted(other):
                more = known | {opposite(each)}
                if not contradicts(more):
                    apart = including(apart, more)
        found = apart
        if len(found) > MOST_ALTERNATIVES:
            raise OperationTooComplex("A mutation stands under too many conditions.")
    return found
