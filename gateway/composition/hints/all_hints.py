"""The hints in their order."""

from collections.abc import Callable, Iterator

from gateway.composition.hints.descriptions_differ import descriptions_differ
from gateway.composition.hints.enums_differ import enums_differ
from gateway.composition.hints.inputs_left_out import inputs_left_out
from gateway.composition.hints.overrides_can_go import overrides_can_go
from gateway.composition.hints.types_differ import types_differ
from gateway.composition.hints.types_vary import types_vary
from gateway.composition.problems import Hint
from gateway.composition.rules.composition import Composition

HintRule = Callable[[Composition], Iterator[Hint]]

ALL_HINTS: tuple[HintRule, ...] = (
    inputs_left_out,
    enums_differ,
    types_differ,
    types_vary,
    overrides_can_go,
    descriptions_differ,
)
