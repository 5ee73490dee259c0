"""An `@eventSource` filters by arguments that its field has."""

from collections.abc import Iterator

from gateway.composition.elements import ComposedDirective, Field, Subgraph
from gateway.composition.problems import Problem
from gateway.composition.rules.composition import Composition
from gateway.federation_spec.arguments import arguments_of, texts_in
from gateway.federation_spec.event_source import ARGUMENT_LISTS, DIRECTIVE


def event_sources_are_sound(composition: Composition) -> Iterator[Problem]:
    """EVENT_SOURCE_UNKNOWN_ARGUMENT: a filter that is misspelt would filter nothing."""
    for subgraph in composition.subgraphs:
        root = subgraph.types.get("Subscription")
        for field in root.fields.values() if root else ():
            yield from _problems(subgraph, field)


def _problems(subgraph: Subgraph, field: Field) -> Iterator[Problem]:
    for use in field.marks.composed:
        name = use.name.value
        if not _is_event_source(subgraph.composed_directives[name]):
            continue
        arguments = arguments_of(use)
        for role in ARGUMENT_LISTS:
            for each in texts_in(arguments.get(role)):
                if each not in field.arguments:
                    message = (
                        f"Subscription.{field.name}: `{role}` of @{name} names {each}, "
                        "which is no argument of the field."
                    )
                    code = "EVENT_SOURCE_UNKNOWN_ARGUMENT"
                    yield Problem(code, message, (subgraph.name,), field.places)


def _is_event_source(directive: ComposedDirective) -> bool:
    return directive.own_name == DIRECTIVE
