"""What may be asked of the stock; each is decided whole, together with others in one commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.sale import USUAL_SERVICE, Service
from inventory_svc.domain.stock.allowance import Allowance
from inventory_svc.domain.stock.file_step import FileStep
from inventory_svc.domain.stock.inbound.supply import Announcement, InboundKey
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.rental_commands import RentalCommand
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.domain.stock.scope import Scope
from inventory_svc.domain.stock.takeover import Takeover
from inventory_svc.domain.stock.unavailable import Disposition
from inventory_svc.domain.stock.units.unit import ReadPoint
from retail_kit.money import Money
from retail_kit.quantities import Unit
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal
from service_kit.runtime.json_values import JSON


class FeedMode(StrEnum):
    """What the quantity of a feed line means."""

    SNAPSHOT = "SNAPSHOT"
    DELTA = "DELTA"


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One good line of a feed; `counted_at` is given for a snapshot, `unit` if the sender did."""

    index: int
    position: PositionKey
    quantity: int
    counted_at: datetime | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One line of a feed that was found wrong before it reached the stock; `told` is all of it."""

    index: int
    ref: str
    refusals: tuple[Refusal, ...]
    told: Mapping[str, JSON] = field(default_factory=dict)


class WantedLine(NamedTuple):
    """So many units of an item, wherever they are; or the one piece that `serial` names."""

    line_id: str
    sku: str
    quantity: int
    condition: Condition = Condition.NEW
    serial: str | None = None


class PeggedQuantity(NamedTuple):
    """So many units of a reservation's line at one location."""

    line_id: str
    location: str
    quantity: int


@dataclass(frozen=True, slots=True)
class FeedStock:
    """Write the lines of one feed, each for itself.

    Refused lines are kept under the name of the `feed`, if it has one. With `summarised` the
    answer counts the lines and says no more. With `unnamed` they are of positions that a feed left
    out: such a line says nothing of a position that anybody has counted since, or just then.
    The goods of deltas had moved by `as_of`, and a count of then or later knows of them; if it is
    not given, they move now. The `step` of a file is written once, whatever has become of its key.
    """

    request: IdempotentRequest
    actor: str
    mode: FeedMode
    lines: tuple[FeedLine, ...]
    rejected: tuple[RejectedLine, ...] = ()
    feed: str = ""
    source: str | None = None
    summarised: bool = False
    unnamed: bool = False
    as_of: datetime | None = None
    step: FileStep | None = None


@dataclass(frozen=True, slots=True)
class CorrectFeedLines:
    """Write lines of a feed that were refused, as corrected; give up those that are discarded."""

    request: IdempotentRequest
    actor: str
    feed: str
    lines: tuple[FeedLine, ...]
    rejected: tuple[RejectedLine, ...] = ()
    discarded: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The places of all the lines that it speaks of."""
        good = (line.index for line in self.lines)
        return (*good, *(line.index for line in self.rejected), *self.discarded)


@dataclass(frozen=True, slots=True)
class AdjustStock:
    """Move `quantity` units in (or out, when negative) of one position.

    Units that are sold are first those that `reservation_id` keeps there, if it names one.
    """

    request: IdempotentRequest
    actor: str
    position: PositionKey
    quantity: int
    reason: AdjustmentReason
    expected_version: int | None = None
    reservation_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeclareUnavailable:
    """`quantity` units on hand cannot be sold, or can again when negative; the books wait."""

    request: IdempotentRequest
    actor: str
    position: PositionKey
    disposition: Disposition
    quantity: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CountPosition:
    """Somebody looked: so many units are there, whatever the books say."""

    request: IdempotentRequest
    actor: str
    position: PositionKey
    counted: int
    expected_version: int | None = None


class RestockedLine(NamedTuple):
    """So many units of a line of a return that can be sold again at one position."""

    line_id: str
    position: PositionKey
    quantity: int


@dataclass(frozen=True, slots=True)
class RestockReturn:
    """Units of a return are on the shelves again: all the lines, or none."""

    request: IdempotentRequest
    actor: str
    return_id: str
    lines: tuple[RestockedLine, ...]


@dataclass(frozen=True, slots=True)
class ReserveStock:
    """Find supply for all the lines at the candidates, best first, and keep it; or nothing.

    Without `expires_at` the reservation is a hard allocation. The rules look at `channel` and
    `service`. With `until`, what is not there may come as late as that. What `takeover` names ends,
    and what it keeps of the lines is theirs. `allowance` bounds what the owner has kept for a time.
    In another version of the network than `network_version`, the candidates are what `scope` names.
    """

    request: IdempotentRequest
    actor: str
    reservation_id: str
    kind: ReservationKind
    lines: tuple[WantedLine, ...]
    candidates: tuple[str, ...]
    owner: str
    expires_at: datetime | None = None
    order_id: str | None = None
    channel: str | None = None
    service: Service = USUAL_SERVICE
    until: datetime | None = None
    takeover: Takeover | None = None
    allowance: Allowance | None = None
    scope: Scope | None = None
    network_version: int = 0


@dataclass(frozen=True, slots=True)
class ConsumeReservation:
    """The goods have left: on hand goes down and the reservation is fulfilled by as much."""

    request: IdempotentRequest
    actor: str
    reservation_id: str
    lines: tuple[PeggedQuantity, ...]


@dataclass(frozen=True, slots=True)
class ReleaseReservation:
    """Give the goods back to everyone: some lines, or all that is open when `lines` is None.

    `right` restricts it to what somebody may release. With `tombstone_for` (an order) an unknown
    reservation leaves a tombstone.
    """

    request: IdempotentRequest
    actor: str
    reservation_id: str
    lines: tuple[PeggedQuantity, ...] | None = None
    right: ReleaseRight | None = None
    tombstone_for: str | None = None


@dataclass(frozen=True, slots=True)
class ReportShort:
    """Somebody looked and did not find `missing` units; `counted` free ones are there."""

    request: IdempotentRequest
    actor: str
    reservation_id: str
    line_id: str
    location: str
    missing: int
    counted: int


class UnitsMode(StrEnum):
    """How pieces that are registered relate to what their positions count."""

    RECEIVED = "RECEIVED"
    PRESENT = "PRESENT"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A piece that is somewhere: all that is known of it."""

    index: int
    serial: str
    position: PositionKey
    epc: str | None = None
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class RegisterUnits:
    """Pieces are where the lines say, each line for itself."""

    request: IdempotentRequest
    actor: str
    mode: UnitsMode
    lines: tuple[UnitLine, ...]
    rejected: tuple[RejectedLine, ...] = ()


