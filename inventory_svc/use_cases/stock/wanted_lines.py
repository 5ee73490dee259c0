"""Checking the lines of a reservation before the stock sees them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.domain.refusals import unknown_sku
from inventory_svc.domain.stock.commands import PeggedQuantity, RestockedLine, WantedLine
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.ports.units import UnitReads
from inventory_svc.use_cases.units.name_pieces import with_pieces
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.naming import ref_errors, refuse_any
from service_kit.commands.refusal import Refusal, RefusedAll

MOST_RESERVED_LINES = 100


@dataclass(frozen=True, slots=True)
class ReservationSources:
    """What a reservation is checked against, and where it is decided."""

    network: Network
    catalogue: Catalogue
    units: UnitReads
    commits: StockCommits

    async def read(self, lines: Sequence[WantedLine]) -> tuple[WantedLine, ...]:
        """Give the lines with what the pieces say that they name; refuse what nobody knows."""
        found = await with_pieces(lines, self.units)
        await _require_known(found, self.catalogue)
        return found


def require_lines(lines: Sequence[WantedLine | PeggedQuantity | RestockedLine]) -> None:
    """Refuse INVALID_INPUT for no lines, too many, or a quantity that is not positive."""
    if not 1 <= len(lines) <= MOST_RESERVED_LINES:
        raise invalid(f"Give between 1 and {MOST_RESERVED_LINES} lines.", "input", "lines")
    problems = [
        invalid(f"A quantity is between 1 and {LARGEST}.", "input", "lines", str(at), "quantity")
        for at, line in enumerate(lines)
        if not 1 <= line.quantity <= LARGEST
    ]
    if problems:
        raise RefusedAll(problems)


def require_distinct(lines: Sequence[WantedLine]) -> None:
    """Refuse INVALID_INPUT when a line has no id, or two have the same."""
    for at, line in enumerate(lines):
        refuse_any(ref_errors(line.line_id, "input", "lines", str(at), "lineId"))
    times = Counter(line.line_id for line in lines)
    problems: list[Refusal] = [
        invalid("Two lines have this id.", "input", "lines", str(at), "lineId")
        for at, line in enumerate(lines)
        if times[line.line_id] > 1
    ]
    if problems:
        raise RefusedAll(problems)


async def _require_known(lines: Sequence[WantedLine], catalogue: Catalogue) -> None:
    """Refuse UNKNOWN_SKU, at its line, for each item that nobody knows."""
    known = await catalogue.known(sorted({line.sku for line in lines}))
    problems = [
        unknown_sku(line.sku, "input", "lines", str(at), "sku")
        for at, line in enumerate(lines)
        if line.sku not in known
    ]
    if problems:
        raise RefusedAll(problems)
