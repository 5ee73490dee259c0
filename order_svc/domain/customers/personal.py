"""What is personal: names, contacts and addresses, kept apart so that it can be erased."""

from dataclasses import dataclass

from retail_kit.geography import GeoPoint


@dataclass(frozen=True, slots=True)
class Person:
    """Who a customer is and how to reach them; every field may be unknown."""

    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives; `country` is ISO 3166-1 alpha-2."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    extra: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the goods of an order go, as an address and, if known, as a point."""

    address: Address
    point: GeoPoint | None = None
