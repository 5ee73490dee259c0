"""The collections of inventory, with the reason for each index.

The shard key of stock is the SKU: a commit touches few SKUs and an availability reads whole ones.
Reference records are few and kept whole on every process that needs them.
"""

from datetime import UTC, datetime, timedelta

from service_kit.storage.indexes import CollectionDeclaration, Index

FOR_EVER = "For ever: reference records, few and small."

POSITIONS = CollectionDeclaration(
    "stock_positions",
    (
        # Availability reads every location of a SKU.
        Index((("sku", 1), ("condition", 1), ("location", 1)), name="by_sku"),
        # Sourcing asks who has any; the index alone answers, and a reservation changes it only
        # when it takes the last unit.
        Index(
            (("sku", 1), ("condition", 1), ("location", 1)),
            partial={"unallocated": {"$gt": 0}},
            name="stocked",
        ),
        # What a file that is the whole truth of a location leaves out; a line changes it only
        # when the first unit comes or the last one leaves.
        Index((("location", 1), ("_id", 1)), partial={"onHand": {"$gt": 0}}, name="in_stock"),
    ),
    retention="For ever: one document per SKU, location and condition.",
    shard_key=(("sku", "hashed"),),
)

MOVEMENTS = CollectionDeclaration(
    "stock_movements",
    (
        # A snapshot adds what has moved since it was counted; reservations do not enter here.
        Index((("position", 1), ("effectiveAt", 1)), partial={"physical": True}, name="physical"),
        # The file of the day: what a location declared; nothing else enters here.
        Index(
            (("declaredBy", 1), ("occurredAt", 1), ("_id", 1)),
            partial={"declaredBy": {"$exists": True}},
            name="declared",
        ),
        # What the picks of a day found: read once, when the day is over; only picks enter here.
        Index((("occurredAt", 1),), partial={"pickedFrom": {"$exists": True}}, name="picked"),
        # What the stock of an item was at a moment: what was written since is taken back.
        Index((("sku", 1), ("occurredAt", 1)), name="history"),
    ),
    retention="For ever: the ledger is the truth. The `_id` is position and number.",
    shard_key=(("sku", "hashed"),),
)

PICKS = CollectionDeclaration(
    "stock_picks",
    # Added up over the last days: the index alone answers.
    (Index((("day", 1), ("location", 1), ("found", 1), ("missing", 1)), name="by_day"),),
    retention="For ever: one small document per location and day with picks.",
)

RESERVATIONS = CollectionDeclaration(
    "reservations",
    (
        Index((("orderId", 1),), partial={"orderId": {"$type": "string"}}, name="by_order"),
        # Who waits for a supply, or at a position, in their order.
        Index((("awaits", 1), ("queue", 1)), partial={"awaits": {"$exists": True}}, name="queue"),
        # What is kept for a customer for a time: a few at most; what has ended leaves it.
        Index(
            (("owner", 1), ("expiresAt", 1)),
            partial={"state": "ACTIVE", "expiresAt": {"$gt": datetime(2000, 1, 1, tzinfo=UTC)}},
            name="kept",
        ),
    ),
    retention="As long as the orders they are for.",
)
RESERVATION_GUARDS = CollectionDeclaration(
    "reservation_guards",
    (),
    retention="For ever: a number for each customer who ever had something kept, without a name.",
)

ITEMS = CollectionDeclaration(
    "items",
    (
        Index((("category", 1), ("_id", 1)), name="by_category"),
        # Files of stock are read for these first.
        Index((("topSeller", 1), ("_id", 1)), partial={"topSeller": True}, name="top_sellers"),
    ),
    retention=FOR_EVER,
)
LOCATIONS = CollectionDeclaration("locations", (), retention=FOR_EVER)
LOCATION_GROUPS = CollectionDeclaration("location_groups", (), retention=FOR_EVER)
CHANNELS = CollectionDeclaration("channels", (), retention=FOR_EVER)
NETWORK_VERSION = CollectionDeclaration(
    "network_version", (), retention="For ever: one document that counts changes of the network."
)

SHARE_DRAWS = CollectionDeclaration(
    "stock_share_draws",
    # Availability reads all that was drawn of an item.
    (Index((("sku", 1),), name="by_sku"),),
    retention="For ever: one document per SKU, condition and rule of a share.",
    shard_key=(("sku", "hashed"),),
)

UNITS = CollectionDeclaration(
    "serial_units",
    (
        # A reservation takes pieces of a position that are free, in the order of their serial.
        Index((("position", 1), ("state", 1), ("_id", 1)), name="by_position"),
        # Storefronts list the pieces of an item.
        Index((("sku", 1), ("state", 1), ("_id", 1)), name="by_sku"),
        # Gaps: what a location should have, and what was read there.
        Index((("location", 1), ("state", 1), ("_id", 1)), name="by_location"),
        Index((("seen.location", 1), ("seen.at", 1)), name="by_sighting"),
    ),
    retention="For ever: one document per piece; what became of it is asked long after its sale.",
)
UNIT_STEPS = CollectionDeclaration(
    "serial_unit_steps",
    (),
    retention="For ever: the history of each piece. The `_id` is serial and number.",
)
UNIT_TAGS = CollectionDeclaration(
    "serial_unit_tags",
    (),
    retention="As long as a piece bears the tag: it keeps two pieces from bearing the same.",
)

