"""Reservations that become part of another one: a basket that is ordered."""

from dataclasses import dataclass

from inventory_svc.domain.stock.release_right import ReleaseRight


@dataclass(frozen=True, slots=True)
class Takeover:
    """The reservations that somebody names, and what they have the right to end."""

    reservations: tuple[str, ...]
    right: ReleaseRight
