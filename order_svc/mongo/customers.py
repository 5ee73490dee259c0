"""Customers and what is personal about them, inside one transaction or none."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from order_svc.domain.customers.customer import Customer
from order_svc.domain.customers.personal import Person
from order_svc.mongo import indexes
from order_svc.mongo.personal_documents import person_document, person_of
from service_kit.storage.database import Database, ReplaceOne, Session
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


class MongoCustomers:
    """The customers as one transaction sees them; without a session, as they are now."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        self._session = session
        self._customers = database.collection(indexes.CUSTOMERS.name)
        self._people = database.collection(indexes.PEOPLE.name)

    async def get_many(self, ids: Collection[str]) -> Mapping[str, Customer]:
        """Those customers that exist, by id."""
        if not ids:
            return {}
        found = await self._customers.find({"_id": {"$in": list(ids)}}, session=self._session)
        return {document["_id"]: _customer_of(document) for document in found}

    async def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        """What is personal about them, unless it was erased."""
        if not ids:
            return {}
        found = await self._people.find({"_id": {"$in": list(ids)}}, session=self._session)
        return {document["_id"]: person_of(document) for document in found}

    async def with_email(self, email: str) -> Collection[str]:
        """The ids of the customers with that e-mail address, as they or their feed wrote it."""
        written = sorted({email, email.lower()})
        found = await self._people.find({"person.email": {"$in": written}}, session=self._session)
        return [document["_id"] for document in found]

    async def save(self, customers: Sequence[Customer]) -> None:
        """Keep new and changed customers."""
        await self._customers.bulk_write(
            [
                ReplaceOne({"_id": customer.id}, _customer_document(customer), upsert=True)
                for customer in customers
            ],
            session=self._session,
        )

    async def save_people(self, people: Mapping[str, Person]) -> None:
        """Keep what is personal about customers, by id."""
        await self._people.bulk_write(
            [
                ReplaceOne({"_id": identifier}, person_document(identifier, person), upsert=True)
                for identifier, person in people.items()
            ],
            session=self._session,
        )


def _customer_document(customer: Customer) -> dict[str, Any]:
    return UPCASTS.stamp(
        {
            "_id": customer.id,
            "ref": customer.ref,
            "tier": customer.tier,
            "version": customer.version,
        }
    )


def _customer_of(document: dict[str, Any]) -> Customer:
    document = UPCASTS.upcast(document)
    return Customer(document["_id"], document["ref"], document["tier"], document["version"])
