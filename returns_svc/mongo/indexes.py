"""The collections of returns: their indexes, their retention, their shard keys."""

from service_kit.messaging.transactions import COMMIT_COLLECTIONS
from service_kit.storage.indexes import CollectionDeclaration, Index

RETURNS = CollectionDeclaration(
    "returns",
    (
        Index((("rma", 1),), name="of_rma"),
        Index((("orderId", 1), ("_id", -1)), name="of_order"),
        Index((("lines.orderLineId", 1), ("_id", -1)), name="of_order_line"),
        Index((("customerId", 1), ("_id", -1)), name="of_customer"),
        Index((("customerRef", 1), ("_id", -1)), name="of_customer_ref"),
        Index((("channelCode", 1), ("_id", -1)), name="of_channel"),
        Index((("locationCodes", 1), ("_id", -1)), name="of_location"),
        Index((("expectedAt", 1), ("state", 1), ("_id", -1)), name="expected"),
        Index((("state", 1), ("_id", -1)), name="of_state"),
    ),
    retention="As long as the order, ten years; nothing in it is personal.",
)
DECLARATIONS_UNDER_WAY = CollectionDeclaration(
    "declarations",
    (Index((("returnId", 1),), name="of_return"),),
    retention="Until orders have answered.",
)
POLICIES = CollectionDeclaration(
    "policies", (), retention="Until the feed replaces the policy; returns keep their terms."
)

DECLARATIONS = (
    RETURNS,
    DECLARATIONS_UNDER_WAY,
    POLICIES,
    *COMMIT_COLLECTIONS,
)
"""Everything that the database of this service holds."""
