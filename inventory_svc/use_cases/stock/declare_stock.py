"""A location says what of its stock cannot be sold, or what it has counted."""

from dataclasses import dataclass

from inventory_svc.domain.stock.commands import CountPosition, DeclareUnavailable
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.unavailable import Disposition
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.stock.position_checks import NamedPosition, position_of
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class DeclaredUnits:
    """Units that cannot be sold for a reason, or that can be again when negative."""

    position: NamedPosition
    disposition: Disposition
    quantity: int
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CountedUnits:
    """What somebody found when looking for units that were not there."""

    position: NamedPosition
    counted: int
    expected_version: int | None = None


async def declare_unavailable(
    request: IdempotentRequest,
    caller: Caller,
    units: DeclaredUnits,
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Check who speaks of what, then withhold the units at once."""
    if not units.quantity or abs(units.quantity) > LARGEST:
        raise invalid("A quantity is not zero and fits an Int.", "input", "quantity")

    async def checked() -> DeclareUnavailable:
        return DeclareUnavailable(
            request,
            caller.subject,
            await position_of(caller, units.position, catalogue, network),
            units.disposition,
            units.quantity,
            units.expected_version,
        )

    return await submit_checked(request, checked(), commits)


async def count_position(
    request: IdempotentRequest,
    caller: Caller,
    units: CountedUnits,
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Check who speaks of what, then believe the count."""
    if not 0 <= units.counted <= LARGEST:
        raise invalid(f"Between 0 and {LARGEST} units were counted.", "input", "counted")

    async def checked() -> CountPosition:
        return CountPosition(
            request,
            caller.subject,
            await position_of(caller, units.position, catalogue, network),
            units.counted,
            units.expected_version,
        )

    return await submit_checked(request, checked(), commits)
