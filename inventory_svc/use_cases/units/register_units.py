"""Register pieces, each line for itself, in commits of bounded size."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.refusals import unknown_location, unknown_sku
from inventory_svc.domain.stock.commands import RegisterUnits, RejectedLine, UnitLine, UnitsMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.units.unit_prices import SentPrice, checked_price
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult, require_bulk_size, results_from_json
from service_kit.commands.refusal import Refusal

LINES_PER_COMMIT = 250


class SentUnit(NamedTuple):
    """A piece as it was sent, unchecked."""

    serial: str
    sku: str
    location: str
    condition: Condition = Condition.NEW
    epc: str | None = None
    price: SentPrice | None = None


@dataclass(frozen=True, slots=True)
class UnitsImport:
    """One call: pieces, and how they relate to what their positions count."""

    request: IdempotentRequest
    actor: str
    mode: UnitsMode
    lines: Sequence[SentUnit]


class _Known(NamedTuple):
    """What a line may speak of."""

    skus: Collection[str]
    directory: NetworkDirectory


async def register_units(
    sent: UnitsImport, catalogue: Catalogue, network: Network, commits: StockCommits
) -> list[LineResult]:
    """Write the good lines and give the fate of all.

    Each commit's worth of lines is idempotent by itself, so what broke off is finished by sending
    it again.
    """
    require_bulk_size(sent.lines)
    known = _Known(
        await catalogue.known(sorted({line.sku.strip() for line in sent.lines})),
        await network.directory(locations={line.location.strip() for line in sent.lines}),
    )
    decided = await asyncio.gather(*(commits.submit(command) for command in _commands(sent, known)))
    results: list[LineResult] = []
    for each in decided:
        if each.outcome.refusals:
            raise each.outcome.refusals[0]
        results.extend(results_from_json(each.outcome.values["results"]))
    return results


def _commands(sent: UnitsImport, known: _Known) -> Iterator[RegisterUnits]:
    """Cut the lines into commands whose keys are derived from the call's own."""
    for start in range(0, len(sent.lines), LINES_PER_COMMIT):
        good: list[UnitLine] = []
        bad: list[RejectedLine] = []
        for index in range(start, min(start + LINES_PER_COMMIT, len(sent.lines))):
            line = sent.lines[index]
            try:
                good.append(_checked(index, line, known))
            except Refusal as problem:
                placed = problem.under("input", "lines", str(index))
                bad.append(RejectedLine(index, line.serial, (placed,)))
        part = f"{sent.request.mutation}/{start // LINES_PER_COMMIT}"
        request = replace(sent.request, mutation=part)
        yield RegisterUnits(request, sent.actor, sent.mode, tuple(good), tuple(bad))


def _checked(index: int, line: SentUnit, known: _Known) -> UnitLine:
    """Give the line in the domain's words; refuse what it cannot mean, with a path inside it."""
    serial = required_code(line.serial, "serial")
    sku = required_code(line.sku, "sku")
    location = required_code(line.location, "locationCode")
    if sku not in known.skus:
        raise unknown_sku(sku, "sku")
    if location not in known.directory.locations:
        raise unknown_location(location, "locationCode")
    epc = None if line.epc is None else required_code(line.epc, "epc")
    price = None if line.price is None else checked_price(line.price)
    return UnitLine(index, serial, PositionKey(sku, location, line.condition), epc, price)
