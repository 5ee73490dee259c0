"""Somebody went to the shelf and found less than was reserved."""

from inventory_svc.domain.stock.commands import ReportShort
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.stock import StockCommits
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid


async def report_short(report: ReportShort, commits: StockCommits) -> Decided:
    """Correct the position to what was seen and free the reservation of what is missing."""
    if not 1 <= report.missing <= LARGEST:
        raise invalid(f"Between 1 and {LARGEST} units are missing.", "input", "missingQuantity")
    if not 0 <= report.counted <= LARGEST:
        raise invalid(f"Between 0 and {LARGEST} units were counted.", "input", "counted")
    return await commits.submit(report)
