"""Checking the lines of a reservation before the stock sees them."""

from collections import Counter
from collections.abc import Sequence

from inventory_svc.domain.refusals import unknown_sku
from inventory_svc.domain.stock.commands import PeggedQuantity, RestockedLine, WantedLine
from inventory_svc.ports.catalogue import Catalogue
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll

MOST_RESERVED_LINES = 100


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
    """Refuse INVALID_INPUT when two lines have the same id."""
    times = Counter(line.line_id for line in lines)
    problems: list[Refusal] = [
        invalid("Two lines have this id.", "input", "lines", str(at), "lineId")
        for at, line in enumerate(lines)
        if times[line.line_id] > 1
    ]
    if problems:
        raise RefusedAll(problems)


async def require_known(lines: Sequence[WantedLine], catalogue: Catalogue) -> None:
    """Refuse UNKNOWN_SKU, at its line, for each item that nobody knows."""
    known = await catalogue.known(sorted({line.sku for line in lines}))
    problems = [
        unknown_sku(line.sku, "input", "lines", str(at), "sku")
        for at, line in enumerate(lines)
        if line.sku not in known
    ]
    if problems:
        raise RefusedAll(problems)
