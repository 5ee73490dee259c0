"""The collections of appointments: their indexes, their retention, their shard keys."""

from service_kit.messaging.transactions import COMMIT_COLLECTIONS
from service_kit.storage.indexes import CollectionDeclaration, Index

APPOINTMENTS = CollectionDeclaration(
    "appointments",
    (
        Index((("locationCode", 1), ("start", 1), ("_id", 1)), name="of_location"),
        Index((("customerId", 1), ("start", 1), ("_id", 1)), name="of_customer"),
        Index((("customerRef", 1), ("start", 1), ("_id", 1)), name="of_customer_ref"),
        Index((("orderId", 1), ("start", 1), ("_id", 1)), name="of_order"),
        Index((("start", 1), ("_id", 1)), name="by_start"),
        Index((("holder", 1), ("state", 1)), name="of_holder"),
    ),
    retention="Three years; the answers are personal and can be erased by themselves.",
)
DIARIES = CollectionDeclaration(
    "diaries", (), retention="Three years: one small document per location and day."
)
HOLDERS = CollectionDeclaration(
    "holders", (), retention="For ever: an id and a counter for everybody who has held a place."
)
BOOKINGS = CollectionDeclaration(
    "bookings",
    (Index((("appointmentId", 1),), name="of_appointment"),),
    retention="Until inventory has answered.",
)
TYPES = CollectionDeclaration("appointment_types", (), retention="For ever: few records.")
ADVISORS = CollectionDeclaration(
    "advisors",
    (Index((("locationCode", 1), ("_id", 1)), name="of_location"),),
    retention="Until the feed says otherwise; few records.",
)
CAPACITIES = CollectionDeclaration("capacities", (), retention="For ever: one per location.")

DECLARATIONS = (
    APPOINTMENTS,
    DIARIES,
    HOLDERS,
    BOOKINGS,
    TYPES,
    ADVISORS,
    CAPACITIES,
    *COMMIT_COLLECTIONS,
)
"""Everything that the database of this service holds."""
