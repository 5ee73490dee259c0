"""A plan as plain values, for other programs: the same that the text shows, member by member."""

from collections.abc import Iterable
from typing import Any

from gateway.planning.plan import (
    Condition,
    ContextVariable,
    EntityCall,
    Fetch,
    Path,
    QueryPlan,
    Rename,
    Representation,
    RepresentationField,
    RepresentationSelection,
)
from gateway.planning.plan_text import path_text


def plan_values(plan: QueryPlan) -> dict[str, Any]:
    """Give the plan as what JSON can hold; what is empty is left out."""
    return {"kind": plan.kind.value, "fetches": [_fetch(each) for each in plan.fetches]}


def _fetch(fetch: Fetch) -> dict[str, Any]:
    return _without_nothing(
        {
            "id": fetch.id,
            "subgraph": fetch.subgraph,
            "kind": fetch.kind.value,
            "operation": fetch.operation,
            "operationName": fetch.operation_name,
            "variables": list(fetch.variables),
            "after": list(fetch.depends_on),
            "if": [_condition(each) for each in fetch.conditions],
            "ifAny": [[_condition(one) for one in each] for each in fetch.alternatives],
            "into": _paths(fetch.paths),
            "entities": [_call(each) for each in fetch.entity_calls],
            "renames": [_rename(each) for each in fetch.renames],
        }
    )


def _call(call: EntityCall) -> dict[str, Any]:
    return _without_nothing(
        {
            "responseKey": call.response_key,
            "variable": call.variable,
            "of": _paths(call.paths),
            "representations": [_representation(each) for each in call.representations],
            "renames": [_rename(each) for each in call.renames],
            "contexts": [_context(each) for each in call.contexts],
        }
    )


def _representation(one: Representation) -> dict[str, Any]:
    return _without_nothing(
        {
            "types": None if one.types is None else sorted(one.types),
            "typename": one.typename,
            "fields": [_selection(each) for each in one.fields],
        }
    )


def _selection(one: RepresentationSelection) -> dict[str, Any]:
    below = [_selection(each) for each in one.selections]
    if not isinstance(one, RepresentationField):
        return {"types": sorted(one.types), "fields": below}
    read = None if one.response_key == one.name else one.response_key
    return _without_nothing(
        {"name": one.name, "responseKey": read, "nullable": one.nullable, "fields": below}
    )


def _context(one: ContextVariable) -> dict[str, Any]:
    return {
        "variable": one.variable,
        "type": one.type,
        "sources": [
            _without_nothing(
                {
                    "steps": each.steps,
                    "types": None if each.types is None else sorted(each.types),
                    "fields": [_selection(part) for part in each.selections],
                }
            )
            for each in one.sources
        ],
    }


def _rename(one: Rename) -> dict[str, Any]:
    return {"path": path_text(one.path), "alias": one.alias, "responseKey": one.response_key}


def _condition(one: Condition) -> dict[str, Any]:
    return {"variable": one.variable, "is": not one.negated}


def _paths(paths: Iterable[Path]) -> list[str]:
    return [path_text(each) for each in paths]


def _without_nothing(members: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in members.items()
        if value is not None and value is not False and value != []
    }
