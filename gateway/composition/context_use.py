"""`@fromContext(field:)`: the name of a context and what is selected there."""

import re

_WITH_NAME = re.compile(r"^\s*\$\s*(?P<name>[A-Za-z_]\w*)(?P<selection>.*)$", re.ASCII | re.DOTALL)


def context_selection(text: str) -> tuple[str, str]:
    """`$user { locale }` as `user` and ` { locale }`; both are empty where no context is named."""
    match = _WITH_NAME.match(text)
    if match is None or not match["selection"].strip():
        return "", ""
    return match["name"], match["selection"]
