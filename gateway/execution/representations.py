"""What to send to `_entities` for an object of the tree."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from gateway.execution.tree import JsonObject
from gateway.planning.plan import (
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
)

Writer: TypeAlias = Callable[[JsonObject], bytes | None]
"""Gives an object's representation as JSON; None when it lacks what it needs or is not served."""

_Filler: TypeAlias = Callable[[JsonObject, JsonObject], bool]
_MISSING: Any = object()


def compile_representations(representations: Sequence[Representation]) -> Writer:
    """Make one writer of the representations of a call: the first that serves the type is used."""
    by_type: dict[str, Writer] = {}
    for representation in representations:
        writer = _writer(representation)
        if representation.types is None:
            return _dispatched(by_type, writer) if by_type else writer
        for name in representation.types:
            by_type.setdefault(name, writer)
    return _dispatched(by_type, None)


def _dispatched(by_type: Mapping[str, Writer], otherwise: Writer | None) -> Writer:
    def write(item: JsonObject) -> bytes | None:
        name = item.get("__typename")
        writer = by_type.get(name, otherwise) if name.__class__ is str else otherwise
        return None if writer is None else writer(item)

    return write


def _writer(representation: Representation) -> Writer:
    if all(
        isinstance(field, RepresentationField) and not field.selections
        for field in representation.fields
    ):
        return _flat_writer(representation)
    fill = _filler(representation.fields)
    typename = representation.typename

    def write(item: JsonObject) -> bytes | None:
        name = typename or item.get("__typename")
        sent: JsonObject = {"__typename": name}
        return orjson.dumps(sent) if name and fill(item, sent) else None

    return write


def _flat_writer(representation: Representation) -> Writer:
    """Make the writer of the usual case, a few plain values, without a call for each of them."""
    typename = representation.typename
    fields = tuple(
        (field.name, field.response_key, field.nullable)
        for field in representation.fields
        if isinstance(field, RepresentationField)
    )

    def write(item: JsonObject) -> bytes | None:
        name = typename or item.get("__typename")
        if not name:
            return None
        sent: JsonObject = {"__typename": name}
        for to, key, nullable in fields:
            value = item.get(key)
            if value is None and not nullable:
                return None
            sent[to] = value
        return orjson.dumps(sent)

    return write


def _filler(selections: Sequence[RepresentationSelection]) -> _Filler:
    """Make a function that copies the selected fields, or says that one it needs is not there."""
    steps = [
        _field_step(selection)
        if isinstance(selection, RepresentationField)
        else _fragment_step(selection)
        for selection in selections
    ]
    if len(steps) == 1:
        return steps[0]

    def fill(item: JsonObject, sent: JsonObject) -> bool:
        return all(step(item, sent) for step in steps)

    return fill


def _field_step(field: RepresentationField) -> _Filler:
    name, key, nullable = field.name, field.response_key, field.nullable
    below = _filler(field.selections) if field.selections else None

    def step(item: JsonObject, sent: JsonObject) -> bool:
        value = item.get(key)
        if value is None and not nullable:
            return False
        if below is not None and value is not None:
            value = _project(value, below)
            if value is _MISSING:
                return False
        if name not in sent or sent[name].__class__ not in (dict, list):
            sent[name] = value
        else:
            _join(sent[name], value)
        return True

    return step


def _fragment_step(fragment: RepresentationFragment) -> _Filler:
    types, below = fragment.types, _filler(fragment.selections)

    def step(item: JsonObject, sent: JsonObject) -> bool:
        name = item.get("__typename")
        return below(item, sent) if name.__class__ is str and name in types else True

    return step


def _project(value: Any, fill: _Filler) -> Any:
    """Keep the selected fields of an object, or of each object of a list, positions kept."""
    if value.__class__ is list:
        items = [None if item is None else _project(item, fill) for item in value]
        return _MISSING if any(item is _MISSING for item in items) else items
    if value.__class__ is not dict:
        return _MISSING
    sent: JsonObject = {}
    return sent if fill(value, sent) else _MISSING


def _join(present: Any, added: Any) -> None:
    """Two selections of one field, as fragments make them, become one value."""
    if present.__class__ is dict and added.__class__ is dict:
        for key, value in added.items():
            if present.get(key).__class__ in (dict, list):
                _join(present[key], value)
            else:
                present[key] = value
    elif present.__class__ is list and added.__class__ is list:
        for one, other in zip(present, added, strict=False):
            _join(one, other)
