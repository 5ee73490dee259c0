"""Orders inside one transaction: saved only if nobody else changed them since they were read."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from order_svc.domain.customers.personal import Destination
from order_svc.domain.history.timeline import TimelineEntry
from order_svc.domain.orders.named_reservations import NamedReservations
from order_svc.domain.orders.order import Order
from order_svc.mongo import indexes
from order_svc.mongo.fulfilment_documents import fulfilment_document, fulfilment_of
from order_svc.mongo.order_documents import order_document, order_of
from order_svc.mongo.personal_documents import destination_document, destination_of
from order_svc.mongo.timeline_documents import timeline_document
from order_svc.ports import PlacementClaim, StaleOrder
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal
from service_kit.storage.database import Database, InsertOne, ReplaceOne, Session
from service_kit.storage.schema_versions import Upcasts

CLAIMS = Upcasts(current=2, steps={1: lambda claim: {**claim, "refusals": []}})


class MongoOrders:
    """The orders as one transaction sees them."""

    def __init__(self, database: Database, session: Session) -> None:
        self._session = session
        self._orders = database.collection(indexes.ORDERS.name)
        self._fulfilments = database.collection(indexes.FULFILMENTS.name)
        self._timeline = database.collection(indexes.TIMELINE.name)
        self._refs = database.collection(indexes.ORDER_REFS.name)
        self._placements = database.collection(indexes.PLACEMENTS.name)
        self._destinations = database.collection(indexes.DESTINATIONS.name)

    async def get(self, order_id: str) -> Order | None:
        """The order as it is now."""
        document = await self._orders.find_one({"_id": order_id}, session=self._session)
        if document is None:
            return None
        if document["version"] == 0:
            return order_of(document, ())
        fulfilments = await self._fulfilments.find({"orderId": order_id}, session=self._session)
        return order_of(document, in_order(fulfilments))

    async def claim_of(self, request: IdempotentRequest) -> PlacementClaim | None:
        """The placement that this command has begun and not ended."""
        return _claim(
            await self._placements.find_one({"_id": request.identifier}, session=self._session)
        )

    async def claim(self, order_id: str) -> PlacementClaim | None:
        """The command to which an order that is being placed belongs."""
        return _claim(await self._placements.find_one({"orderId": order_id}, session=self._session))

    async def ref_exists(self, ref: str) -> bool:
        """Whether an order has, or is about to have, that reference."""
        return await self._refs.find_one({"_id": ref}, session=self._session) is not None

    async def begin(self, order: Order, claim: PlacementClaim, destination: Destination) -> None:
        """Keep an order that is being placed, and where it goes."""
        await self._refs.insert_one({"_id": order.ref, "orderId": order.id}, session=self._session)
        await self._placements.insert_one(_claim_document(claim), session=self._session)
        await self._destinations.insert_one(
            destination_document(order.id, order.customer_id, destination), session=self._session
        )
        await self._orders.insert_one(order_document(order), session=self._session)

    async def abandon(self, order: Order) -> None:
        """Remove an order that was being placed, and everything about it."""
        await self._orders.delete_one({"_id": order.id}, session=self._session)
        await self._destinations.delete_one({"_id": order.id}, session=self._session)
        await self._refs.delete_one({"_id": order.ref}, session=self._session)
        await self.end_claim(order.id)

    async def give_up(self, order_id: str, refusals: Sequence[Refusal] = ()) -> bool:
        """Mark the placement as given up; False if it has ended, so that there is nothing to."""
        claim = await self.claim(order_id)
        if claim is None or claim.given_up:
            return claim is not None
        reasons = [_refusal_document(one) for one in refusals]
        await self._placements.update_one(
            {"orderId": order_id},
            {"$set": CLAIMS.stamp({"givenUp": True, "refusals": reasons})},
            session=self._session,
        )
        return True

    async def end_claim(self, order_id: str) -> None:
        """Its placement has ended."""
        await self._placements.delete_one({"orderId": order_id}, session=self._session)

    async def save(self, before: Order, after: Order) -> None:
        """Keep what differs; raises StaleOrder unless `before` is what is stored."""
        result = await self._orders.replace_one(
            {"_id": before.id, "version": before.version},
            order_document(after),
            session=self._session,
        )
        if result.matched_count == 0:
            raise StaleOrder(before.id)
        writes: list[InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]]] = []
        for fulfilment in after.fulfilments:
            known = before.fulfilment(fulfilment.id)
            document = fulfilment_document(after, fulfilment)
            if known is None:
                writes.append(InsertOne(document))
            elif known.version != fulfilment.version:
                writes.append(ReplaceOne({"_id": fulfilment.id}, document))
        await self._fulfilments.bulk_write(writes, session=self._session)

    async def tell(self, entries: Sequence[TimelineEntry]) -> None:
        """Add to the timeline."""
        documents = [timeline_document(entry) for entry in entries]
        await self._timeline.insert_many(documents, session=self._session)

    async def destination_of(self, order_id: str) -> Destination | None:
        """Where the order goes; None once that is erased."""
        found = await self._destinations.find_one({"_id": order_id}, session=self._session)
        return None if found is None else destination_of(found)


def in_order(documents: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    """Fulfilments in the order in which they were made."""
    fulfilments = (fulfilment_of(document) for document in documents)
    return tuple(sorted(fulfilments, key=lambda one: int(one.id.rpartition(".f")[2])))


def _claim_document(claim: PlacementClaim) -> dict[str, Any]:
    """Write a claim; only one that takes reservations over names them."""
    request = claim.request
    named = claim.reservations
    return CLAIMS.stamp(
        {
            "_id": request.identifier,
            "orderId": claim.order_id,
            "scope": request.scope,
            "mutation": request.mutation,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "actor": claim.actor,
            "givenUp": claim.given_up,
            "refusals": [_refusal_document(one) for one in claim.refusals],
            **({} if named is None else {"reservations": asdict(named)}),
        }
    )


def _claim(document: dict[str, Any] | None) -> PlacementClaim | None:
    if document is None:
        return None
    document = CLAIMS.upcast(document)
    request = IdempotentRequest(
        document["scope"], document["mutation"], document["key"], document["fingerprint"]
    )
    return PlacementClaim(
        request=request,
        order_id=document["orderId"],
        actor=document["actor"],
        given_up=document["givenUp"],
        refusals=tuple(_refusal_of(one) for one in document["refusals"]),
        reservations=_named_reservations(document.get("reservations")),
    )


def _named_reservations(document: dict[str, Any] | None) -> NamedReservations | None:
    if document is None:
        return None
    return NamedReservations(
        tuple(document["identifiers"]),
        document["subject"],
        tuple(document["roles"]),
        tuple(document["locations"]),
    )


def _refusal_document(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "message": refusal.message,
        "path": list(refusal.path),
        "params": dict(refusal.params),
    }


def _refusal_of(document: dict[str, Any]) -> Refusal:
    return Refusal(
        document["code"], document["message"], path=document["path"], params=document["params"]
    )
