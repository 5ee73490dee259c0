"""The rules in their order."""

from gateway.composition.rules.arguments_agree import arguments_agree
from gateway.composition.rules.composed_directives_agree import composed_directives_agree
from gateway.composition.rules.composition import Composition, Rule
from gateway.composition.rules.contexts_are_sound import contexts_are_sound
from gateway.composition.rules.costs_are_sound import costs_are_sound
from gateway.composition.rules.demands_are_passed_on import demands_are_passed_on
from gateway.composition.rules.directives_agree import directives_agree
from gateway.composition.rules.enums_agree import enums_agree
from gateway.composition.rules.event_sources_are_sound import event_sources_are_sound
from gateway.composition.rules.externals_are_sound import externals_are_sound
from gateway.composition.rules.field_sets_are_valid import field_sets_are_valid
from gateway.composition.rules.field_types_agree import field_types_agree
from gateway.composition.rules.hidden_parts_are_whole import hidden_parts_are_whole
from gateway.composition.rules.inputs_agree import inputs_agree
from gateway.composition.rules.interface_objects_are_sound import (
    interface_keys_are_kept,
    interface_objects_are_sound,
)
from gateway.composition.rules.interfaces_are_implemented import interfaces_are_implemented
from gateway.composition.rules.kinds_agree import kinds_agree
from gateway.composition.rules.names_exist import names_exist
from gateway.composition.rules.overrides_are_sound import overrides_are_sound
from gateway.composition.rules.queries_exist import queries_exist
from gateway.composition.rules.sharing_is_declared import sharing_is_declared
from gateway.composition.rules.types_have_a_base import types_have_a_base

ALONE: tuple[Rule, ...] = (
    names_exist,
    field_sets_are_valid,
    interface_keys_are_kept,
    contexts_are_sound,
    costs_are_sound,
    event_sources_are_sound,
)
"""What must hold in each subgraph by itself."""

TOGETHER: tuple[Rule, ...] = (
    queries_exist,
    kinds_agree,
    types_have_a_base,
    externals_are_sound,
    overrides_are_sound,
    sharing_is_declared,
    field_types_agree,
    arguments_agree,
    inputs_agree,
    enums_agree,
    interfaces_are_implemented,
    interface_objects_are_sound,
    hidden_parts_are_whole,
    composed_directives_agree,
    directives_agree,
    demands_are_passed_on,
)
"""What must hold between subgraphs, each of which makes sense."""

ALL_RULES = (*ALONE, *TOGETHER)

__all__ = ["ALL_RULES", "ALONE", "TOGETHER", "Composition"]
