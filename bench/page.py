"""The page that keeps the figures: each bench has a place of its own in it."""

import re
from collections.abc import Mapping


class NoPlace(Exception):
    """The page has no place for a bench of this name."""


def refilled(page: str, figures: Mapping[str, str]) -> str:
    """Give the page with these figures between `<!-- name -->` and `<!-- /name -->`."""
    for name, text in figures.items():
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        place = re.search(f"{re.escape(opening)}.*?{re.escape(closing)}", page, re.DOTALL)
        if place is None:
            raise NoPlace(f"The page has no {opening} ... {closing}")
        filled = f"{opening}\n\n{text}\n\n{closing}"
        page = page[: place.start()] + filled + page[place.end() :]
    return page
