"""Keep goods for somebody, at one location or wherever a channel may sell from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.rights import allowance_of, require_channel, require_reserver
from inventory_svc.domain.rules.sale import OrderType, Service, ServiceLevel
from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.reservation import HOLD_PERIODS, ReservationKind
from inventory_svc.domain.stock.scope import Scope
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.stock.wanted_lines import (
    ReservationSources,
    require_distinct,
    require_lines,
)
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier

_ORDER_TYPES: Mapping[ReservationKind, OrderType] = MappingProxyType(
    {
        ReservationKind.E_RESERVATION: OrderType.E_RESERVATION,
        ReservationKind.EXCHANGE: OrderType.E_RESERVATION,
        ReservationKind.APPOINTMENT: OrderType.APPOINTMENT,
    }
)
"""What the rules call a kind of reservation; any other is for an order."""


@dataclass(frozen=True, slots=True)
class WantedReservation:
    """What is to be kept; `location` or `channel` says where from, `until` by when it has come."""

    kind: ReservationKind
    lines: tuple[WantedLine, ...]
    channel: str | None = None
    location: str | None = None
    hold_seconds: int | None = None
    method: DeliveryMethod | None = None
    level: ServiceLevel = ServiceLevel.STANDARD
    until: datetime | None = None

    @property
    def service(self) -> Service:
        """What the customer gets: what is kept for a visit is collected unless said otherwise."""
        visits = self.kind in _ORDER_TYPES
        usual = DeliveryMethod.PICKUP if visits else DeliveryMethod.HOME
        order_type = _ORDER_TYPES.get(self.kind, OrderType.ORDER)
        return Service(self.method or usual, self.level, order_type)

    @property
    def scope(self) -> Scope:
        """Where it may be kept."""
        return Scope(self.channel, self.location, method=self.service.method)


async def create_reservation(
    request: IdempotentRequest,
    caller: Caller,
    wanted: WantedReservation,
    sources: ReservationSources,
    clock: Clock,
) -> Decided:
    """Check the wish, list where it may be met, then let the stock decide."""
    require_reserver(caller, wanted.kind)
    require_lines(wanted.lines)
    require_distinct(wanted.lines)
    require_channel(caller, wanted.channel)
    expires_at = _expiry(wanted, clock.now())

    async def checked() -> ReserveStock:
        directory = await sources.network.directory(
            channels=[] if wanted.channel is None else [wanted.channel],
            locations=[] if wanted.location is None else [wanted.location],
        )
        return ReserveStock(
            request=request,
            actor=caller.subject,
            reservation_id=derived_identifier("reservation", request.identifier),
            kind=wanted.kind,
            lines=await sources.read(wanted.lines),
            candidates=wanted.scope.candidates(directory),
            owner=caller.subject,
            expires_at=expires_at,
            channel=wanted.channel,
            service=wanted.service,
            until=wanted.until,
            allowance=allowance_of(caller),
            scope=wanted.scope,
            network_version=directory.version,
        )

    return await submit_checked(request, checked(), sources.commits)


def _expiry(wanted: WantedReservation, now: datetime) -> datetime | None:
    """Give the end of a soft reservation, at a whole second so that holds can be added up."""
    period = HOLD_PERIODS.get(wanted.kind)
    if period is None:
        if wanted.hold_seconds is not None:
            raise invalid("An order is not held for a time.", "input", "holdSeconds")
        return None
    held = period.usual
    if wanted.hold_seconds is not None:
        held = timedelta(seconds=wanted.hold_seconds)
    if not timedelta(0) < held <= period.longest:
        longest = int(period.longest.total_seconds())
        raise invalid(f"A hold lasts between 1 and {longest} seconds.", "input", "holdSeconds")
    end = now + held
    return end if not end.microsecond else end.replace(microsecond=0) + timedelta(seconds=1)
