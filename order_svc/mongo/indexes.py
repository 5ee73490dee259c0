"""The collections of orders: their indexes, their retention, their shard keys."""

from service_kit.messaging.inbox import INBOX
from service_kit.messaging.parking import PARKED_ENTITIES, PARKED_EVENTS
from service_kit.messaging.standings import CURSORS
from service_kit.messaging.transactions import COMMIT_COLLECTIONS
from service_kit.storage.indexes import CollectionDeclaration, Index

ORDERS = CollectionDeclaration(
    "orders",
    (
        Index((("customerId", 1), ("_id", -1)), name="of_customer"),
        Index((("customerRef", 1), ("_id", -1)), name="of_customer_ref"),
        Index((("channel", 1), ("_id", -1)), name="of_channel"),
        Index((("locationCodes", 1), ("_id", -1)), name="of_location"),
        Index((("status", 1), ("_id", -1)), name="of_status"),
        Index((("atRisk", 1), ("_id", -1)), partial={"atRisk": True}, name="at_risk"),
        # What nobody has begun to pick, should it turn out that an item may not leave yet.
        Index(
            (("allocated", 1), ("_id", 1)),
            partial={"allocated": {"$exists": True}},
            name="allocated",
        ),
        # The same whatever the item, page by page, should what was told be lost.
        Index(
            (("_id", 1), ("allocated", 1)),
            partial={"allocated": {"$exists": True}},
            name="allocated_by_id",
        ),
        # Who waits for goods that are on their way, page by page, for the same reason.
        Index(
            (("_id", 1), ("awaits", 1)), partial={"awaits": {"$exists": True}}, name="waiting_by_id"
        ),
    ),
    retention="Ten years after the order, as commercial law asks; nothing in it is personal.",
)
FULFILMENTS = CollectionDeclaration(
    "fulfilments",
    (
        Index((("orderId", 1), ("_id", 1)), name="of_order"),
        Index((("locationCode", 1), ("state", 1), ("createdAt", 1), ("_id", 1)), name="queue"),
        Index((("locationId", 1), ("state", 1), ("createdAt", 1), ("_id", 1)), name="queue_by_id"),
        Index((("createdAt", 1), ("_id", 1)), name="oldest"),
    ),
    retention="As long as its order.",
    shard_key=(("orderId", "hashed"),),
)
TIMELINE = CollectionDeclaration(
    "timeline",
    (Index((("orderId", 1), ("_id", 1)), name="of_order"),),
    retention="As long as its order.",
    shard_key=(("orderId", "hashed"),),
)
ORDER_REFS = CollectionDeclaration(
    "order_refs", (), retention="As long as the order that has the reference."
)
PLACEMENTS = CollectionDeclaration(
    "placements",
    (Index((("orderId", 1),), name="of_order"),),
    retention="Until the placement has ended.",
)
DESTINATIONS = CollectionDeclaration(
    "destinations",
    (Index((("customerId", 1),), name="of_customer"),),
    retention="Personal: until the customer asks for erasure, at most three years.",
)
CUSTOMERS = CollectionDeclaration(
    "customers", (), retention="As long as an order refers to the customer; not personal."
)
PEOPLE = CollectionDeclaration(
    "people",
    (Index((("person.email", 1),), name="of_email"),),
    retention="Personal: until the customer asks for erasure or the feed removes them.",
)
SANDBOX_PAYMENTS = CollectionDeclaration(
    "sandbox_payments",
    (),
    retention="As long as the development database: the sandbox provider moves no real money.",
)
PRICES = CollectionDeclaration(
    "prices", (), retention="Until the feed replaces the price.", shard_key=(("_id", "hashed"),)
)

DECLARATIONS = (
    ORDERS,
    FULFILMENTS,
    TIMELINE,
    ORDER_REFS,
    PLACEMENTS,
    DESTINATIONS,
    CUSTOMERS,
    PEOPLE,
    PRICES,
    SANDBOX_PAYMENTS,
    *COMMIT_COLLECTIONS,
    CURSORS,
    INBOX,
    PARKED_ENTITIES,
    PARKED_EVENTS,
)
"""Everything that the database of this service holds."""
