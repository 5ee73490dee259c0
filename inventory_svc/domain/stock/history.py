"""The stock as it was: what moved since is taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey, Shipped
from inventory_svc.domain.stock.movement import Movement, MovementKind
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from inventory_svc.domain.stock.unavailable import declared

_SOME_DAY: Final = datetime.max.replace(tzinfo=UTC)
"""The end of holds whose movements, of an earlier release, do not tell it."""

_SHIPMENTS: Final = frozenset({MovementKind.CONSUMED, MovementKind.ADJUSTED, MovementKind.RENTED})
"""How units leave that were drawn under a share: shipped, sold at a till, or rented out."""


def positions_at(
    positions: Iterable[Position], since: Iterable[Movement], moment: datetime
) -> list[Position]:
    """Give the positions as they were, from what they are and what was written after a moment."""
    by_position: dict[PositionKey, list[Movement]] = {}
    for movement in since:
        by_position.setdefault(movement.position, []).append(movement)
    return [_taken_back(each, by_position.get(each.key, ()), moment) for each in positions]


def draws_at(draws: Iterable[ShareDraw], since: Iterable[Movement]) -> list[ShareDraw]:
    """Give what was drawn of shares, from what is and what was written after a moment.

    Units that had been shipped and were counted since are not known any more.
    """
    by_key = {draw.key: draw for draw in draws}
    for movement in sorted(since, key=lambda each: each.occurred_at, reverse=True):
        if movement.share is None:
            continue
        sku, location, condition = movement.position
        key = ShareKey(movement.share, sku, condition)
        draw = by_key.get(key, ShareDraw(key)).kept(-movement.allocated, None)
        if movement.expires_at is not None:
            draw = draw.kept(-movement.held, movement.expires_at)
        if movement.kind in _SHIPMENTS:
            draw = _unshipped(draw, location, -movement.allocated - movement.held)
        by_key[key] = draw
    return list(by_key.values())


def _unshipped(draw: ShareDraw, location: str, units: int) -> ShareDraw:
    """Take units off what has left a location, the latest first."""
    rows: list[Shipped] = []
    for row in sorted(draw.shipped, key=lambda row: row.at, reverse=True):
        taken = min(units, row.units) if row.location == location else 0
        units -= taken
        if row.units > taken:
            rows.append(row._replace(units=row.units - taken))
    return replace(draw, shipped=tuple(rows))


def _taken_back(position: Position, since: Iterable[Movement], moment: datetime) -> Position:
    holds = dict(position.holds)
    on_hand, allocated = position.on_hand, position.allocated
    rows = {row.disposition: row for row in position.unavailable}
    for movement in since:
        on_hand -= movement.on_hand
        allocated -= movement.allocated
        end = movement.expires_at or _SOME_DAY
        holds[end] = holds.get(end, 0) - movement.held
        if movement.disposition is not None:
            rows = declared(rows, movement.disposition, -movement.unavailable, moment)
    counted_at = position.counted_at
    sales = (movement for movement in since if movement.sold)
    first_sale = min(sales, key=lambda each: each.number, default=None)
    return replace(
        position,
        on_hand=on_hand,
        allocated=allocated,
        holds=_sorted(holds),
        counted_at=counted_at if counted_at is None or counted_at <= moment else None,
        unavailable=tuple(rows[each] for each in sorted(rows)),
        pace=position.pace if first_sale is None else first_sale.pace,
    )


def _sorted(holds: Mapping[datetime, int]) -> tuple[Hold, ...]:
    return tuple(Hold(end, units) for end, units in sorted(holds.items()) if units)
