"""Keeping no more for one owner than is allowed, whatever is kept for them already."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from inventory_svc.domain.refusals import too_many_kept
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.draft import StockDraft
from retail_kit.quantities import Unit
from service_kit.commands.refusal import Refusal


class _Row(NamedTuple):
    line: Hashable
    sku: str
    quantity: int


class _Amounts(NamedTuple):
    """Pieces by SKU, measured quantities by their unit, and things: pieces and measured lines."""

    pieces: Counter[str]
    measured: Counter[Unit]
    things: int


def beyond_allowance(command: ReserveStock, draft: StockDraft) -> Iterator[Refusal]:
    """Say what would be kept beyond the allowance, at its first line: of an item, or of a unit.

    Only where none of them is, say that it is too much in all.
    """
    allowance = command.allowance
    if allowance is None:
        return
    units = draft.supply.item_units
    wanted = _amounts(_wanted(command), units)
    kept = _amounts(_kept(command.owner, draft), units)
    in_all = True
    for sku, quantity in wanted.pieces.items():
        if kept.pieces[sku] + quantity > allowance.of_item:
            in_all = False
            at = next(at for at, line in enumerate(command.lines) if line.sku == sku)
            path = ("input", "lines", str(at), "quantity")
            yield too_many_kept(quantity, kept.pieces[sku], allowance.of_item, *path, sku=sku)
    for unit, quantity in wanted.measured.items():
        most = allowance.measured.get(unit)
        if most is not None and kept.measured[unit] + quantity > most:
            in_all = False
            at = next(at for at, line in enumerate(command.lines) if units.get(line.sku) is unit)
            path = ("input", "lines", str(at), "quantity")
            yield too_many_kept(quantity, kept.measured[unit], most, *path, unit=unit)
    if in_all and kept.things + wanted.things > allowance.in_all:
        yield too_many_kept(wanted.things, kept.things, allowance.in_all, "input", "lines")


def _wanted(command: ReserveStock) -> Iterator[_Row]:
    for at, line in enumerate(command.lines):
        yield _Row(at, line.sku, line.quantity)


def _kept(owner: str, draft: StockDraft) -> Iterator[_Row]:
    """Give what is kept; of one line there may be goods of several places."""
    for reservation in draft.kept_by(owner):
        for row in reservation.everything:
            yield _Row((reservation.identifier, row.line_id), row.position.sku, row.open)


def _amounts(rows: Iterable[_Row], units: Mapping[str, Unit]) -> _Amounts:
    pieces: Counter[str] = Counter()
    measured: Counter[Unit] = Counter()
    lines: set[Hashable] = set()
    for row in rows:
        unit = units.get(row.sku, Unit.PIECE)
        if unit is Unit.PIECE:
            pieces[row.sku] += row.quantity
        elif row.quantity:
            measured[unit] += row.quantity
            lines.add(row.line)
    return _Amounts(pieces, measured, pieces.total() + len(lines))
