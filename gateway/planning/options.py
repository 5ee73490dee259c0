"""Options: the ways that, taken together, bring one value; how they combine, and which are kept."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import islice, product

from gateway.planning.ways import Way, WayKind

Option = tuple[Way, ...]

MOST_OPTIONS = 48
MOST_OPTIONS_PER_END = 6
MOST_COMBINATIONS = 64


def combined(choices: Sequence[list[Option]]) -> list[Option]:
    """Every way to take one option of each, as one option; capped."""
    if len(choices) == 1:
        return choices[0]
    return [
        tuple(dict.fromkeys(way for option in combination for way in option))
        for combination in islice(product(*choices), MOST_COMBINATIONS)
    ]


def pruned(options: list[Option], most: int = MOST_OPTIONS) -> tuple[Option, ...]:
    """Of options that end at the same nodes keep the cheapest few, and `most` in all."""
    if len(options) == 1:
        return (options[0],)
    ends: Counter[Hashable] = Counter()
    kept = []
    for option in sorted(dict.fromkeys(options), key=price):
        end = tuple((way.node, way.runtime_types, way.kind) for way in option)
        ends[end] += 1
        if ends[end] <= MOST_OPTIONS_PER_END:
            kept.append(option)
    return tuple(kept[:most])


def price(option: Option) -> int:
    """How many calls the option takes, those of its inputs included."""
    if len(option) == 1:
        return option[0].calls
    closure = option[0].closure.union(*(way.closure for way in option[1:]))
    return sum(way.kind is not WayKind.FIELD for way in closure)