class UnitExit(StrEnum):
    """Why a piece is no longer on its shelf, though nothing was kept of it."""

    SALE = "SALE"
    LOSS = "LOSS"
    TRANSFER = "TRANSFER"


@dataclass(frozen=True, slots=True)
class WithdrawUnit:
    """A piece has left its shelf at a location."""

    request: IdempotentRequest
    actor: str
    serial: str
    location: str
    reason: UnitExit


@dataclass(frozen=True, slots=True)
class TagRead:
    """The tag of a piece was read."""

    index: int
    epc: str
    point: ReadPoint
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordReads:
    """What readers at one location have read, each line for itself."""

    request: IdempotentRequest
    actor: str
    location: str
    lines: tuple[TagRead, ...]
    rejected: tuple[RejectedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpireReservation:
    """Write down that the time of a reservation is over; needs no key, it is so by itself."""

    reservation_id: str
    actor: str = "inventory"
    request: None = None


@dataclass(frozen=True, slots=True)
class AnnouncedLine:
    """One good line of a list of supplies that are on their way."""

    index: int
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class AnnounceInbound:
    """Write what is on its way, each line for itself; what rests on it is settled afterwards."""

    request: IdempotentRequest
    actor: str
    lines: tuple[AnnouncedLine, ...]
    rejected: tuple[RejectedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiveInbound:
    """Units of a supply have come: they go to those who wait, in their order, and on the shelves.

    With `closes`, nothing more of it will come.
    """

    request: IdempotentRequest
    actor: str
    supply: InboundKey
    quantity: int
    closes: bool = False


@dataclass(frozen=True, slots=True)
class SettleInbound:
    """Renew what was promised of a supply that has changed; needs no key, it is so by itself."""

    supply: InboundKey
    actor: str = "inventory"
    request: None = None


@dataclass(frozen=True, slots=True)
class RefuseRequest:
    """The checks before the stock refuse a request, unless it was decided before."""

    request: IdempotentRequest
    refusals: tuple[Refusal, ...]


ShelfCommand: TypeAlias = (
    FeedStock | CorrectFeedLines | AdjustStock | DeclareUnavailable | CountPosition | RestockReturn
)
"""What feeds, and people before the shelves, say of goods that are there."""

StockCommand: TypeAlias = (
    ShelfCommand
    | ReserveStock
    | ConsumeReservation
    | ReleaseReservation
    | ReportShort
    | ExpireReservation
    | AnnounceInbound
    | ReceiveInbound
    | SettleInbound
    | RegisterUnits
    | WithdrawUnit
    | RecordReads
    | RentalCommand
    | RefuseRequest
)
