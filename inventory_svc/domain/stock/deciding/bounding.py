"""Keeping no more for one owner than is allowed, whatever is kept for them already."""

from collections import Counter
from collections.abc import Iterator

from inventory_svc.domain.refusals import too_many_kept
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.draft import StockDraft
from service_kit.commands.refusal import Refusal


def beyond_allowance(command: ReserveStock, draft: StockDraft) -> Iterator[Refusal]:
    """Say what would be kept beyond the allowance: of an item at its first line, or in all."""
    allowance = command.allowance
    if allowance is None:
        return
    kept: Counter[str] = Counter()
    for reservation in draft.kept_by(command.owner):
        for row in reservation.everything:
            kept[row.position.sku] += row.open
    wanted: Counter[str] = Counter()
    first: dict[str, str] = {}
    for at, line in enumerate(command.lines):
        wanted[line.sku] += line.quantity
        first.setdefault(line.sku, str(at))
    in_all = True
    for sku, units in wanted.items():
        if kept[sku] + units > allowance.of_item:
            in_all = False
            path = ("input", "lines", first[sku], "quantity")
            yield too_many_kept(units, kept[sku], allowance.of_item, *path, sku=sku)
    if in_all and kept.total() + wanted.total() > allowance.in_all:
        yield too_many_kept(wanted.total(), kept.total(), allowance.in_all, "input", "lines")
