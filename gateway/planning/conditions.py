"""When something of an operation is asked: under one set of conditions, or any of several.

A field that stands in several places, each under conditions of its own, is asked if those of one
place hold. Alternatives stay in the order in which they are met, and none is implied by another.
"""

from collections.abc import Iterable

from gateway.planning.plan import Condition

Conditions = frozenset[Condition]
"""Conditions that must all hold."""

Alternatives = tuple[Conditions, ...]
"""Sets of conditions of which one must hold."""

UNCONDITIONAL: Conditions = frozenset()
ALWAYS: Alternatives = (UNCONDITIONAL,)


def covers(known: Alternatives, conditions: Conditions) -> bool:
    """Whether one of the alternatives holds whenever the conditions do."""
    return any(each <= conditions for each in known)


def including(known: Alternatives, conditions: Conditions) -> Alternatives:
    """The alternatives with one more, without those that it makes superfluous."""
    if covers(known, conditions):
        return known
    return (*(each for each in known if not conditions <= each), conditions)


def either(every: Iterable[Alternatives]) -> Alternatives:
    """When one or another is asked."""
    found: Alternatives = ()
    for alternatives in every:
        for conditions in alternatives:
            found = including(found, conditions)
    return found


def common(alternatives: Alternatives) -> Conditions:
    """The conditions that hold under every alternative."""
    return frozenset.intersection(*alternatives)


def reduced(alternatives: Alternatives) -> Alternatives:
    """The same said shorter, where two alternatives differ in nothing but a condition's sense."""
    while len(alternatives) > 1:
        known = set(alternatives)
        pair = next(
            (
                conditions - {condition}
                for conditions in alternatives
                for condition in sorted(conditions)
                if conditions - {condition} | {opposite(condition)} in known
            ),
            None,
        )
        if pair is None:
            break
        alternatives = including(alternatives, pair)
    return alternatives


def contradicts(conditions: Conditions) -> bool:
    """Whether the conditions can never all hold."""
    return any(opposite(condition) in conditions for condition in conditions)


def opposite(condition: Condition) -> Condition:
    """The condition that holds whenever this one does not."""
    return Condition(condition.variable, not condition.negated)
