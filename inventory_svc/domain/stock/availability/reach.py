"""What a sale may draw on of packed shelves: which of their rows, by which rules."""

from collections.abc import Callable, Container, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.stock.availability.terms import Terms, weeks_to_last
from inventory_svc.domain.stock.shelves import Places

Picked: TypeAlias = Callable[[Sequence[int]], Sequence[int]]
"""Gives the numbers of some rows out of a column."""

RuledRow: TypeAlias = tuple[int, StockRule]

SharedRows: TypeAlias = tuple[StockRule, Picked]
"""The rule of a share, and what picks the rows that draw on it."""

PacedRow: TypeAlias = tuple[int, int, StockRule]
"""A row, and for how many weeks its units must last by a rule to be sold."""


class Reach(NamedTuple):
    """The same for all items that lie at the same places and that no rule tells apart.

    `rows` may be sold from, and `picked` picks them; `hidden` are in scope, but for a rule. Of the
    rows, `paced` may be sold from only while they sell slowly, and `shared` are those of one share.
    """

    rows: Container[int]
    picked: Picked
    protected: Sequence[RuledRow]
    hidden: Sequence[RuledRow]
    paced: Sequence[PacedRow]
    shared: Sequence[SharedRows]


def reach_of(places: Places, terms: Terms, scope: Sequence[Candidate]) -> Reach:
    """Find the rows of a scope, and the rules that count there."""
    rows: list[int] = []
    protected: list[RuledRow] = []
    hidden: list[RuledRow] = []
    paced: list[PacedRow] = []
    shared: dict[str, tuple[StockRule, list[int]]] = {}
    for location, _ in scope:
        row = places.row.get(location.code)
        if row is None:
            continue
        if (hiding := terms.hidden_by(location)) is not None:
            hidden.append((row, hiding))
            continue
        rows.append(row)
        pacing = terms.exposure.at(location)
        if pacing is not None and (weeks := weeks_to_last(pacing)) is not None:
            paced.append((row, weeks, pacing))
        if (protecting := terms.protection.at(location)) is not None:
            protected.append((row, protecting))
        if (sharing := terms.share.at(location)) is not None:
            shared.setdefault(sharing.code, (sharing, []))[1].append(row)
    pots = [(rule, _picking(of, places)) for rule, of in shared.values()]
    is_all = len(rows) == len(places.codes)
    among = range(len(rows)) if is_all else frozenset(rows)
    return Reach(among, _picking(rows, places), protected, hidden, paced, pots)


def _picking(rows: Sequence[int], places: Places) -> Picked:
    if len(rows) == len(places.codes):
        return _all
    if len(rows) > 1:
        return itemgetter(*rows)
    return lambda column: [column[row] for row in rows]


def _all(column: Sequence[int]) -> Sequence[int]:
    return column
