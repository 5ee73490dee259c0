"""The hints in their order."""

from collections.abc import Callable, Iterator

from gateway.composition.hints.types_differ import types_differ
from gateway.composition.problems import Hint
from gateway.composition.rules.composition import Composition

HintRule = Callable[[Composition], Iterator[Hint]]

ALL_HINTS: tuple[HintRule, ...] = (types_differ,)
