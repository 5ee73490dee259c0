"""Goods that were on their way have come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.refusals import unknown_location
from inventory_svc.domain.rights import may_keep_stock, not_your_location
from inventory_svc.domain.stock.commands import ReceiveInbound, RefuseRequest
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.inbound.settle import settle
from inventory_svc.use_cases.unit_checks import unit_problems, units_of
from retail_kit.quantities import LARGEST, Unit
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    rejected,
    require_bulk_size,
)
from service_kit.commands.refusal import Refusal
from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class SentReceipt:
    """Units of one supply that came, as they were sent; `closes` says that no more will."""

    kind: InboundKind
    reference: str
    line: str
    sku: str
    location: str
    quantity: int
    condition: Condition = Condition.NEW
    closes: bool = False
    unit: Unit | None = None

    @property
    def key(self) -> InboundKey:
        """The supply that it speaks of."""
        position = PositionKey(self.sku.strip(), self.location.strip(), self.condition)
        return InboundKey(position, self.kind, self.reference.strip(), self.line.strip())


async def receive(
    request: IdempotentRequest,
    caller: Caller,
    lines: Sequence[SentReceipt],
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
) -> list[LineResult]:
    """Take in the good lines, one after the other, and give the fate of all.

    Refuse INVALID_INPUT for a list of no size.
    """
    require_bulk_size(lines)
    directory = await network.directory(locations={line.location.strip() for line in lines})
    units = await units_of(lines, catalogue)
    results: list[LineResult] = []
    for index, line in enumerate(lines):
        problems = (*_problems(line, caller, directory), *unit_problems(line, units))
        part = replace(request, mutation=f"{request.mutation}/{index}")
        command = ReceiveInbound(part, caller.subject, line.key, line.quantity, line.closes)
        results.append(_result(index, line, await _received(command, problems, commits)))
    return results


async def _received(
    command: ReceiveInbound, problems: tuple[Refusal, ...], commits: StockCommits
) -> tuple[Refusal, ...]:
    """Take units in, part by part when many wait for them; each part has a key of its own.

    Problems refuse the first part, unless it was taken in before.
    """
    mutation, part = command.request.mutation, 0
    left = command.quantity
    while True:
        request = replace(command.request, mutation=f"{mutation}/{part}")
        refuses = problems and not part
        taking = replace(command, request=request, quantity=left)
        decided = await commits.submit(RefuseRequest(request, problems) if refuses else taking)
        if decided.outcome.refusals:
            return decided.outcome.refusals
        remaining = decided.outcome.values["left"]
        if not isinstance(remaining, int) or not remaining:
            break
        left, part = remaining, part + 1
    if command.closes:
        await settle([command.supply], commits)
    return ()


def _problems(line: SentReceipt, caller: Caller, directory: NetworkDirectory) -> Iterator[Refusal]:
    try:
        required_code(line.sku, "sku")
        location = required_code(line.location, "locationCode")
        required_code(line.reference, "reference")
        required_code(line.line, "line")
    except Refusal as refusal:
        yield refusal
        return
    if location not in directory.locations:
        yield unknown_location(location, "locationCode")
    elif not may_keep_stock(caller, location):
        yield not_your_location("locationCode")
    lowest = 0 if line.closes else 1
    if not lowest <= line.quantity <= LARGEST:
        yield invalid(f"A quantity is between {lowest} and {LARGEST}.", "quantity")


def _result(index: int, line: SentReceipt, problems: Sequence[Refusal]) -> LineResult:
    ref = line.key.identifier
    if not problems:
        return LineResult(index, ref, LineStatus.APPLIED)
    return rejected(
        index, ref, *(problem.under("input", "lines", str(index)) for problem in problems)
    )
