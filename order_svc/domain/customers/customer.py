"""A customer as orders know one: a reference copy, with nothing personal in it."""

from dataclasses import dataclass

from service_kit.runtime.identifiers import derived_identifier


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer by reference; the personal part is a record of its own."""

    id: str
    ref: str
    tier: str | None = None
    version: int = 0


def customer_id_of(ref: str) -> str:
    """The id of the customer with that reference: always the same, whoever sees it first."""
    return derived_identifier("customer", ref)