RULE_SETS = CollectionDeclaration(
    "stock_rule_sets",
    (),
    retention="For ever: one document per publication, never changed.",
)
RULES_VERSION = CollectionDeclaration(
    "stock_rules_version", (), retention="For ever: one document that names the latest version."
)
RULE_NEWS = CollectionDeclaration(
    "stock_rule_news",
    (),
    retention="For ever: one small document per item whose number the rules have changed.",
    shard_key=(("_id", "hashed"),),
)

INBOUND_SUPPLIES = CollectionDeclaration(
    "inbound_supplies",
    (
        # What is still to come of an item: for its reader, its buyer, and whoever waits.
        Index(
            (("sku", 1), ("condition", 1), ("location", 1)),
            partial={"live": True},
            name="live",
        ),
    ),
    retention="For ever: what was announced, and what came of it.",
    shard_key=(("sku", "hashed"),),
)
SUPPLIERS = CollectionDeclaration("suppliers", (), retention=FOR_EVER)
SOURCES = CollectionDeclaration("stock_sources", (), retention=FOR_EVER)
SOURCE_FRESHNESS = CollectionDeclaration(
    "stock_source_freshness",
    # Each process asks twice a second who has been silent for too long: nobody, mostly.
    (Index((("toldAt", 1),), name="silent"),),
    retention="For ever: one document per source.",
)
FEED_FILES = CollectionDeclaration(
    "stock_files",
    # People look at the latest first.
    (Index((("openedAt", -1), ("_id", 1)), name="latest"),),
    retention="For ever: one small document per file.",
)
FEED_PARTS = CollectionDeclaration(
    "stock_file_parts",
    (),
    retention="Until the file is done or has failed; for 7 days where people may go on with it.",
)
UNNAMED_POSITIONS = CollectionDeclaration(
    "stock_file_unnamed",
    (),  # read by `_id` alone: the file, the survey and the page
    retention="As long as the parts of the file.",
)
FEED_REJECTIONS = CollectionDeclaration(
    "stock_feed_rejections",
    (
        # People look through what is open, of one feed or of all.
        Index((("state", 1), ("_id", 1)), name="by_state"),
        Index((("feed", 1), ("_id", 1)), name="by_feed"),
    ),
    retention="For ever: as many as there were bad lines, and what became of each.",
)
ALERT_RULES = CollectionDeclaration("stock_alert_rules", (), retention=FOR_EVER)
ALERTS = CollectionDeclaration(
    "stock_alerts",
    # People read the latest first.
    (
        Index(
            (("raisedAt", -1), ("_id", 1)),
            partial={"raisedAt": {"$type": "date"}},
            name="latest",
        ),
    ),
    retention="For ever: one document per rule and item, or per source, that was ever raised.",
)
REGISTRATIONS = CollectionDeclaration(
    "back_in_stock_registrations",
    (
        # Who is the next on a list: who was told, or does not wait any more, is soon not in it.
        Index((("list", 1), ("number", 1)), partial={"waiting": True}, name="next"),
        # Rounds take those off the lists whose time is over.
        Index((("expiresAt", 1),), partial={"waiting": True}, name="ending"),
        # People look at an item's, or at their own, the latest first.
        Index((("sku", 1), ("registeredAt", -1), ("_id", 1)), name="by_sku"),
        Index((("person", 1), ("registeredAt", -1), ("_id", 1)), name="by_person"),
    ),
    retention="Until the person is erased: references only, one small document for each list.",
)
WAITING_LISTS = CollectionDeclaration(
    "back_in_stock_lists",
    # A commit asks who waits for the items whose availability it changes: nobody, mostly.
    # Rounds go through all of them by name.
    (
        Index((("sku", 1),), partial={"open": True}, name="open"),
        Index((("_id", 1), ("open", 1)), partial={"open": True}, name="open_by_name"),
    ),
    retention="For ever: one document per SKU, channel and condition that anybody waited for.",
)

PACKED_STOCK = CollectionDeclaration(
    "packed_stock",
    (),  # read by `_id` alone: the item and its condition
    retention="For ever: a read model, one document per SKU and condition; it can be made anew.",
    shard_key=(("sku", "hashed"),),
)
PACKING = CollectionDeclaration(
    "stock_packing", (), retention="For ever: one document that tells how far the packing is."
)

TURNS = CollectionDeclaration(
    "stock_turns",
    (Index((("since", 1),), name="idle", kept=timedelta(days=1)),),
    retention="A day after the last process took its turn; only speed rests on them.",
)

COLLECTIONS = (
    POSITIONS,
    MOVEMENTS,
    PICKS,
    RESERVATIONS,
    RESERVATION_GUARDS,
    ITEMS,
    LOCATIONS,
    LOCATION_GROUPS,
    CHANNELS,
    NETWORK_VERSION,
    SHARE_DRAWS,
    UNITS,
    UNIT_STEPS,
    UNIT_TAGS,
    RULE_SETS,
    RULES_VERSION,
    RULE_NEWS,
    INBOUND_SUPPLIES,
    SUPPLIERS,
    ALERT_RULES,
    ALERTS,
    REGISTRATIONS,
    WAITING_LISTS,
    PACKED_STOCK,
    PACKING,
    SOURCES,
    SOURCE_FRESHNESS,
    FEED_FILES,
    FEED_PARTS,
    UNNAMED_POSITIONS,
    FEED_REJECTIONS,
    TURNS,
)
