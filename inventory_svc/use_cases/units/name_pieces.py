"""Lines that name a piece: the piece says what it is, so that the line need not."""

from collections import Counter
from collections.abc import Sequence

from inventory_svc.domain.refusals import unknown_unit
from inventory_svc.domain.stock.commands import WantedLine
from inventory_svc.ports.units import UnitReads
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll


async def with_pieces(lines: Sequence[WantedLine], units: UnitReads) -> tuple[WantedLine, ...]:
    """Give the lines in the condition of the pieces that they name; refuse what names none."""
    serials = {line.serial for line in lines if line.serial is not None}
    if not serials:
        return tuple(lines)
    known = await units.units(serials)
    times = Counter(line.serial for line in lines)
    found: list[WantedLine] = []
    problems: list[Refusal] = []
    for at, line in enumerate(lines):
        path = ("input", "lines", str(at))
        unit = None if line.serial is None else known.get(line.serial)
        if line.serial is None:
            found.append(line)
        elif unit is None:
            problems.append(unknown_unit(line.serial, *path, "serial"))
        elif times[line.serial] > 1:
            problems.append(invalid("Two lines name this piece.", *path, "serial"))
        elif line.quantity != 1:
            problems.append(invalid("A piece is one unit.", *path, "quantity"))
        elif unit.position.sku != line.sku:
            problems.append(invalid(f"The piece is one of {unit.position.sku}.", *path, "sku"))
        else:
            found.append(line._replace(condition=unit.position.condition))
    if problems:
        raise RefusedAll(problems)
    return tuple(found)
