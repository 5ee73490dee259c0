"""Choose and reserve supply for an order in one commit, nearest first."""

from dataclasses import dataclass, replace
from datetime import datetime

from inventory_svc.domain.network.directory import Destination
from inventory_svc.domain.rules.sale import USUAL_SERVICE, Service
from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.domain.stock.scope import Scope
from inventory_svc.domain.stock.takeover import Takeover
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.stock.wanted_lines import (
    ReservationSources,
    require_distinct,
    require_lines,
)
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller
from service_kit.runtime.identifiers import derived_identifier


@dataclass(frozen=True, slots=True)
class WantedAllocation:
    """What an order needs and where it goes; with `until` it may come as late as that.

    What `takeover` names ends with the allocation.
    """

    order_id: str
    channel: str
    destination: Destination
    lines: tuple[WantedLine, ...]
    excluded: frozenset[str] = frozenset()
    service: Service = USUAL_SERVICE
    until: datetime | None = None
    takeover: Takeover | None = None

    @property
    def scope(self) -> Scope:
        """Where it may come from."""
        return Scope(
            self.channel,
            destination=self.destination,
            excluded=self.excluded,
            method=self.service.method,
        )


def allocation_identifier(order_id: str, key: str) -> str:
    """Give the identifier that an allocation's reservation has, known before it is made."""
    return derived_identifier("allocation", order_id, key)


async def allocate_order(
    request: IdempotentRequest,
    caller: Caller,
    wanted: WantedAllocation,
    sources: ReservationSources,
) -> Decided:
    """Let the stock decide over the channel's locations; the key is the order's own.

    Whoever repeats it, for whichever caller, an order's key stands for one allocation.
    """
    if not wanted.order_id.strip():
        raise invalid("An order id is required.", "input", "orderId")
    require_lines(wanted.lines)
    require_distinct(wanted.lines)
    of_order = replace(request, scope=f"order:{wanted.order_id}")

    async def checked() -> ReserveStock:
        directory = await sources.network.directory(channels=[wanted.channel])
        return ReserveStock(
            request=of_order,
            actor=caller.subject,
            reservation_id=allocation_identifier(wanted.order_id, request.key),
            kind=ReservationKind.ORDER,
            lines=await sources.read(wanted.lines),
            candidates=wanted.scope.candidates(directory),
            owner=caller.subject,
            order_id=wanted.order_id,
            channel=wanted.channel,
            service=wanted.service,
            until=wanted.until,
            takeover=wanted.takeover,
            scope=wanted.scope,
            network_version=directory.version,
        )

    return await submit_checked(of_order, checked(), sources.commits)
