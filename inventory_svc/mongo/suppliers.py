"""The suppliers in MongoDB."""

from collections.abc import Mapping, Sequence

from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.mongo.collections import SUPPLIERS
from inventory_svc.mongo.inbound_documents import supplier_from_document
from service_kit.storage.database import Database


class MongoSuppliers:
    """Reads of the suppliers."""

    def __init__(self, database: Database) -> None:
        self._suppliers = database.collection(SUPPLIERS.name)

    async def suppliers(self, codes: Sequence[str]) -> Mapping[str, Supplier]:
        """Give the suppliers that exist, by code, in one read."""
        found = await self._suppliers.find({"_id": {"$in": list(codes)}})
        return {document["_id"]: supplier_from_document(document) for document in found}
