"""What the use-cases ask for."""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol, TypeAlias

from inventory_svc.domain.alerts.alert import AlertChange, AlertKind, AlertState, StockAlert
from inventory_svc.domain.back_in_stock.registration import ListKey, Person, Registration
from inventory_svc.domain.back_in_stock.waiting_list import WaitingList
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.feeds.feed_file import Closing, FeedFile
from inventory_svc.domain.importing import ImportLine, RecordT
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.rules.changeover import NumbersChanged
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.domain.stock.availability.share_draw import ShareDraw
from inventory_svc.domain.stock.availability.totals import PackedItem
from inventory_svc.domain.stock.commands import StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.declarations import Place, Window
from inventory_svc.domain.stock.feed_rejection import (
    FeedRejection,
    RejectionKey,
    RejectionState,
)
from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.reliability import Picks
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.unit import SerialUnit
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import Refusal


class StockCommits(Protocol):
    """Where stock commands are decided and written, together with those of others."""

    async def submit(self, command: StockCommand) -> Decided:
        """Give what became of the command once it is durable; refuse UNAVAILABLE otherwise."""


class CountedPosition(NamedTuple):
    """A position, and as of when it was counted last."""

    key: PositionKey
    counted_at: datetime | None


class StockSurvey(Protocol):
    """The stock as last committed, location by location."""

    async def in_stock_at(
        self, location: str, after: PositionKey | None, limit: int
    ) -> Sequence[CountedPosition]:
        """Give the positions of a location of which anything is on hand, by name, after one."""


