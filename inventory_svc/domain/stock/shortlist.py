"""Which of many candidates are worth reading for a reservation."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import ReserveStock

NEAREST_READ = 4
"""Candidates that are read for each line before it is known whether more are needed."""

Stocked: TypeAlias = Mapping[tuple[str, Condition], frozenset[str]]
"""For each SKU and condition, the locations that seem to have some."""


class Shortlist(NamedTuple):
    """Candidates to read, best first; `partial` says that others may have stock too."""

    candidates: tuple[str, ...]
    partial: bool = False


def is_short(command: ReserveStock) -> bool:
    """Whether there are so few candidates that all may be read without asking who has stock."""
    return len(command.candidates) <= NEAREST_READ


def shortlist(command: ReserveStock, stocked: Stocked, *, wide: bool) -> Shortlist:
    """Keep the first candidates that have each item, and the first that have all; or all of them.

    A candidate without any of the items is never kept.
    """
    if is_short(command):
        return Shortlist(command.candidates)
    wanted = {(line.sku, line.condition) for line in command.lines}
    holders = [stocked.get(each, frozenset()) for each in wanted]
    most = len(command.candidates) if wide else NEAREST_READ
    room = [most] * len(holders)
    room_for_whole = most
    kept: list[str] = []
    partial = False
    for code in command.candidates:
        having = [place for place, holder in enumerate(holders) if code in holder]
        if not having:
            continue
        is_whole = len(having) == len(holders)
        if (is_whole and room_for_whole) or any(room[place] for place in having):
            kept.append(code)
            room_for_whole -= 1 if is_whole and room_for_whole else 0
            for place in having:
                room[place] -= 1 if room[place] else 0
        else:
            partial = True
    return Shortlist(tuple(kept), partial)


def with_later(near: Shortlist, command: ReserveStock, holders: Stocked) -> Shortlist:
    """Keep the candidates that may have everything now; the others matter if they do not.

    `holders` are also those to which some are on their way, whom a whole shortlist would have.
    """
    whole = shortlist(command, holders, wide=True)
    return Shortlist(near.candidates, partial=len(near.candidates) < len(whole.candidates))
