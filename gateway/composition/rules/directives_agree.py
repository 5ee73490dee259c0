"""A directive for operations takes the same arguments in every subgraph."""

from collections.abc import Iterator, Sequence

from graphql import DirectiveDefinitionNode, TypeNode, print_ast

from gateway.composition.elements import place_in
from gateway.composition.executable_directives import arguments_named, shared_directives
from gateway.composition.problems import Problem
from gateway.composition.rules.arguments_agree import defaults_agree, is_required
from gateway.composition.rules.composition import Composition
from gateway.composition.types import merged_input, named


def directives_agree(composition: Composition) -> Iterator[Problem]:
    """FIELD_ARGUMENT_*_MISMATCH, REQUIRED_ARGUMENT_MISSING_..., REFERENCED_INACCESSIBLE."""
    for definitions in shared_directives(composition.subgraphs):
        names = dict.fromkeys(
            argument.name.value for each in definitions for argument in each.arguments or ()
        )
        for name in names:
            for code, message in _problems(composition, definitions, name):
                places = tuple(
                    place
                    for each in composition.subgraphs
                    for place in place_in(
                        each.name, each.file, each.directives.get(definitions[0].name.value)
                    )
                )
                everybody = tuple(each.name for each in composition.subgraphs)
                yield Problem(code, message, everybody, places)


def _problems(
    composition: Composition, definitions: Sequence[DirectiveDefinitionNode], name: str
) -> Iterator[tuple[str, str]]:
    coordinate = f"@{definitions[0].name.value}({name}:)"
    declared = [argument for each in definitions for argument in arguments_named(each, name)]
    if len(declared) < len(definitions) and any(map(is_required, declared)):
        message = f"{coordinate} is required, and unknown in some subgraph."
        yield "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", message
    if merged_input(argument.type for argument in declared) is None:
        said = " or ".join(dict.fromkeys(print_ast(argument.type) for argument in declared))
        yield "FIELD_ARGUMENT_TYPE_MISMATCH", f"{coordinate} is {said}."
    if not defaults_agree(declared):
        yield "FIELD_ARGUMENT_DEFAULT_MISMATCH", f"{coordinate} has different default values."
    if len(declared) == len(definitions) and _is_hidden(composition, declared[0].type):
        yield "REFERENCED_INACCESSIBLE", f"{coordinate} is visible, its type is not."


def _is_hidden(composition: Composition, node: TypeNode) -> bool:
    declared = composition.declarations.by_name.get(named(node), ())
    return any(each.marks.inaccessible for _, each in declared)