class StockReads(Protocol):
    """The stock as last committed."""

    async def positions_of(
        self, skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        """Give all positions of the SKUs in one read."""

    async def positions(self, keys: Sequence[PositionKey]) -> Mapping[PositionKey, Position]:
        """Give the positions that exist, by key, in one read."""

    async def reservations(self, identifiers: Sequence[str]) -> Mapping[str, Reservation]:
        """Give the reservations that exist, by identifier."""

    async def draws_of(self, skus: Sequence[str]) -> Sequence[ShareDraw]:
        """Give everything that was drawn of the SKUs under shares, in one read."""

    async def inbound_of(self, skus: Sequence[str]) -> Sequence[InboundSupply]:
        """Give what is still to come of the SKUs, by SKU and date, in one read."""

    async def movements_after(self, skus: Sequence[str], moment: datetime) -> Sequence[Movement]:
        """Give what was written into the ledger of the SKUs after a moment."""

    async def movements(
        self, position: PositionKey, before: int | None, limit: int
    ) -> Sequence[Movement]:
        """Give the ledger of a position, newest first, before one of its numbers."""

    async def declarations(
        self, windows: Sequence[Window], after: Place | None, limit: int
    ) -> Sequence[Movement]:
        """Give what locations declared in their windows, in the order of places, after one."""


class PickRecords(Protocol):
    """What the picks of each location found, day by day."""

    async def count(self, day: date) -> None:
        """Count a day that is over, out of the ledger; the same however often."""

    async def picks(self, since: date, after: str | None, limit: int) -> Sequence[Picks]:
        """Give the picks of all days from one on, by location in the order of codes, after one."""


class Suppliers(Protocol):
    """The suppliers."""

    async def suppliers(self, codes: Sequence[str]) -> Mapping[str, Supplier]:
        """Give the suppliers that exist, by code, in one read."""


class FreshItems(NamedTuple):
    """Items packed, by SKU, and a moment: no commit from before it is missing in them."""

    items: Mapping[str, PackedItem]
    as_of: datetime


class PackedStock(Protocol):
    """The stock as this process has it at hand."""

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems | None:
        """Give items and when they were so; None when that is not known well enough.

        Without `waits` it is said at once, whatever is heard in a moment.
        """


class PresentStock(Protocol):
    """The stock as this process has it at hand, once it has heard of all that is committed."""

    async def present(self, skus: Collection[str], condition: Condition) -> FreshItems | None:
        """Give items in which no commit is missing that came before; None if that is not known."""


class Network(Protocol):
    """Where the snapshot of locations and channels comes from."""

    async def directory(
        self,
        *,
        channels: Iterable[str] = (),
        locations: Iterable[str] = (),
        groups: Iterable[str] = (),
        sources: Iterable[str] = (),
    ) -> NetworkDirectory:
        """Give a snapshot, half a second old at most; the current if it lacks a named code."""

    async def current(self) -> NetworkDirectory:
        """Give the network as it is now."""


class RuleOutcome(NamedTuple):
    """What became of a publication: a version, or refusals."""

    published: RuleSet | None = None
    refusals: tuple[Refusal, ...] = ()


class Rules(Protocol):
    """The rules of the stock, every version of them."""

    async def in_force(self, now: datetime) -> RuleSet:
        """Give the version that counts now, as it was half a second ago at most."""

    async def in_force_at(self, moment: datetime) -> RuleSet:
        """Give the version that counted at a moment of the past."""

    async def latest(self) -> RuleSet:
        """Give the version published last, whether it counts yet or not."""

    async def version(self, number: int) -> RuleSet | None:
        """Give one version; None if there never was one."""

    async def versions(self, before: int | None, limit: int) -> Sequence[RuleSet]:
        """Give versions, newest first, before one of them."""

    async def publish(
        self, request: IdempotentRequest, actor: str, decide: "DecideRules"
    ) -> RuleOutcome:
        """Write the version that is decided on, or why none is; the same for the same key."""


class RuleNews(Protocol):
    """What is told of items when the rules change their numbers."""

    async def tell(self, changed: NumbersChanged, next_after: str | None) -> None:
        """Tell of these items, and have those after one looked at, if there are any."""


DecideRules: TypeAlias = Callable[[RuleSet], RuleSet]
"""Gives the next version from the latest one; may raise Refusal or RefusedAll. Pure."""


class Catalogue(Protocol):
    """The items."""

    async def items(self, skus: Sequence[str]) -> Mapping[str, Item]:
        """Give the items that exist, by SKU, in one read."""

    async def page(self, wanted: "ItemsWanted") -> Sequence[Item]:
        """Give items in the order of their SKU."""

    async def known(self, skus: Sequence[str]) -> frozenset[str]:
        """Give those of the SKUs that exist."""

    async def categories(self, skus: Sequence[str]) -> Mapping[str, str]:
        """Give the categories of those of the SKUs that have one, in one read."""

    async def known_categories(self, categories: Collection[str]) -> frozenset[str]:
        """Give those of the categories of which there is an item."""


@dataclass(frozen=True, slots=True)
class ItemsWanted:
    """A page of items: up to `limit`, after one SKU, or the last ones before one SKU."""

    limit: int
    category: str | None = None
    after: str | None = None
    before: str | None = None
    backward: bool = False


class Imports(Protocol[RecordT]):
    """Where the records of one kind are imported."""

    async def save(
        self,
        request: IdempotentRequest,
        actor: str,
        lines: Sequence[ImportLine[RecordT]],
        rejected: Sequence[LineResult],
    ) -> Sequence[LineResult]:
        """Write what changed and give the fate of every line; the same for the same key."""


@dataclass(frozen=True, slots=True)
class AlertsWanted:
    """A page of alerts, after the time and the identifier of one."""

    limit: int
    state: AlertState | None = None
    kind: AlertKind | None = None
    skus: tuple[str, ...] | None = None
    after: tuple[datetime, str] | None = None


class Alerts(Protocol):
    """The alerts."""

    async def known(self, alerts: Sequence[StockAlert]) -> Sequence[StockAlert]:
        """Give alerts as they stand; the same where nothing was ever written of one."""

    async def raised_by(self, rule: str, after: str, limit: int) -> Sequence[StockAlert]:
        """Give the alerts of a rule that are raised, by their SKU, after one."""

    async def change(self, changes: Sequence[AlertChange], now: datetime) -> None:
        """Write alerts, except those that somebody else has changed since they were read."""

    async def page(self, wanted: AlertsWanted) -> Sequence[StockAlert]:
        """Give alerts that were raised at least once, the latest first."""


class AlertRounds(Protocol):
    """Who goes through the items of a rule that has changed."""

    async def go_on(self, rule: str, after: str) -> None:
        """Have the items of a rule looked at that follow one."""


UnitsOf: TypeAlias = Callable[[StockReads], Awaitable[int]]
"""Gives how many units can be sold now, by the stock as one transaction sees it."""


@dataclass(frozen=True, slots=True)
class RegistrationsWanted:
    """A page of registrations, after the time and the identifier of one."""

    limit: int
    sku: str | None = None
    persons: frozenset[Person] | None = None
    after: tuple[datetime, str] | None = None


class BackInStock(Protocol):
    """Who waits for which item to be back."""

    async def register(
        self, request: IdempotentRequest, actor: str, wanted: Registration
    ) -> Registration:
        """Put a person on a list, or give who is on it another end; the same for the same key."""

    async def withdraw(
        self,
        request: IdempotentRequest,
        actor: str,
        identifier: str,
        persons: frozenset[Person] | None,
        now: datetime,
    ) -> Registration:
        """Take somebody off a list, if they are one of the persons; refuse NOT_FOUND otherwise."""

    async def erase(self, request: IdempotentRequest, person: Person) -> int:
        """Delete all registrations of a person and give their number; the same for the same key."""

    async def tell(self, on: ListKey, units_of: UnitsOf, now: datetime) -> bool:
        """Tell those whose turn it is; True when there are more of them."""

    async def may_go_round(self, owner: str, duration: timedelta) -> bool:
        """Whether nobody else looks at all lists; for so long nobody else does then."""

    async def waited_on(self, after: str, limit: int) -> Sequence[WaitingList]:
        """Give lists on which somebody may wait, by identifier, after one."""

    async def page(self, wanted: RegistrationsWanted) -> Sequence[Registration]:
        """Give registrations, the latest first."""


@dataclass(frozen=True, slots=True)
class PiecesWanted:
    """A page of the free pieces of an item at some positions: up to `limit`, after one serial."""

    sku: str
    positions: frozenset[PositionKey]
    now: datetime
    limit: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class GapsWanted:
    """A page of the gaps of a location by what was read `since`: `limit`, after one serial."""

    location: str
    since: datetime
    limit: int
    after: str | None = None


class UnitReads(Protocol):
    """The pieces with a serial number, as last committed."""

    async def units(self, serials: Collection[str]) -> Mapping[str, SerialUnit]:
        """Give the pieces that exist, by serial, in one read."""

    async def pieces(self, wanted: PiecesWanted) -> Sequence[SerialUnit]:
        """Give pieces of an item that are nobody's, in the order of their serial."""

    async def gaps(self, wanted: GapsWanted) -> Sequence[SerialUnit]:
        """Give pieces that are gaps of a location, in the order of their serial."""

    async def history(self, serial: str, before: int | None, limit: int) -> Sequence[UnitStep]:
        """Give the steps of a piece, newest first, before one of their numbers."""


class Freshness(Protocol):
    """When each source told of its stock last."""

    async def told(self, source: StockSource, as_of: datetime) -> None:
        """Take down that a source told of its stock as of a moment."""

    async def look(self, source: StockSource) -> None:
        """Raise the alert of a source that fell silent; clear it when it told again."""

    async def told_at(self, codes: Iterable[str]) -> Mapping[str, datetime]:
        """Give when sources told last; those that never did are left out."""


@dataclass(frozen=True, slots=True)
class RejectionsWanted:
    """A page of refused lines of feeds, after one of them."""

    limit: int
    feed: str | None = None
    source: str | None = None
    state: RejectionState = RejectionState.OPEN
    after: RejectionKey | None = None


class FeedRejections(Protocol):
    """The refused lines of feeds."""

    async def named(self, feed: str, numbers: Sequence[int]) -> Mapping[int, FeedRejection]:
        """Give refused lines of a feed by their number."""

    async def page(self, wanted: RejectionsWanted) -> Sequence[FeedRejection]:
        """Give refused lines, feed by feed in the order of their numbers."""


class TopSellers(Protocol):
    """The items whose stock cannot wait."""

    async def top_sellers(self, limit: int) -> Sequence[str]:
        """Give their SKUs."""


class FeedFiles(Protocol):
    """The files of stock, whole or on their way."""

    async def open(self, request: IdempotentRequest, file: FeedFile) -> FeedFile:
        """Begin a file; the same for the same key."""

    async def add_part(
        self, request: IdempotentRequest, identifier: str, number: int, content: bytes
    ) -> FeedFile:
        """Keep a part; refuse NOT_FOUND, or INVALID_INPUT when the file is closed."""

    async def close(
        self, request: IdempotentRequest, identifier: str, closing: Closing
    ) -> FeedFile:
        """Have the file applied; refuse NOT_FOUND, or INVALID_INPUT for other parts than these."""

    async def decide(
        self, request: IdempotentRequest, identifier: str, now: datetime, *, is_whole: bool
    ) -> FeedFile:
        """Go on with a file that is held; refuse NOT_FOUND, or INVALID_INPUT for any other."""

    async def resume(self, request: IdempotentRequest, identifier: str) -> FeedFile:
        """Go on with a file that failed; refuse NOT_FOUND, or INVALID_INPUT if that cannot be."""

    async def find(self, identifier: str) -> FeedFile | None:
        """Give a file as it stands."""

    async def page(self, before: tuple[datetime, str] | None, limit: int) -> Sequence[FeedFile]:
        """Give files as people see them, the latest first, before one of them."""

    async def look_up(self, identifier: str) -> FeedFile | None:
        """Give a file as people see it: failed, too, while it is given up."""

    async def forget_parts(self, identifier: str) -> None:
        """Delete the parts of a file that has ended."""

    def content(self, file: FeedFile) -> AsyncIterator[bytes]:
        """Give the parts of a file, one after the other; raise UnreadableFile without one."""

    async def save(self, before: FeedFile, after: FeedFile) -> FeedFile | None:
        """Write how far a file has come; None when somebody else has moved it meanwhile."""


class Listing(NamedTuple):
    """Names the positions that one survey found a file not to name."""

    feed: str
    name: str


class UnnamedPositions(Protocol):
    """The positions that files do not name which are the whole truth, listed page by page."""

    async def keep(self, listing: Listing, page: int, positions: Sequence[PositionKey]) -> None:
        """Write a page; the same page again changes nothing."""

    async def page(self, listing: Listing, page: int) -> Sequence[PositionKey]:
        """Give a page."""

    async def forget(self, feed: str) -> None:
        """Delete all that was listed for a file."""
