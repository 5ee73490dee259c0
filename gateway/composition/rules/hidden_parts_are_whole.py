"""What stays visible makes sense without what is @inaccessible."""

from collections.abc import Iterator

from gateway.composition.elements import Marks
from gateway.composition.merge import merged_marks
from gateway.composition.ownership import field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.arguments_agree import is_required
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration, named


def hidden_parts_are_whole(composition: Composition) -> Iterator[Problem]:
    """REFERENCED_INACCESSIBLE, ONLY_INACCESSIBLE_CHILDREN, REQUIRED_INACCESSIBLE."""
    by_name = composition.declarations.by_name
    hidden = {name for name, declared in by_name.items() if _marks(declared).inaccessible}
    for name, declared in by_name.items():
        if name not in hidden:
            yield from _type_problems(name, declared, hidden)


def _type_problems(name: str, declared: list[Declaration], hidden: set[str]) -> Iterator[Problem]:
    names = tuple(subgraph.name for subgraph, _ in declared)
    shown, parts = 0, 0
    for field in field_names(declared):
        parts += 1
        fields = [each.fields[field] for _, each in declared if field in each.fields]
        if merged_marks(each.marks for each in fields).inaccessible:
            continue
        shown += 1
        if named(fields[0].type) in hidden:
            message = f"{name}.{field} is visible, its type {named(fields[0].type)} is not."
            yield Problem("REFERENCED_INACCESSIBLE", message, names, places_of(*fields))
        for argument in (each for item in fields for each in item.arguments.values()):
            if argument.marks.inaccessible and is_required(argument):
                message = f"{name}.{field}({argument.name}:) is required and @inaccessible."
                places = argument.marks.of("inaccessible").places
                yield Problem("REQUIRED_INACCESSIBLE", message, names, places)
    if parts and not shown:
        message = f"Every field of {name} is @inaccessible, but {name} itself is not."
        places = places_of(*(each for _, each in declared))
        yield Problem("ONLY_INACCESSIBLE_CHILDREN", message, names, places)


def _marks(declared: list[Declaration]) -> Marks:
    return merged_marks(each.marks for _, each in declared)
