"""What is personal, as documents, and back; these live in collections of their own."""

from dataclasses import asdict
from typing import Any

from order_svc.domain.customers.personal import Address, Destination, Person
from retail_kit.geography import GeoPoint
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)
PEOPLE = Upcasts(
    current=2, steps={1: lambda found: {**found, "person": {**found["person"], "language": None}}}
)


def destination_document(
    order_id: str, customer_id: str | None, destination: Destination
) -> dict[str, Any]:
    """Where an order goes; `customerId` is there to find it by when it must be erased."""
    point = destination.point
    return UPCASTS.stamp(
        {
            "_id": order_id,
            "customerId": customer_id,
            "address": asdict(destination.address),
            "point": [point.latitude, point.longitude] if point else None,
        }
    )


def destination_of(document: dict[str, Any]) -> Destination:
    """The destination of a document."""
    document = UPCASTS.upcast(document)
    point = document["point"]
    return Destination(Address(**document["address"]), GeoPoint(*point) if point else None)


def person_document(customer_id: str, person: Person) -> dict[str, Any]:
    """Who a customer is."""
    return PEOPLE.stamp({"_id": customer_id, "person": asdict(person)})


def person_of(document: dict[str, Any]) -> Person:
    """The person of a document."""
    return Person(**PEOPLE.upcast(document)["person"])
