"""The sample's customers: invented people."""

from collections.abc import Iterator
from typing import Any

PEOPLE = (
    ("C1", "Camille", "Moreau"),
    ("C2", "Nadia", "Benali"),
    ("C3", "Louis", "Girard"),
    ("C4", "Anna", "Kowalska"),
    ("C5", "Hugo", "Lefèvre"),
)


def customers() -> Iterator[dict[str, Any]]:
    """Give the lines of `customersImport`."""
    for ref, given_name, family_name in PEOPLE:
        yield {
            "ref": ref,
            "givenName": given_name,
            "familyName": family_name,
            "email": f"{ref.lower()}@example.com",
        }
