"""What a caller has selected below a field."""

from typing import Any

import strawberry
from strawberry.types.nodes import SelectedField, Selection


def asks_for(info: strawberry.Info[Any, Any], field: str) -> bool:
    """Whether the caller has selected a field of what this resolver gives."""
    return any(_selects(selection, field) for selection in info.selected_fields)


def _selects(selected: Selection, field: str) -> bool:
    return any(
        part.name == field if isinstance(part, SelectedField) else _selects(part, field)
        for part in selected.selections
    )
