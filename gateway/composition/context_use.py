"""`@fromContext(field:)`: the name of a context and what is selected there."""

import re

from graphql import SelectionSetNode

from gateway.federation_spec.field_sets import InvalidFieldSet, parse_field_set

_WITH_NAME = re.compile(r"^\s*\$\s*(?P<name>[A-Za-z_]\w*)(?P<selection>.*)$", re.ASCII | re.DOTALL)


def context_selection(text: str) -> tuple[str, str]:
    """`$user { locale }` as `user` and ` { locale }`; both are empty where no context is named."""
    match = _WITH_NAME.match(text)
    if match is None or not match["selection"].strip():
        return "", ""
    return match["name"], match["selection"]


def selection_of(selection: str) -> SelectionSetNode:
    """Parse ` { locale }` or ` ... on User { locale }`; raises InvalidFieldSet."""
    text = selection.strip()
    if text.startswith("{"):
        return parse_field_set(text)
    if not text.startswith("..."):
        raise InvalidFieldSet("it is neither `{ field }` nor fragments")
    return parse_field_set(f"{{{text}}}")
