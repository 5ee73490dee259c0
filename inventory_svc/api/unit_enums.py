"""The enums of pieces with a serial number."""

from typing import Final

from inventory_svc.domain.stock.commands import UnitExit, UnitsMode
from inventory_svc.domain.stock.units.gaps import UnitGapKind
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import ReadPoint, UnitState
from service_kit.graphql.enums import as_input, described

_READ_POINTS: Final = {
    "DOOR": "At the door by which goods come in: what is read there has arrived.",
    "CEILING": "Above the shelves: what is read there is seen, and does not move by it.",
}
described(
    UnitState,
    "SerialUnitState",
    "What has become of a piece.",
    {
        "IN_STOCK": "On its shelf, and nobody's.",
        "RESERVED": "On its shelf, and kept for somebody.",
        "SOLD": "It has left for a customer.",
        "IN_TRANSIT": "On its way to another location.",
        "MISSING": "Not found where it should be.",
        "RENTED": "Somebody has it for a time.",
        "BACK": "Back from a rental: there, and not for sale.",
        "IN_REFURBISHMENT": "Being refurbished: there, and not for sale.",
        "WRITTEN_OFF": "Given up: beyond repair, or never brought back.",
    },
)
described(
    UnitStepKind,
    "SerialUnitStepKind",
    "What happened to a piece.",
    {
        "REGISTERED": "It became known.",
        "MOVED": "It came to another location, or into another condition.",
        "RELABELLED": "It got another tag or price.",
        "RESERVED": "It was kept for somebody.",
        "RELEASED": "It was given back to everyone.",
        "SOLD": "It left for a customer.",
        "SENT": "It left for another location.",
        "MISSING": "It was not found.",
        "CAME_BACK": "It is on a shelf again: found, arrived, or given back.",
        "RENTED": "It was rented out.",
        "TAKEN_BACK": "It came back from a rental, which is one use more.",
        "REFURBISHMENT_STARTED": "Its refurbishment began.",
        "REFURBISHED": "It is on a shelf again, in the condition that it was judged to be in.",
        "WRITTEN_OFF": "It was given up.",
    },
)
described(ReadPoint, "RfidReadPoint", "Where a reader of tags hangs.", _READ_POINTS)
described(
    UnitGapKind,
    "SerialUnitGapKind",
    "How a piece differs from the books of a location.",
    {
        "EXPECTED_NOT_READ": "It should be there, and was not read.",
        "READ_NOT_EXPECTED": "It was read there, and should not be.",
    },
)
described(
    UnitsMode,
    "UnitsImportMode",
    "How pieces relate to what the positions count.",
    {
        "RECEIVED": "They have come in: each is one unit more on hand.",
        "PRESENT": "They are there: each is one of the units that are counted without a serial "
        "number, and one more only if there is none.",
    },
)
described(
    UnitExit,
    "UnitWithdrawReason",
    "Why a piece has left its shelf.",
    {
        "SALE": "Sold over the counter.",
        "LOSS": "Lost, stolen or broken.",
        "TRANSFER": "Sent to another location.",
    },
)

READ_POINT_INPUT = as_input(ReadPoint, "RfidReadPointInput", "Where a reader of tags hangs.")
